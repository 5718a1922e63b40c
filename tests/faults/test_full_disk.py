# SPDX-License-Identifier: BSD-2-Clause
"""Map, leases and seal on one disk that is full to each last block, and each last inode.

At each level one client logs in, one has lapsed. Whatever is possible then: the login
passes, the table is whole, with all that the administrator has in it, and the first run
of the timer with room again makes the rest right.
"""

import shutil
import tempfile
import unittest
from pathlib import Path

from cli import table
from cli.place import Place
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
        fillings = 0
        for free in levels:
            for spares in (True, False):
                with self.subTest(f"{what} free", free=free, spares=spares):
                    self.level(leave, free, spares)
                    fillings += 1
        print(f"figure: full disk: {self.disk.NAME}, 0 to {levels[-1]} {what} free, with spares "
              f"and without: {fillings} fillings, {self.opened} logins opened, {self.said} told "
              "why not, all healed", flush=True)
        self.assertGreater(self.said, 0, "the disk was never too full")
        self.assertGreater(self.opened, 0, "the disk was always too full")

    def test_each_block(self):
        self.at_each(self.disk.leave_blocks, BLOCKS[self.DISK], "blocks")

    def test_each_inode(self):
        self.at_each(self.disk.leave_inodes, INODES, "inodes")

    def test_what_is_wrong_is_said_once(self):
        """While RUN_DIR, which keeps what was said, has room."""
        for leave in (self.disk.leave_blocks, self.disk.leave_inodes):
            run = tempfile.TemporaryDirectory(prefix="sap-run-")
            self.addCleanup(run.cleanup)
            self.place.configure(run_dir=run.name)
            self.place.sapdb("expire")
            leave(0)
            lines = [line.text for _ in range(5) for line in self.log_in()[1].log]
            self.assertEqual(len(lines), 1, lines)
            self.assertIn("No space left on device", lines[0])
            self.disk.empty()


class FullExt4(Full):
    DISK = Ext4


class FullLmdb(unittest.TestCase):
    """A table changed in place, in one transaction: it is done, or nothing is."""

    LEASES = 400

    def setUp(self):
        self.disk = Disk()
        self.addCleanup(self.disk.close)
        self.place = Place(below=str(self.disk.folder))
        self.addCleanup(self.place.close)
        self.addCleanup(self.disk.empty)
        self.elsewhere = tempfile.TemporaryDirectory(prefix="sap-copy-")
        self.addCleanup(self.elsewhere.cleanup)
        self.place.configure(map=f"lmdb:{self.place.map}", refuse_own="no")
        self.grant()

    def grant(self):
        """On a new table: one that was changed before has pages to spare."""
        self.place.map.unlink(missing_ok=True)
        table.make(self.place.map, STATICS, "lmdb")
        for i in range(self.LEASES):
            self.place.add_lease("pending", f"198.51.{i // 250}.{i % 250}")
        self.place.sapdb("expire")
        self.assertEqual(len(table.opened(self.place.map)), self.LEASES)

    def copy(self) -> Path:
        """mdb_stat makes a file beside the table, and cannot on a full disk."""
        return Path(shutil.copy(self.place.map, self.elsewhere.name))

    def expect_ended(self):
        """With room again."""
        self.disk.empty()
        self.assertEqual(self.place.sapdb("expire").returncode, 0)
        self.assertEqual(table.opened(self.place.map), set())
        self.assertEqual(table.statics(self.place.map), encoded(STATICS))
        for folder in ("active", "pending", "deferred", "ending"):
            self.assertEqual(self.place.leases(folder), set(), folder)

    def test_revoke_at_each_fill_level(self):
        fillings = failed = 0
        for free in BLOCKS[Disk]:
            with self.subTest(free=free):
                self.disk.leave_blocks(free)
                done = self.place.sapdb("revoke", "--all")
                self.assertIn(done.returncode, (0, 3), done.stderr)
                failed += done.returncode == 3
                found = self.copy()
                self.assertEqual(table.faults(found), "")
                self.assertEqual(table.statics(found), encoded(STATICS))
                left = self.LEASES if done.returncode else 0
                self.assertEqual(len(table.opened(found)), left)
                # Not lost, and nobody's any more: the next run ends them.
                self.assertEqual(len(self.place.leases("ending")), left)
                self.assertEqual(self.place.leases("active"), set())
                self.expect_ended()
                self.grant()
                fillings += 1
        print(f"figure: full disk: LMDB, revoke --all of {self.LEASES} leases: {fillings} "
              f"fillings, {failed} failed, all or nothing each time", flush=True)
        self.assertGreater(failed, 0)


def encoded(records: dict[str, str]) -> dict[bytes, bytes]:
    return {key.encode(): value.encode() for key, value in records.items()}


if __name__ == "__main__":
    unittest.main()
