# SPDX-License-Identifier: BSD-2-Clause
"""A hostile map folder: root works in it, and is not tricked out of it.

First what may lie there when a commit begins; then the same put there in front of each
system call of a commit; then an owner who swaps in a loop (map_owner.c) while commits,
expiries, insertions and logins go on. Whatever he does: root's files elsewhere keep
content, owner, mode and date; what they say is told nowhere, not by a command, in the log,
in the map's folder or in ours; nothing crashes or hangs; every login passes. The lease that
waits is opened when the folder is put right again.

SAP_RACE_SECONDS says how long the loop is (40); where few commits get through, longer.
"""

import fcntl
import os
import subprocess
import sys
import time
import unittest
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cli import table
from cli.place import NOBODY
from guest.sanitized import SANITIZER
from hostile import owned_folder as owned
from hostile.canaries import SECRET
from hostile.owned_folder import COPY, SPARES, OwnedFolder
from pam import daemon
from pam.daemon import SUCCESS
from race.stopped import Stopped

SECONDS = int(os.environ.get("SAP_RACE_SECONDS", "40"))
AT_ONCE = 10  # a login waits 1 s; on a busy machine
HANG = 50  # a command waits 20 s for a table that is replaced again and again
FEWEST_STOPS = 40
EVERY = 1 if SANITIZER == "none" else 3  # call: its programs start slowly
FEWEST_DONE = 5  # of the commits, and of the insertions
PATIENCE = 180  # seconds more for these: one in seven gets through on a slow, busy machine
MAP = "access.db"
LEASE = f"import fcntl, os, signal, sys; os.setgid({NOBODY}); os.setuid({NOBODY}); " \
        "signal.signal(signal.SIGIO, signal.SIG_IGN); fd = os.open(sys.argv[1], os.O_RDONLY); " \
        "fcntl.fcntl(fd, fcntl.F_SETLEASE, int(sys.argv[2])); print('held', flush=True); " \
        "sys.stdin.read()"


class Plant(NamedTuple):
    label: str
    name: str
    make: Callable
    status: int = 0  # of the commit: 0 done, 3 the map could not be used


LYING_THERE = (
    Plant("table: symbolic link", MAP, owned.symlink_to("for-all"), 3),
    Plant("table: link to a device", MAP, owned.zero_device, 3),
    Plant("table: hard link", MAP, owned.link_to("for-all"), 3),
    Plant("table: hard link of a secret", MAP, owned.link_to("root-only"), 3),
    Plant("table: hard link of a table", MAP, owned.link_to("a-table"), 3),
    Plant("table: FIFO", MAP, owned.fifo, 3),
    Plant("table: folder", MAP, owned.folder, 3),
    Plant("table: nothing", MAP, owned.nothing, 3),
    Plant("copy: symbolic link", COPY, owned.symlink_to("for-all")),
    Plant("copy: hard link", COPY, owned.link_to("readable")),
    Plant("copy: hard link of a secret", COPY, owned.link_to("root-only")),
    Plant("copy: second link of the table", COPY, owned.second_link),
    Plant("copy: FIFO", COPY, owned.fifo),
    Plant("copy: folder", COPY, owned.folder, 3),
    Plant("spare: symbolic link", SPARES[0], owned.symlink_to("for-all")),
    Plant("spare: hard link", SPARES[0], owned.link_to("for-all")),
    Plant("the other spare: hard link", SPARES[1], owned.link_to("set-uid")),
    Plant("spare: FIFO", SPARES[1], owned.fifo),
    Plant("spare: folder", SPARES[0], owned.folder),
    Plant("a region file", "__db.001", owned.symlink_to("for-all")),
    Plant("a log file", "log.0000000001", owned.symlink_to("for-all")),
)

# Between two calls, whatever the commit then says of it.
SWAPPED = (
    Plant("table: symbolic link", MAP, owned.symlink_to("for-all")),
    Plant("table: hard link of a table", MAP, owned.link_to("a-table")),
    Plant("table: FIFO", MAP, owned.fifo),
    Plant("table: folder", MAP, owned.folder),
    Plant("table: another", MAP, owned.other_table),
    Plant("copy: symbolic link", COPY, owned.symlink_to("for-all")),
    Plant("copy: hard link", COPY, owned.link_to("set-uid")),
    Plant("copy: hard link of a table", COPY, owned.link_to("a-table")),
    Plant("copy: folder", COPY, owned.folder),
    Plant("spare: hard link of a table", SPARES[0], owned.link_to("a-table")),
    Plant("spare: symbolic link", SPARES[1], owned.symlink_to("for-all")),
)


@unittest.skipUnless(os.geteuid() == 0, "skipped: a folder of another user needs root")
class Hostile(unittest.TestCase):
    def setUp(self):
        self.owned = OwnedFolder()
        self.addCleanup(lambda: self.owned.close())
        self.place = self.owned.place

    def command(self, *words: str) -> list[str]:
        return [str(self.place.sapdb_path), "-c", str(self.place.conf), *words]

    def run_it(self, *words: str, cwd="/") -> subprocess.CompletedProcess:
        done = subprocess.run(self.command(*words), cwd=cwd, capture_output=True, text=True,
                              env=self.owned.daemon.environment(), timeout=HANG)
        self.owned.hear(done.args, done.stdout, done.stderr)
        return done

    def log_in(self) -> None:
        said = self.owned.daemon.run(*daemon.opening(self.owned.next_address()))
        self.assertEqual(set(said.values), {SUCCESS})

    def expect_unharmed(self, address: str) -> None:
        """And that `address`, which waited, is let in once the folder is right."""
        self.assertEqual(self.owned.wrong(), [])
        self.owned.put_right()
        self.assertEqual(self.run_it("expire").returncode, 0)
        self.assertEqual(self.place.where(address), "active")
        self.assertIn(address, table.opened(self.place.map))


class MapFolder(Hostile):
    def test_the_secret_is_seen(self):
        """Wherever it may be told, by the others of these tests."""
        told = {"map": self.owned.folder / "x", "state": self.place.state / "x",
                "below": self.place.state / "pending/x", "run": self.place.run / "seal",
                "log": self.owned.daemon.log}
        self.owned.start_over()
        self.assertEqual(self.owned.wrong(), [])
        for label, path in told.items():
            with self.subTest(label):
                path.write_bytes(b"x " + SECRET)
                self.assertEqual(len(self.owned.wrong()), 1)
                path.unlink()
        self.assertEqual(self.owned.wrong(), [])
        for label, words in (("output", ("insert", SECRET.decode(), "x")),
                             ("errors", ("no", SECRET.decode()))):
            with self.subTest(label):
                self.run_it(*words)
                self.owned.put_right()
                self.assertEqual(len(self.owned.wrong()), 1)
                self.owned.told.clear()

    def test_what_lies_there(self):
        tried = 0
        for plant in LYING_THERE:
            for warm in (False, True):
                with self.subTest(plant.label, spares=warm):
                    self.owned.start_over()
                    if warm:
                        self.owned.warm_up()
                        self.assertEqual(len(self.place.spares()), 2)
                    self.owned.plant(plant.name, plant.make)
                    address = self.owned.enqueue()
                    done = self.run_it("commit")
                    self.assertEqual(done.returncode, plant.status, done)
                    self.expect_unharmed(address)
                    tried += 1
        self.assertEqual(tried, 2 * len(LYING_THERE))
        print(f"\nfigure: map folder, what lies there: {len(LYING_THERE)} plants, with and "
              f"without spares: {tried} commits, 0 faults")

    def test_a_db_config(self):
        """In the folder, and the folder is root's working directory: not read."""
        told = self.place.root / "told"
        (self.owned.folder / "DB_CONFIG").write_text(
            f"set_lg_dir {self.place.root}\nset_data_dir /nowhere\nset_tmp_dir {told}\n"
            "set_cachesize 64 0 1\nno such line\n")
        for command in (("commit",), ("expire",), ("insert", "a", "b"), ("list",)):
            with self.subTest(command):
                self.owned.enqueue()
                done = self.run_it(*command, cwd=self.owned.folder)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.owned.wrong(), [])
        self.assertFalse(told.exists())

    def lease(self, path: Path, kind: int) -> None:
        """Its owner asks the kernel to hold up whoever opens it (fcntl(2), F_SETLEASE)."""
        lessee = subprocess.Popen(
            [sys.executable, "-c", LEASE, str(path), str(kind)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (lessee.kill(), lessee.communicate()))
        self.assertEqual(lessee.stdout.readline(), "held\n")

    def test_an_open_that_the_owner_holds_up(self):
        """The kernel would make it wait for 45 s; nobody of ours waits so long."""
        self.owned.start_over()
        self.owned.warm_up()
        for spare in self.place.spares():
            self.lease(self.owned.folder / spare, fcntl.F_WRLCK)
        self.assertEqual(self.place.sapdb("grant", "198.51.100.1").returncode, 0)
        for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK):
            with self.subTest(kind):
                self.lease(self.place.map, kind)
                began = time.monotonic()
                self.log_in()
                self.assertLess(time.monotonic() - began, AT_ONCE)
                self.owned.put_right()
        self.assertEqual(self.owned.wrong(), [])

    def owner_at_work(self) -> subprocess.Popen:
        return subprocess.Popen(
            [os.environ["SAP_MAP_OWNER"], str(self.owned.folder), str(NOBODY), MAP,
             str(self.owned.good), *map(str, self.owned.canaries.files)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def one_of_each(self, ended: Counter) -> None:
        """Each ends, not by a signal, within its time."""
        self.owned.enqueue()
        for words in (("commit", "--unattended"), ("insert", f"k{self.owned.clients}", "v"),
                      ("expire", "--unattended")):
            done = self.run_it(*words)
            self.assertIn(done.returncode, (0, 1, 3), (words, done))
            ended[words[0], done.returncode] += 1
        self.log_in()
        ended["login", 0] += 1

    @staticmethod
    def fewest_done(ended: Counter) -> int:
        return min(ended["commit", 0], ended["insert", 0])

    def test_an_owner_who_swaps_in_a_loop(self):
        ended: Counter = Counter()
        owner = self.owner_at_work()
        self.addCleanup(lambda: (owner.kill(), owner.communicate()))
        end = time.monotonic() + SECONDS
        while time.monotonic() < end or (time.monotonic() < end + PATIENCE
                                         and self.fewest_done(ended) < FEWEST_DONE):
            self.one_of_each(ended)
            self.assertEqual(self.owned.wrong(), [])
        swaps = int(owner.communicate(timeout=HANG)[0])
        self.assertEqual(owner.returncode, 0)
        tries = sum(ended.values())
        print(f"\nfigure: map folder, swapped in a loop: {tries} commands and logins "
              f"({ended['commit', 0]} commits, {ended['insert', 0]} insertions done, all "
              f"{ended['login', 0]} logins passed), {swaps} swaps, 0 faults")
        self.assertGreater(swaps, tries, "he is in time for each")
        self.assertGreaterEqual(self.fewest_done(ended), FEWEST_DONE, ended)
        self.expect_unharmed(self.owned.enqueue())


class CallByCall(Hostile):
    """In two halves, below, for two processors."""

    plants: tuple[Plant, ...] = ()

    def trial(self, plant: Plant, warm: bool, n: int) -> str:
        """The swap in front of the Nth call of a commit: that call's name, "" at its end."""
        self.owned.start_over()
        if warm:
            self.owned.warm_up()
        address = self.owned.enqueue()
        stopped = Stopped(self.place.root, self.command("commit", "--unattended"), n,
                          stderr=subprocess.PIPE, env=self.owned.daemon.environment())
        name = stopped.name
        if name:
            self.owned.plant(plant.name, plant.make)
        ended = stopped.go_on()
        self.owned.hear(self.command("commit"), stopped.output)
        self.assertIn(ended, ("ended 0", "ended 256", "ended 768"), name)
        self.expect_unharmed(address)
        return name

    def swap_everywhere(self, plant: Plant, warm: bool) -> int:
        """Returns in front of how many calls; the last round has none. A fault ends it."""
        n = self.plants.index(plant) % EVERY + 1 - EVERY
        swaps, name = -1, "begin"
        while name:
            n += EVERY
            swaps += 1
            with self.subTest(plant.label, spares=warm, call=n):
                name = ""
                self.faults += 1
                name = self.trial(plant, warm, n)
                self.faults -= 1
        self.assertGreater(n, FEWEST_STOPS, plant.label)
        return swaps

    def check_all(self):
        self.faults = 0
        swaps = sum(self.swap_everywhere(plant, warm) for plant in self.plants
                    for warm in (False, True))
        print(f"\nfigure: map folder, call by call: {len(self.plants)} plants, with and without "
              f"spares: {swaps} swaps in front of a system call, {self.faults} faults")


class TableByCall(CallByCall):
    plants = tuple(plant for plant in SWAPPED if plant.name == MAP)

    def test_the_table_between_two_calls(self):
        self.check_all()


class CopyByCall(CallByCall):
    plants = tuple(plant for plant in SWAPPED if plant.name != MAP)

    def test_copy_and_spares_between_two_calls(self):
        self.check_all()


if __name__ == "__main__":
    unittest.main()
