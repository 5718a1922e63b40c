# SPDX-License-Identifier: BSD-2-Clause
"""A map that cannot be changed: the logins pass, the leases wait, one line says why.

When the map is back, `sapdb expire` (the timer) opens all of them.
"""

import os
import time
import unittest
from collections.abc import Callable
from pathlib import Path

from cli import table
from cli.place import Place
from pam import daemon
from pam.daemon import Daemon

LOGINS = 20
WAIT = 0.5
SLACK = 3.0  # of a busy machine, for one login, with sanitizers
EVERYBODY = {f"10.9.0.{number + 1}" for number in range(LOGINS)}


def take_away(place: Place) -> None:
    place.map.unlink()


def make_symlink(place: Place) -> None:
    place.map.rename(place.root / "elsewhere.db")
    place.map.symlink_to(place.root / "elsewhere.db")


def make_folder(place: Place) -> None:
    place.map.unlink()
    place.map.mkdir()


def make_text(place: Place) -> None:
    place.map.write_text("192.0.2.60 REJECT\n")


def make_empty(place: Place) -> None:
    place.map.write_bytes(b"")


def make_fifo(place: Place) -> None:
    place.map.unlink()
    os.mkfifo(place.map)


def make_linked(place: Place) -> None:
    os.link(place.map, place.root / "second-link")


def take_folder_away(place: Place) -> None:
    place.map.parent.rename(place.root / "mail.away")


def spoil_backend(place: Place) -> None:
    place.configure(backend_dir=str(place.root / "none"))


# How the map is spoilt, and what is said about it.
SPOILT: tuple[tuple[str, Callable[[Place], None], str], ...] = (
    ("missing", take_away, "cannot open the table {map}: No such file or directory"),
    ("a symbolic link", make_symlink, "{map} is a symbolic link; name the table itself"),
    ("a folder", make_folder, "{map} is no regular file"),
    ("a text", make_text, "{map} is a text file; the table made of it by makemap is meant"),
    ("an empty file", make_empty, "{map} is an empty file; make a table of it with makemap"),
    ("a FIFO", make_fifo, "{map} is no regular file"),
    ("no backend", spoil_backend, "need a backend that is not installed"),
)
# The module may not write there, or finds what it has not left there, so it leaves the
# lease to the service, which says why.
LEFT_TO_THE_SERVICE: tuple[tuple[str, Callable[[Place], None], str], ...] = (
    ("unreadable", lambda place: place.map.chmod(0), "cannot open the table {map}: Permission"),
    ("folder read-only", lambda place: place.map.parent.chmod(0o555), "cannot create "),
    ("with a second link", make_linked, "{map} has a second hard link"),
    ("folder missing", take_folder_away, "cannot open the map's folder"),
)


def repair(place: Place) -> None:
    """The map is as it was."""
    away = place.root / "mail.away"
    if away.exists():
        away.rename(place.map.parent)
    place.map.parent.chmod(0o755)
    (place.root / "second-link").unlink(missing_ok=True)
    if place.map.is_dir() and not place.map.is_symlink():
        place.map.rmdir()
    place.map.unlink(missing_ok=True)
    table.make(place.map, {"192.0.2.60": "REJECT"})
    place.configure(backend_dir=str(place.lib))
    place.own()


class Trouble(unittest.TestCase):
    def new_daemon(self) -> Daemon:
        case = Daemon(wait=f"{int(WAIT * 1000)}ms")
        self.addCleanup(case.close)
        table.make(case.place.map, {"192.0.2.60": "REJECT"})
        case.place.ready()
        return case

    def log_in_all(self, case: Daemon) -> list[daemon.Line]:
        """20 clients, one after the other; each within the wait."""
        lines = []
        for address in sorted(EVERYBODY):
            before = time.monotonic()
            said = case.run(*daemon.opening(address))
            self.assertEqual(set(said.values), {daemon.SUCCESS})
            self.assertLess(time.monotonic() - before, WAIT + SLACK)
            lines += said.log
        return lines

    def queued(self, place: Place) -> set[str]:
        return place.leases("pending") | place.leases("deferred")

    def expect_recovery(self, place: Place):
        repair(place)
        done = place.sapdb("expire")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(table.opened(place.map), EVERYBODY)
        self.assertEqual(place.leases("active"), EVERYBODY)
        self.assertEqual(table.faults(place.map), "")
        self.assertEqual(place.beside(), [])

    def test_it_is_said_once_and_all_are_opened_later(self):
        for label, spoil, want in SPOILT:
            with self.subTest(label):
                case = self.new_daemon()
                spoil(case.place)
                lines = self.log_in_all(case)
                self.assertEqual(len(lines), 1, lines)
                self.assertEqual(lines[0].level, daemon.ERROR)
                self.assertIn(want.format(map=case.place.map), lines[0].text)
                self.assertEqual(self.queued(case.place), EVERYBODY)
                self.assertEqual(case.run(*daemon.opening("10.9.0.1")).log, [])
                self.expect_recovery(case.place)

    def test_what_the_service_has_to_do(self):
        for label, spoil, want in LEFT_TO_THE_SERVICE:
            with self.subTest(label):
                case = self.new_daemon()
                spoil(case.place)
                case.place.configure(wait="0")
                lines = self.log_in_all(case)
                # Where the table is foreign, and nobody has come for a second.
                self.assertEqual([line.text for line in lines
                                  if "start pam_sap-commit.path" not in line.text], [])
                self.assertLessEqual(len(lines), 1)
                self.assertEqual(self.queued(case.place), EVERYBODY)
                first, second = (case.place.sapdb("expire", "--unattended") for _ in range(2))
                self.assertEqual((first.returncode, second.returncode), (3, 3))
                self.assertIn(want.format(map=case.place.map), first.stderr)
                self.assertEqual(first.stderr.count("\n"), 1)
                self.assertEqual(second.stderr, "", "said again")
                self.expect_recovery(case.place)

    def test_nobody_waits_behind_a_stuck_queue(self):
        case = self.new_daemon()
        case.place.configure(wait="10s")
        case.place.map.parent.chmod(0o555)
        case.place.add_lease("pending", "10.9.1.1", age=30)
        case.place.date(case.place.run / "seal", 30)  # nor has anybody committed since
        before = time.monotonic()
        case.run(*daemon.opening("10.9.1.2"))
        self.assertLess(time.monotonic() - before, 5)
        self.assertEqual(self.queued(case.place), {"10.9.1.1", "10.9.1.2"})

    def test_a_known_client_while_the_map_is_away(self):
        case = self.new_daemon()
        case.run(*daemon.opening("10.9.0.1"))
        take_away(case.place)
        lines = [line for _ in range(3) for line in case.run(*daemon.opening("10.9.0.1")).log]
        self.assertLessEqual(len(lines), 1)
        self.assertIn("10.9.0.1", case.place.leases("active"))
        repair(case.place)
        self.assertEqual(case.place.sapdb("expire").returncode, 0)
        self.assertEqual(table.opened(case.place.map), {"10.9.0.1"})


class Wrong(unittest.TestCase):
    def test_state_folder_that_cannot_be_made(self):
        for label, on_error, answer in (("ignored", "ignore", daemon.SUCCESS),
                                        ("on_error=fail", "fail", daemon.SESSION_ERR)):
            with self.subTest(label):
                case = Daemon(f"session required OURS on_error={on_error}")
                self.addCleanup(case.close)
                Path(case.place.state).write_text("a file")
                case.place.own()
                said = [case.run("start", "rhost=10.9.0.1", "open", "end") for _ in range(3)]
                self.assertEqual([one.values[2] for one in said], [answer] * 3)
                self.assertEqual([len(one.log) for one in said], [1, 0, 0], said)


if __name__ == "__main__":
    unittest.main()
