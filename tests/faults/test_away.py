# SPDX-License-Identifier: BSD-2-Clause
"""The map's disk read-only, the leases' disk read-only, the state folder gone or something
else: before a login, and while logins go on.

The login passes, the table keeps what it has, nobody is led elsewhere by a link, and the
first run after the cure makes the records right.
"""

import errno
import itertools
import shutil
import unittest
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from cli import table
from pam import apart, daemon
from pam.daemon import Daemon

STATICS = {f"203.0.113.{i}": "REJECT" for i in range(40)}
KNOWN = "198.51.100.1"
DISK_KIB = 1024
CROWD, LOGINS = 4, 15


def setUpModule():
    apart.own_mounts()


class Away(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(like_us=True, refuse_own="no", wait="0")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        self.numbers = itertools.count(2)
        for folder in (self.place.map.parent, self.place.state):
            folder.mkdir(exist_ok=True)
            apart.mount_small_disk(folder, DISK_KIB)
            self.addCleanup(apart.unmount, folder)
        self.begin()

    def begin(self):
        table.make(self.place.map, STATICS)
        self.place.sapdb("grant", KNOWN)

    def log_in(self, client: str) -> daemon.Said:
        said = self.daemon.run(*daemon.opening(client))
        self.assertEqual(set(said.values), {daemon.SUCCESS})
        return said

    def next_client(self) -> str:
        return f"198.51.100.{next(self.numbers)}"

    def expect_whole(self):
        self.assertEqual(table.faults(self.place.map), "")
        self.assertEqual(len(table.statics(self.place.map)), len(STATICS))

    def expect_healed(self):
        done = self.place.sapdb("expire")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.expect_whole()
        self.assertEqual(table.opened(self.place.map), self.place.leases("active"))
        for folder in ("pending", "deferred", "ending"):
            self.assertEqual(self.place.leases(folder), set(), folder)
        self.assertEqual(self.place.beside(), [])

    def during(self, change: Callable[[], None], back: Callable[[], None]) -> int:
        """To and fro while a crowd logs in; how often."""
        with ThreadPoolExecutor(CROWD) as crowd:
            logins = [crowd.submit(self.log_in, self.next_client())
                      for _ in range(CROWD * LOGINS)]
            turns = 0
            while not all(login.done() for login in logins):
                change()
                back()
                turns += 1
            for login in logins:
                login.result()
        return turns


class ReadOnly(Away):
    def disks(self, chosen: str) -> list[Path]:
        folders = {"map": self.place.map.parent, "leases": self.place.state}
        return [folders[name] for name in chosen.split()]

    def test_before_a_login(self):
        """Said once by logins, where there is no queue for the service; by sapdb always."""
        no_lease, no_lock = "cannot create a lease in {place.state}/pending", (
            "cannot open {place.state}/commit.lock")
        cases = (
            ("map", (), "cannot create {place.map.parent}/.access.db.pam_sap"),
            ("leases", (no_lease,), no_lock), ("map leases", (no_lease,), no_lock),
        )
        for chosen, logins_say, sapdb_says in cases:
            with self.subTest(chosen):
                self.place.forget_what_was_said()
                for folder in self.disks(chosen):
                    apart.remount(folder, read_only=True)
                clients = [KNOWN, self.next_client(), self.next_client()]
                said = [text for client in clients for text in self.log_in(client).texts()]
                self.expect_reasons(logins_say, said)
                self.assertEqual(self.place.leases("pending"),
                                 set() if logins_say else set(clients[1:]))
                done = self.place.sapdb("expire")
                self.assertEqual(done.returncode, 3)
                self.expect_reasons((sapdb_says,), done.stderr.splitlines())
                self.expect_whole()
                for folder in self.disks(chosen):
                    apart.remount(folder, read_only=False)
                self.expect_healed()

    def expect_reasons(self, wanted: tuple[str, ...], said: list[str]):
        self.assertEqual(len(said), len(wanted), said)
        for want, text in zip(wanted, said):
            self.assertIn(f"{want.format(place=self.place)}: Read-only file system", text)

    def test_while_logins_go_on(self):
        made = 0

        def turn(read_only: bool) -> None:
            nonlocal made
            for folder in self.disks("map leases"):
                try:
                    apart.remount(folder, read_only)
                    made += read_only
                except OSError as error:
                    if error.errno != errno.EBUSY:  # a login writes there
                        raise

        self.during(lambda: turn(True), lambda: turn(False))
        print(f"figure: read-only: {made} disks made so while {CROWD * LOGINS} logins passed",
              flush=True)
        self.assertGreater(made, 0)
        self.expect_healed()


# By the first login that meets it; where nothing is said, the client is open or waits for
# the service.
SAID = {
    **dict.fromkeys((("link", ""), ("file", ""), ("dangling link", "")),
                    "cannot open the state folder"),
    ("file", "active"): "cannot move the committed leases: Not a directory",
    **dict.fromkeys((("file", "pending"), ("dangling link", "pending")),
                    "cannot create a lease in"),
    **dict.fromkeys((("nothing", "deferred"), ("file", "deferred"), ("dangling link", "deferred")),
                    "cannot list"),
}


class StateFolder(Away):
    """It is no mount here: it must be possible to remove it."""

    def setUp(self):
        super().setUp()
        apart.unmount(self.place.state)
        self.addCleanup(apart.mount_small_disk, self.place.state, DISK_KIB)
        self.begin_again()
        self.kept = self.place.root / "kept"
        self.decoy = self.place.root / "decoy"
        for name in ("active", "pending", "deferred", "ending", "settled"):
            (self.decoy / name).mkdir(parents=True)

    def begin_again(self):
        self.place.map.unlink()
        self.begin()

    def put(self, what: str, path: Path) -> None:
        path.rename(self.kept)
        with suppress(FileExistsError):  # a login was quicker to make a new one
            if what == "file":
                with path.open("x", encoding="ascii") as file:
                    file.write("no folder\n")
            elif what == "link":
                path.symlink_to(self.decoy)
            elif what == "dangling link":
                path.symlink_to(self.place.root / "nowhere")

    def put_back(self, path: Path) -> None:
        """Logins may make another one at any moment."""
        while self.kept.exists():
            self.clear(path)
            with suppress(OSError):
                self.kept.rename(path)

    def clear(self, path: Path) -> None:
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.exists():
            gone = self.place.root / f"gone{next(self.numbers)}"
            path.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def expect_untouched_decoy(self):
        self.assertEqual([path for path in self.decoy.rglob("*") if not path.is_dir()], [])
        self.assertFalse((self.place.root / "nowhere").exists())

    def test_before_a_login(self):
        """A link below state_dir is root's own: that one may be followed."""
        what = ("nothing", "file", "dangling link")
        cases = itertools.product(what, ("", "active", "pending", "deferred"))
        for put, name in (("link", ""), *cases):
            with self.subTest(put, folder=name or "state_dir"):
                self.place.forget_what_was_said()
                path = self.place.state / name
                self.put(put, path)
                client = self.next_client()
                said = [*self.log_in(KNOWN).texts(), *self.log_in(client).texts()]
                self.expect_whole()
                wrong = [text for text in said if "inserted" not in text]
                want = SAID.get((put, name))
                self.assertEqual(len(wrong), 1 if want else 0, said)
                if want:
                    self.assertIn(want, wrong[0])
                else:
                    self.assertTrue(self.place.where(client) in ("active", "pending"), said)
                self.expect_untouched_decoy()
                self.put_back(path)
                self.expect_healed()

    def test_another_with_as_many_leases(self):
        """The seal's number of leases does not tell, and a login must not hide it."""
        for logins in (0, 1):
            with self.subTest(logins=logins):
                self.expect_healed()
                self.put("nothing", self.place.state)
                self.place.prepare()
                for _lease in self.kept.joinpath("active").iterdir():
                    self.place.add_lease("active", self.next_client())
                for _ in range(logins):
                    self.log_in(self.next_client())
                self.expect_healed()
                self.put_back(self.place.state)
                self.expect_healed()

    def test_while_logins_go_on(self):
        puts = itertools.cycle(("nothing", "file", "link", "dangling link"))
        turns = self.during(lambda: self.put(next(puts), self.place.state),
                            lambda: self.put_back(self.place.state))
        self.expect_untouched_decoy()
        print(f"figure: state folder: {turns} times gone while {CROWD * LOGINS} logins passed",
              flush=True)
        self.assertGreater(turns, 0)
        self.expect_healed()


if __name__ == "__main__":
    unittest.main()
