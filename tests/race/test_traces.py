# SPDX-License-Identifier: BSD-2-Clause
"""Traces of the model (tests/model/repairs.py) on the real programs.

Each is held in front of the call at which the model without the repair goes wrong. What
test_stop_points and test_renewals drive at every call is not here again. Not here either:
what happens within one system call, between the finding of a name and the dating of its
file. The model has that; no tracer can hold a call there.
"""

import fcntl
import os
import subprocess
import unittest

from cli import table
from pam import daemon
from pam.daemon import CLIENT
from race.stopped import Stopped
from race.test_renewals import LAPSED, LOGIN, OTHER, Steps

HIS = {"192.0.2.60": "REJECT"}
REFUSING = {CLIENT: "REJECT"}
FEWEST_LOCKED = 3
LOCK_TRIES = 3


class Traces(Steps):
    def replace_table(self, records: dict[str, str]) -> None:
        """Debian's way."""
        table.make(self.place.map.with_name("new.db"), records).replace(self.place.map)

    def run_sapdb(self, *arguments: str) -> None:
        done = subprocess.run(self.sapdb(*arguments), capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)

    def expect(self, opened: set[str]) -> None:
        self.assertEqual(table.opened(self.place.map), opened)
        self.assertEqual(self.place.leases("active"), opened)
        for folder in ("pending", "deferred", "ending"):
            self.assertEqual(self.place.leases(folder), set(), folder)
        self.assertEqual(table.faults(self.place.map), "")
        self.assertEqual(self.place.beside(), [])

    def age_of(self, folder: str, address: str) -> float:
        path = self.place.state / folder / address
        return os.stat(path).st_mtime - os.stat(self.place.conf).st_mtime


class Requests(Traces):
    def begin(self) -> None:
        """One has waited for more than a lifetime, the other just came."""
        self.run_sapdb("expire")  # also so that `commit` does not do the timer's work
        self.place.sapdb("revoke", CLIENT, OTHER)
        for address in (CLIENT, OTHER):
            self.place.add_lease("pending", address)
        self.place.date(self.place.state / "pending" / CLIENT, LAPSED)

    def test_a_lapsed_request_is_renewed(self):
        """At each stop of the commit that would drop it."""
        def do(stopped: Stopped) -> str:
            self.log_in()
            return stopped.go_on()

        def judge(ended: str) -> None:
            self.assertEqual(ended, "ended 0")
            self.run_sapdb("commit")
            self.expect({CLIENT, OTHER})

        self.at_each_stop(self.sapdb("commit"), do, judge)

    def test_a_lapsed_request_is_renewed_and_the_commit_killed(self):
        def do(stopped: Stopped) -> None:
            self.log_in()
            stopped.step()
            stopped.kill()

        def judge(_: None) -> None:
            self.run_sapdb("expire")
            self.expect({CLIENT, OTHER})

        self.at_each_stop(self.sapdb("commit"), do, judge)

    def test_a_request_that_is_taken_is_made_again(self):
        """By a revoke, when it has just been made: the client logs in after all."""
        self.run_sapdb("commit")
        stopped = Stopped(self.place.root, self.daemon.command(*LOGIN), 1)
        while stopped.is_held and not self.place.leases("pending"):
            stopped.step()
        self.assertTrue(stopped.is_held)
        (self.place.state / "pending" / CLIENT).unlink()
        self.assertEqual(stopped.go_on(), "ended 0")
        self.run_sapdb("commit")
        self.expect({CLIENT})

    def test_a_request_at_any_step_of_a_commit(self):
        """It is in active/ only when the table shows it."""
        def do(stopped: Stopped) -> str:
            self.place.add_lease("pending", CLIENT)
            return stopped.go_on()

        def judge(ended: str) -> None:
            self.assertEqual(ended, "ended 0")
            self.assertEqual(self.place.leases("active"), table.opened(self.place.map))
            self.run_sapdb("commit")
            self.expect({CLIENT, OTHER})

        self.at_each_stop(self.sapdb("commit"), do, judge)

    def test_an_older_request_dates_nothing_back(self):
        self.run_sapdb("commit")
        self.place.sapdb("grant", CLIENT)
        self.place.add_lease("pending", CLIENT, age=600)
        before = self.age_of("active", CLIENT)
        self.run_sapdb("commit")
        self.expect({CLIENT})
        self.assertGreaterEqual(self.age_of("active", CLIENT), before)


class Settled(Traces):
    def begin(self) -> None:
        """He refused the client, which is known; now another table stands there."""
        self.replace_table(REFUSING)
        self.run_sapdb("expire")
        self.log_in()
        self.run_sapdb("commit")
        self.assertEqual(self.place.where(CLIENT), "settled")
        self.replace_table(HIS)

    def at_any_step(self, judge_how) -> None:
        def do(stopped: Stopped) -> None:
            judge_how(stopped)

        def judge(_: None) -> None:
            self.run_sapdb("commit")
            self.expect({CLIENT})

        self.at_each_stop(self.sapdb("expire"), do, judge)

    def test_a_login_at_any_step_of_the_commit(self):
        def go_on(stopped: Stopped) -> None:
            self.log_in()
            self.assertEqual(stopped.go_on(), "ended 0")

        self.at_any_step(go_on)

    def test_a_login_after_a_kill_at_any_step_of_the_commit(self):
        def kill(stopped: Stopped) -> None:
            stopped.kill()
            self.log_in()

        self.at_any_step(kill)

    def test_a_mv_takes_the_refusal_away(self):
        self.begin()
        self.log_in()
        self.run_sapdb("commit")
        self.expect({CLIENT})


class Closing(Traces):
    def test_nothing_ends_without_the_lock(self):
        """A revoke has it: the run of the timer finds what is due, and waits."""
        self.begin()
        revoke = Stopped(self.place.root, self.sapdb("revoke", OTHER), 1)
        revoke.step_to("unlinkat")
        expire = Stopped(self.place.root, self.sapdb("expire"), 1)
        for _ in range(LOCK_TRIES):
            expire.step_to("flock")
            self.assertTrue(expire.is_held)
            expire.step()
        self.assertEqual(self.place.where(CLIENT), "active")
        self.assertEqual(revoke.go_on(), "ended 0")
        self.assertEqual(expire.go_on(), "ended 0")
        self.expect(set())

    def test_what_is_left_in_ending(self):
        """Renewed, its record there or not: open. Lapsed: gone."""
        for label, age, has_record, want in (("renewed", 0, True, {CLIENT}),
                                             ("renewed, record gone", 0, False, {CLIENT}),
                                             ("lapsed", LAPSED, True, set())):
            with self.subTest(label):
                self.run_sapdb("expire")
                if has_record:
                    self.place.sapdb("grant", CLIENT)
                    os.rename(self.place.state / "active" / CLIENT,
                              self.place.state / "ending" / CLIENT)
                else:
                    self.place.add_lease("ending", CLIENT)
                self.place.date(self.place.state / "ending" / CLIENT, age)
                self.run_sapdb("expire")
                self.expect(want)
                self.place.sapdb("revoke", "--all")

    def test_active_is_lost(self):
        self.begin()
        for lease in (self.place.state / "active").iterdir():
            lease.unlink()
        self.run_sapdb("expire")
        self.expect(set())

    def test_a_kill_at_any_step_of_an_insert(self):
        """Nothing waits and the seal may be whole: the next run clears up all the same."""
        def do(stopped: Stopped) -> None:
            stopped.kill()
            self.place.date(self.place.state / "active" / CLIENT, 0)  # nothing is due

        def judge(_: None) -> None:
            self.run_sapdb("expire")
            self.assertEqual(self.place.beside(), [])
            self.assertEqual(table.faults(self.place.map), "")
            self.assertEqual(table.opened(self.place.map), {CLIENT, OTHER})

        self.at_each_stop(self.sapdb("insert", "192.0.2.61", "REJECT"), do, judge)


class Exchange(Traces):
    def begin(self) -> None:
        self.run_sapdb("expire")
        self.place.add_lease("pending", CLIENT)

    def is_locked(self) -> bool:
        """No makemap could have the table now."""
        fd = os.open(self.place.map, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        return False

    def test_the_new_file_is_locked_until_it_is_sealed(self):
        self.begin()
        before, seal = self.place.inode(), (self.place.run / "seal").read_bytes()
        stopped = Stopped(self.place.root, self.sapdb("commit"), 1)
        locked = 0
        while stopped.is_held:
            unsealed = (self.place.run / "seal").read_bytes() == seal
            if self.place.inode() != before and unsealed:
                self.assertTrue(self.is_locked(), stopped.name)
                locked += 1
            stopped.step()
        self.assertEqual(stopped.go_on(), "ended 0")
        self.assertGreater(locked, FEWEST_LOCKED)

    def test_readers_are_told_before_the_login_returns(self):
        """sendmail's look at what it has open: its date, in whole seconds."""
        self.run_sapdb("expire")
        with open(self.place.map, "rb") as reader:
            before = int(os.fstat(reader.fileno()).st_mtime)
            said = self.daemon.run(*daemon.opening())
            self.assertEqual(set(said.values), {daemon.SUCCESS})
            self.assertGreater(int(os.fstat(reader.fileno()).st_mtime), before)
        self.expect({CLIENT})


del Steps  # its tests are its subclasses'


if __name__ == "__main__":
    unittest.main()
