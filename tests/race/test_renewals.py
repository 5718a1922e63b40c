# SPDX-License-Identifier: BSD-2-Clause
"""A login at any step of an expiry, an expiry at any step of a login, a kill of a revoke.

The lease of a client has lapsed, and it logs in while `sapdb expire` is held in front of
one of its calls (or the other way round). Whoever was first, and also when the expiry is
killed one call later, the client relays in the end: its renewal is never lost. The login
does not wait for the stopped one (wait = 0); what it leaves in the queue the path unit
would commit, here `sapdb commit`.

A revoke that is killed has done nothing, or it is finished by the next run: what it has
taken in hand is never revived.
"""

import subprocess
import unittest

from cli import table
from pam import daemon
from pam.daemon import CLIENT, Daemon
from race.stopped import Stopped

OTHER = "192.0.2.8"
LAPSED = 3600
MANY_FAULTS = 5
FEWEST_STOPS = 20
LOGIN = ("start", f"rhost={CLIENT}", "open", "close", "end")


class Steps(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(wait="0", like_us=True)
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {"192.0.2.60": "REJECT"})
        self.failed = 0

    def sapdb(self, command: str, *arguments: str) -> list[str]:
        return [str(self.place.sapdb_path), "-c", str(self.place.conf), command, *arguments]

    def log_in(self) -> None:
        said = self.daemon.run(*LOGIN)
        self.assertEqual(set(said.values), {daemon.SUCCESS})

    def begin(self) -> None:
        """Both are open; the lease of the one has lapsed."""
        self.place.sapdb("commit")
        for address in (CLIENT, OTHER):
            self.place.sapdb("grant", address)
        self.place.date(self.place.state / "active" / CLIENT, LAPSED)

    def expect_open(self, *commands: str) -> None:
        """After each of the commands."""
        for command in commands:
            done = subprocess.run(self.sapdb(command), capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(table.opened(self.place.map), {CLIENT, OTHER}, command)
            self.assertEqual(self.place.leases("active"), {CLIENT, OTHER}, command)
        self.assertEqual(table.faults(self.place.map), "")

    def at_each_stop(self, command: list[str], do, judge) -> None:
        """`do` at each stop of the command, `judge` when that has ended."""
        n = 0
        while self.failed < MANY_FAULTS:
            n += 1
            self.begin()
            stopped = Stopped(self.place.root, command, n)
            name = stopped.name
            if not stopped.is_held:
                stopped.go_on()
                break
            with self.subTest(command=command[0].rpartition("/")[2], stop=n, call=name):
                self.failed += 1
                judge(do(stopped))
                self.failed -= 1
        what = self.id().rpartition(".")[2].removeprefix("test_").replace("_", " ")
        print(f"\nfigure: {what}: {n - 1} stops")
        self.assertGreater(n, FEWEST_STOPS)


class Renewals(Steps):
    def test_a_login_at_any_step_of_an_expiry(self):
        def do(stopped: Stopped) -> str:
            self.log_in()
            return stopped.go_on()

        def judge(ended: str) -> None:
            self.assertEqual(ended, "ended 0")
            self.expect_open("commit", "expire")

        self.at_each_stop(self.sapdb("expire"), do, judge)

    def test_a_login_at_any_step_of_an_expiry_that_is_killed_one_call_later(self):
        """Between the two it may have been taken for lapsed: the next run looks again."""
        def do(stopped: Stopped) -> None:
            self.log_in()
            stopped.step()
            stopped.kill()

        self.at_each_stop(self.sapdb("expire"), do, lambda _: self.expect_open("expire"))

    def test_an_expiry_at_any_step_of_a_login(self):
        def do(stopped: Stopped) -> str:
            subprocess.run(self.sapdb("expire"), capture_output=True, timeout=60, check=False)
            return stopped.go_on()

        def judge(ended: str) -> None:
            self.assertEqual(ended, "ended 0")
            self.expect_open("commit", "expire")

        self.at_each_stop(self.daemon.command(*LOGIN), do, judge)


class Revokes(Steps):
    def test_a_kill_at_any_step_of_a_revoke(self):
        def do(stopped: Stopped) -> str:
            stopped.kill()
            lease = self.place.state / "active" / OTHER
            is_dated_back = lease.exists() and lease.stat().st_mtime == 0
            untouched = self.place.where(OTHER) == "active" and not is_dated_back
            return "untouched" if untouched else "in hand"

        def judge(state: str) -> None:
            self.assertEqual(self.place.sapdb("expire").returncode, 0)
            want = {OTHER} if state == "untouched" else set()
            found = self.place.leases("active") | self.place.leases("pending")
            self.assertEqual(found - {CLIENT}, want, state)
            self.assertEqual(table.opened(self.place.map) - {CLIENT}, want, state)
            self.assertEqual(table.faults(self.place.map), "")

        self.at_each_stop(self.sapdb("revoke", OTHER), do, judge)


if __name__ == "__main__":
    unittest.main()
