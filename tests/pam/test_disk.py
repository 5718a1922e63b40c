# SPDX-License-Identifier: BSD-2-Clause
"""A full disk under the map: the old table stays, the lease stays, the next run does it.

The map's folder is a small tmpfs of the test process's own.
"""

import os
import unittest

from cli import table
from pam import apart, daemon
from pam.daemon import CLIENT, Daemon

DISK_KIB = 256
OTHER = "192.0.2.8"
STATICS = {f"10.1.{i // 250}.{i % 250}": "RELAY" for i in range(500)}


def setUpModule():
    apart.own_mounts()


class Disk(unittest.TestCase):
    """A small one, with a table on it."""

    LIKE_US = False

    def setUp(self):
        self.daemon = Daemon(like_us=self.LIKE_US)
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        self.folder = self.place.map.parent
        apart.mount_small_disk(self.folder, DISK_KIB)
        self.addCleanup(apart.unmount, self.folder)
        table.make(self.place.map, STATICS)
        self.place.ready()
        self.ballast = self.folder / "ballast"

    def fill(self, leave: int) -> None:
        """Fill the disk up to so many KiB."""
        with self.ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                size = file.seek(0, 2)
            file.truncate(size - leave * 1024)


class FullDisk(Disk):
    def expect_untouched(self, inode: int):
        self.assertEqual(self.place.inode(), inode)
        self.assertEqual(table.faults(self.place.map), "")
        self.assertEqual(len(table.statics(self.place.map)), len(STATICS))
        names = sorted(path.name for path in self.folder.iterdir())
        self.assertEqual(names, sorted((self.place.map.name, "ballast")))

    def test_at_every_fill_level(self):
        """Too full to create, to copy, to write what libdb adds."""
        size = self.place.map.stat().st_size // 1024
        for leave in (0, 4, size // 2 // 4 * 4, size - 4):
            with self.subTest(free_kib=leave, table_kib=size):
                self.fill(leave)
                inode = self.place.inode()
                said = self.daemon.run(*daemon.opening())
                self.assertEqual(set(said.values), {daemon.SUCCESS})
                self.assertEqual(len(said.log), 1, said.log)
                self.assertIn("No space left on device", said.log[0].text)
                self.assertIn(self.place.where(CLIENT), ("pending", "deferred"))
                self.expect_untouched(inode)
                self.expect_recovery()

    def expect_recovery(self):
        self.ballast.unlink()
        done = self.place.sapdb("expire")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(table.opened(self.place.map), {CLIENT})
        self.assertEqual(self.place.where(CLIENT), "active")
        self.place.sapdb("revoke", "--all")

    def test_the_timer_says_so_and_defers(self):
        self.place.add_lease("pending", CLIENT)
        self.place.add_lease("pending", OTHER)
        self.fill(0)
        inode = self.place.inode()
        done = self.place.sapdb("expire")
        self.assertEqual(done.returncode, 3)
        self.assertIn("No space left on device", done.stderr)
        self.assertEqual(self.place.leases("deferred"), {CLIENT, OTHER})
        self.expect_untouched(inode)
        self.ballast.unlink()
        self.assertEqual(self.place.sapdb("expire").returncode, 0)
        self.assertEqual(table.opened(self.place.map), {CLIENT, OTHER})


@unittest.skipUnless(os.geteuid() == 0, "only root keeps spares")
class RoomForOneCopy(Disk):
    """Retired files that are kept (map/spares.h) make room when a copy needs it."""

    LIKE_US = True

    def test_each_login_is_opened(self):
        size = self.place.map.stat().st_size // 1024
        self.fill(size + size // 2)
        for n in range(1, 9):
            said = self.daemon.run(*daemon.opening(f"10.9.0.{n}"))
            self.assertEqual(set(said.values), {daemon.SUCCESS})
            self.assertIn(f"10.9.0.{n}", table.opened(self.place.map))
        self.assertEqual(table.faults(self.place.map), "")


if __name__ == "__main__":
    unittest.main()
