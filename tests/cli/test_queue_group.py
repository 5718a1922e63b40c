# SPDX-License-Identifier: BSD-2-Clause
"""What members of queue_group can put into the queue, and what comes of it.

They may name an address, since that is what the group is for. They may not open what
is never opened, nor for ever, nor keep the path unit busy, nor stop the closing.
"""

import fcntl
import os
import signal
import socket
import stat
import time
import unittest
from pathlib import Path

from cli import table
from cli.place import NOBODY
from cli.test_leases import CLIENT, OTHER, Leases

GROUP = "nogroup"
NEVER = "198.51.100.5"
THIRD = "192.0.2.9"
PATIENCE = 10  # a commit that is kept goes on for 20 seconds


@unittest.skipUnless(os.geteuid() == 0, "skipped: files of another user need root")
class QueueGroup(Leases):
    def setUp(self):
        super().setUp()
        self.place.configure(queue_group=GROUP, never="198.51.100.0/24")
        self.run_it("expire")
        self.pending = self.place.state / "pending"

    def plant(self, name: str, more: str = "") -> Path:
        """As a worker that is not root leaves it there."""
        path = self.pending / name
        path.write_text(f"user=horn service=imap opened={int(time.time())}{more}\n")
        os.chown(path, NOBODY, NOBODY)
        return path

    def test_an_address_is_opened_by_a_file_of_ours(self):
        self.plant(CLIENT)
        self.run_it("commit")
        self.assertEqual(table.opened(self.place.map), {CLIENT})
        self.assertEqual((self.place.state / "active" / CLIENT).stat().st_uid, 0)

    def test_not_what_is_never_opened(self):
        for address in ("127.0.0.1", "fe80::1", "224.0.0.1", NEVER):
            with self.subTest(address):
                self.plant(address)
                self.run_it("commit")
                self.assertEqual(self.place.where(address), "")
        self.assertEqual(table.opened(self.place.map), set())

    def test_not_for_ever(self):
        self.plant(CLIENT, " until=99999999999")
        self.run_it("commit")
        self.lapse(CLIENT)
        self.run_it("expire")
        self.assertEqual(table.opened(self.place.map), set())

    def test_a_full_folder_does_not_stay_in_the_queue(self):
        for _ in range(2):
            (self.pending / CLIENT / "x").mkdir(parents=True)
            self.assertIn("no lease", self.run_it("commit"))
            self.assertEqual(list(self.pending.iterdir()), [])
        inode = self.place.inode()
        self.run_it("expire")
        self.assertEqual(self.place.inode(), inode)

    def test_what_cannot_be_opened_stops_neither_the_opening_nor_the_closing(self):
        for label, plant in (("a socket", self.plant_socket),
                             ("a file that its owner holds", self.plant_held)):
            with self.subTest(label):
                if self.place.leases("active"):
                    self.run_it("revoke", "--all")
                self.grant(OTHER)
                self.lapse(OTHER)
                plant()
                self.place.add_lease("pending", THIRD)
                begun = time.monotonic()
                out = self.run_it("commit") + self.run_it("expire")
                self.assertLess(time.monotonic() - begun, PATIENCE)
                self.assertIn(f"removed 'pending/{CLIENT}': it is no lease", out)
                self.assertEqual(table.opened(self.place.map), {THIRD})

    def plant_socket(self) -> None:
        with socket.socket(socket.AF_UNIX) as planted:
            planted.bind(str(self.pending / CLIENT))
        os.chown(self.pending / CLIENT, NOBODY, NOBODY)

    def plant_held(self) -> None:
        """By the kernel's lease: who opens it is kept until its owner has agreed."""
        path = self.plant(CLIENT)
        ready, told = os.pipe()
        child = os.fork()
        if child == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            signal.signal(signal.SIGIO, lambda *_: None)
            held = os.open(path, os.O_RDWR)
            fcntl.fcntl(held, fcntl.F_SETLEASE, fcntl.F_WRLCK)
            os.write(told, b"x")
            while True:
                signal.pause()
        self.addCleanup(os.waitpid, child, 0)
        self.addCleanup(os.kill, child, signal.SIGKILL)
        os.close(told)
        self.assertEqual(os.read(ready, 1), b"x")
        os.close(ready)

    def test_taken_away_the_queue_is_closed(self):
        self.assertEqual(stat.S_IMODE(self.pending.stat().st_mode), 0o1770)
        self.place.configure(queue_group=None)
        self.run_it("expire")
        self.assertEqual(stat.S_IMODE(self.pending.stat().st_mode), 0o700)

    def test_a_group_that_is_not_there_does_not_stop_the_closing(self):
        self.grant(CLIENT, OTHER)
        self.lapse(CLIENT)
        self.place.configure(queue_group="no-such-group-here")
        done = self.place.sapdb("expire")
        self.assertEqual(done.returncode, 0)
        self.assertIn("there is no such group", done.stderr)
        self.assertEqual(table.opened(self.place.map), {OTHER})
        self.assertEqual(self.place.sapdb("expire").stderr, "")


if __name__ == "__main__":
    unittest.main()
