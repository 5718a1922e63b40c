# SPDX-License-Identifier: BSD-2-Clause
"""Map, leases and seal on one disk that is full to each last block, and each last inode.

At each level one client logs in, one has lapsed. Whatever is possible then: the login
passes, the table is whole, with all that the administrator has in it, and the first run
of the timer with room again makes the rest right.
"""

import unittest

from cli import table
from pam import apart, daemon
from pam.daemon import Daemon

from .disks import Disk, Ext4

STATICS = {f"203.0.113.{i}": "REJECT" for i in range(40)}
LAPSED, ENDS = 3600, "198.51.100.250"
BLOCKS = {Disk: range(0, 12), Ext4: range(0, 40)}
INODES = range(0, 8)
WARM = 3  # logins, after which there are spares


def setUpModule():
    apart.own_mounts()


class Full(unittest.TestCase):
    DISK = Disk

    def setUp(self):
        self.disk = self.DISK()
        self.addCleanup(self.disk.close)
        self.daemon = Daemon(like_us=True, below=str(self.disk.folder), refuse_own="no")
        self.place = self.daemon.place
        self.addCleanup(self.place.close)
        self.addCleanup(self.disk.empty)
        self.daemon.log = self.outside()
        table.make(self.place.map, STATICS)
        self.place.sapdb("expire")
        self.clients = 0
        self.said = self.opened = 0
        for _ in range(WARM):
            self.log_in()

    def outside(self):
        """The log must not need the disk that is full."""
        log = self.disk.folder.with_name(self.disk.folder.name + ".log")
        self.addCleanup(log.unlink, missing_ok=True)
        return log

    def log_in(self) -> tuple[str, daemon.Said]:
        self.clients += 1
        client = f"198.51.100.{self.clients}"
        return client, self.daemon.run(*daemon.opening(client))

    def expect_whole(self):
        self.assertEqual(table.faults(self.place.map), "")
        self.assertEqual(table.statics(self.place.map), encoded(STATICS))

    def level(self, leave, free: int, spares: bool) -> None:
        """One login and one run of the timer on a disk with so much room."""
        self.place.sapdb("grant", ENDS)
        if not spares:
            self.forget_spares()
        leave(free)
        self.place.date(self.place.state / "active" / ENDS, LAPSED)
        client, said = self.log_in()
        self.assertEqual(set(said.values), {daemon.SUCCESS})
        self.expect_one_clear_line(client, said)
        self.expect_whole()
        done = self.place.sapdb("expire")
        self.assertIn(done.returncode, (0, 3), done.stderr)
        if done.returncode:
            self.assertIn("No space left on device", done.stderr)
        self.expect_whole()
        self.expect_healed()

    def forget_spares(self):
        for name in self.place.spares():
            (self.place.map.parent / name).unlink()

    def expect_one_clear_line(self, client: str, said: daemon.Said):
        self.assertEqual(len(said.log), 1, said.log)
        text = said.log[0].text
        if "inserted" in text:
            self.opened += 1
            self.assertIn(client, table.opened(self.place.map))
        else:
            self.said += 1
            self.assertIn("No space left on device", text)

    def expect_healed(self):
        self.disk.empty()
        done = self.place.sapdb("expire")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.expect_whole()
        active = self.place.leases("active")
        self.assertEqual(table.opened(self.place.map), active)
        self.assertNotIn(ENDS, active)
        for folder in ("pending", "deferred", "ending", "settled"):
            self.assertEqual(self.place.leases(folder), set(), folder)
        self.assertEqual(self.place.beside(), [])

    def at_each(self, leave, levels: range, what: str):
        for free in levels:
            for spares in (True, False):
                with self.subTest(f"{what} free", free=free, spares=spares):
                    self.level(leave, free, spares)
        print(f"figure: full disk: {self.disk.NAME}, 0 to {levels[-1]} {what} free, with spares "
              f"and without: {self.opened} logins opened, {self.said} told why not, "
              "all healed", flush=True)
        self.assertGreater(self.said, 0, "the disk was never too full")
        self.assertGreater(self.opened, 0, "the disk was always too full")

    def test_each_block(self):
        self.at_each(self.disk.leave_blocks, BLOCKS[self.DISK], "blocks")

    def test_each_inode(self):
        self.at_each(self.disk.leave_inodes, INODES, "inodes")


class FullExt4(Full):
    DISK = Ext4


def encoded(records: dict[str, str]) -> dict[bytes, bytes]:
    return {key.encode(): value.encode() for key, value in records.items()}


if __name__ == "__main__":
    unittest.main()
