# SPDX-License-Identifier: BSD-2-Clause
"""A damaged table does not take the login with it.

One byte of a valid table is changed, from a seed, again and again; each time a first
login has to end by itself, in time and by its return values. libdb reads such tables
out of bounds: without the look at a foreign table before it, nine of these logins
ended in SIGSEGV. Nor may libdb print what it finds: stdout may be the client.
"""

import random
import shutil
import time
import unittest

from cli import table
from guest.sanitized import not_under_a_sanitizer
from pam import daemon
from pam.daemon import CLIENT, Daemon

TRIES = 400
SEED = 1999
SECONDS = 10.0
RECORDS = {f"10.{i // 250}.{i % 250}.1": f"ERROR:550 reason {i}" for i in range(600)}


class Damaged(unittest.TestCase):
    KIND = "hash"
    CURE = "makemap"
    READS_OUT_OF_BOUNDS = True

    def setUp(self):
        if self.READS_OUT_OF_BOUNDS:
            not_under_a_sanitizer("libdb itself reads out of bounds; that is why it is tried")
        self.daemon = Daemon(wait="0")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        self.place.configure(map=f"{self.KIND}:{self.place.map}")
        table.make(self.place.map, RECORDS, kind=self.KIND)
        self.sound = self.place.map.read_bytes()

    def begin_anew(self, content: bytes) -> None:
        """A table that nobody has sealed, and no lease."""
        for folder in (self.place.state, self.place.run):
            shutil.rmtree(folder, ignore_errors=True)
        self.place.map.write_bytes(content)
        self.place.own()

    def test_no_changed_byte_ends_the_login(self):
        chance = random.Random(SEED)
        refused = 0
        for number in range(TRIES):
            content = bytearray(self.sound)
            at = chance.randrange(len(content))
            content[at] ^= chance.randrange(1, 256)
            with self.subTest(number=number, at=at, byte=content[at]):
                self.begin_anew(content)
                started = time.monotonic()
                said = self.daemon.run(*daemon.opening())
                self.assertEqual(set(said.values), {daemon.SUCCESS})
                self.assertLess(time.monotonic() - started, SECONDS)
                refused += self.place.where(CLIENT) == "pending"
        print(f"{TRIES} changed bytes: {refused} tables refused, no login ended")
        self.assertGreater(refused, 0)

    def test_the_reason_says_what_to_do(self):
        content = bytearray(self.sound)
        for page in range(4096, len(content), 4096):
            content[page:page + 64] = b"\xff" * 64
        self.begin_anew(content)
        said = self.daemon.run(*daemon.opening())
        self.assertEqual(len(said.log), 1, said.log)
        self.assertIn("is damaged", said.log[0].text)
        self.assertIn(self.CURE, said.log[0].text)


class DamagedLmdb(Damaged):
    """libmdb is no better; our own look at the file is (map/lmdb_check.h)."""
    KIND = "lmdb"
    CURE = "postmap"
    READS_OUT_OF_BOUNDS = False


if __name__ == "__main__":
    unittest.main()
