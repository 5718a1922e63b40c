# SPDX-License-Identifier: BSD-2-Clause
"""A spare (map/spares.h) that libdb refuses: the commit copies the table instead.

Whoever writes into a spare is found out by its dates (unit/map_contract_doubts); only a
disk that gives back something else is not. So the note is told here that nothing has
happened. What libdb does not refuse, and never ends with, is not among these.
"""

import os
import struct
import unittest
from collections.abc import Callable

from cli import table
from cli.place import Place
from guest.sanitized import not_under_a_sanitizer

PAGE = 4096
STATICS = {f"203.0.{i // 250}.{i % 250}": "REJECT" for i in range(400)}
WARM = tuple(f"198.51.100.{i}" for i in range(1, 4))
RUBBISH = b"\xff" * 64
CTIME = struct.Struct("qq")  # as in the note: seconds, nanoseconds
# And how many records that changes.
COMMANDS = ((("grant", "198.51.100.99"), 2), (("insert", "example.org", "REJECT"), 1),
            (("delete", "203.0.0.7"), 1))


def spoil_head(content: bytearray) -> None:
    content[16:16 + len(RUBBISH)] = RUBBISH


def spoil_pages(content: bytearray) -> None:
    for page in range(PAGE, len(content), PAGE):
        content[page:page + len(RUBBISH)] = RUBBISH


def ctime(status: os.stat_result) -> bytes:
    return CTIME.pack(*divmod(status.st_ctime_ns, 10**9))


@unittest.skipUnless(os.geteuid() == 0, "skipped: only root keeps spares")
class Spares(unittest.TestCase):
    def begin(self, kind: str) -> Place:
        place = Place(refuse_own="no")
        self.addCleanup(place.close)
        place.configure(map=f"{kind}:{place.map}")
        table.make(place.map, STATICS, kind)
        place.ready()
        for client in WARM:
            self.assertEqual(place.sapdb("grant", client).returncode, 0)
        return place

    def spoil(self, place: Place, how: Callable[[bytearray], None]) -> None:
        note = place.run / "spares"
        text = note.read_bytes()
        for name in place.spares():
            path = place.map.with_name(name)
            before = path.stat()
            content = bytearray(path.read_bytes())
            how(content)
            path.write_bytes(content)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            self.assertEqual(text.count(ctime(before)), 1)
            text = text.replace(ctime(before), ctime(path.stat()))
        note.write_bytes(text)

    def expect_a_copy(self, how: Callable[[bytearray], None], *kinds: str) -> None:
        tried = 0
        for kind in kinds:
            for command, changed in COMMANDS:
                with self.subTest(kind, command=command[0]):
                    place = self.begin(kind)
                    self.assertEqual(len(place.spares()), 2)
                    before = table.records(place.map)
                    self.spoil(place, how)
                    done = place.sapdb(*command)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertEqual(table.faults(place.map), "")
                    after = table.records(place.map)
                    self.assertEqual(len(before.items() ^ after.items()), changed)
                    self.assertEqual(place.beside(), [])
                    tried += 1
        print(f"\nfigure: damaged spares, {how.__name__}: {tried} commits, none made of one")

    def test_with_a_spoilt_head_it_makes_no_table(self):
        self.expect_a_copy(spoil_head, "hash", "btree")

    def test_with_spoilt_pages_it_makes_no_table(self):
        not_under_a_sanitizer("libdb itself reads behind such a page")
        self.expect_a_copy(spoil_pages, "hash")


if __name__ == "__main__":
    unittest.main()
