# SPDX-License-Identifier: BSD-2-Clause
"""A damaged table does not take the login with it: the login does not look into it.

One byte of a valid table is changed, from a seed, again and again; each time a first
login has to end by itself, in time and by its return values, with its lease in the
queue and the table as it was. libdb reads such tables out of bounds: when the login read
them, nine of these ended in SIGSEGV. What sapdb makes of them is in
hostile/test_damaged_tables.py.
"""

import random
import time
import unittest

from cli import table
from pam import daemon
from pam.daemon import CLIENT, Daemon

TRIES = 200
SEED = 1999
SECONDS = 10.0
RECORDS = {f"10.{i // 250}.{i % 250}.1": f"ERROR:550 reason {i}" for i in range(600)}


class Damaged(unittest.TestCase):
    KIND = "hash"
    CURE = "makemap"

    def setUp(self):
        self.daemon = Daemon(wait="0")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        self.place.configure(map=f"{self.KIND}:{self.place.map}")
        table.make(self.place.map, RECORDS, kind=self.KIND)
        self.place.ready()
        self.sound = self.place.map.read_bytes()

    def begin_anew(self, content: bytes) -> None:
        """A table that is not as it was sealed, and no lease."""
        (self.place.state / "pending" / CLIENT).unlink(missing_ok=True)
        self.place.map.write_bytes(content)

    def test_no_changed_byte_ends_the_login(self):
        chance = random.Random(SEED)
        for number in range(TRIES):
            content = bytearray(self.sound)
            at = chance.randrange(len(content))
            content[at] ^= chance.randrange(1, 256)
            with self.subTest(number=number, at=at, byte=content[at]):
                self.begin_anew(content)
                started = time.monotonic()
                said = self.daemon.run(*daemon.opening())
                self.assertEqual(set(said.values), {daemon.SUCCESS})
                self.assertEqual(said.log, [])
                self.assertLess(time.monotonic() - started, SECONDS)
                self.assertEqual(self.place.where(CLIENT), "pending")
                self.assertEqual(self.place.map.read_bytes(), content)
        print(f"figure: damaged tables: {TRIES} logins beside a table with a changed byte "
              f"({self.KIND}), no login ended, none looked into it")

    def test_the_reason_says_what_to_do(self):
        content = bytearray(self.sound)
        for page in range(4096, len(content), 4096):
            content[page:page + 64] = b"\xff" * 64
        self.begin_anew(content)
        self.daemon.run(*daemon.opening())
        done = self.place.sapdb("commit")
        self.assertEqual(done.returncode, 3)
        self.assertIn("is damaged", done.stderr)
        self.assertIn(self.CURE, done.stderr)
        self.assertEqual(self.place.where(CLIENT), "deferred")


class DamagedLmdb(Damaged):
    """libmdb is no better."""
    KIND = "lmdb"
    CURE = "postmap"


if __name__ == "__main__":
    unittest.main()
