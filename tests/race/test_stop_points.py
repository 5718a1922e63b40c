# SPDX-License-Identifier: BSD-2-Clause
"""A rebuild, a kill or both between any two system calls of a commit.

`sapdb commit` and `sapdb expire` are held in front of each of their calls on the files
of the state and of the map in turn. Then, as the case may be: an administrator rebuilds
the table in place, or moves a new one over it; the command goes on, or is killed, or
goes on call by call and a makemap that waits gets its chance after each. The next run of
the timer must find everything right: a whole table, the administrator's records as his
last successful rebuild left them, a record for every live lease and no other, no stray
file, owner and mode as they were.

The makemap is the real one where there is one; of postmap there are the steps alone.

At each stop, before anything is done to it, the path names a whole table: promise 1.

Exempt, and counted, is the window that promise 1 names: the command is killed when the
retired file still looks like the table and a makemap waits for its lock (only the last of CASES
gets there). That makemap empties the new table and fails; the administrator has to run
it again. All else must be right there too. (While makemap itself writes in place the
table is not looked at: the other window.)

Under a sanitizer, where each command starts slowly, it is every tenth call; each case begins
with another.
"""

import unittest
from collections import Counter
from typing import NamedTuple

from cli import table
from guest.sanitized import SANITIZER
from race.rebuilders import MAKER, InPlace, Move, Postmap, need_makemap
from race.scene import Scene
from race.stopped import Stopped

MANY_FAULTS = 5
FEWEST_STOPS = 40
EVERY = 1 if SANITIZER == "none" else 10
# The call that makes the copy, of a spare or of the table.
COPYING = {True: "renameat2", False: "copy_file_range"}
EXCHANGING = "renameat2"
GIVES_UP = 12  # calls from the last look for a makemap to the unlock, of two commits
EXEMPT = 2  # the calls from the exchange to the mark: look, change the group


class Case(NamedTuple):
    label: str
    rebuild: type | None
    then: str  # "go" on, "step" or "kill"
    again: bool = False  # the rebuild comes a second time, in front of the next call
    since: str = ""  # "copy", "exchange": it comes at that call; the stops are those behind


CASES = (
    Case("makemap in place", InPlace, "go"),
    Case("makemap in place, step by step", InPlace, "step"),
    Case("postmap in place, step by step", Postmap, "step"),
    Case("mv over", Move, "go"),
    Case("mv over, twice", Move, "go", again=True),
    Case("kill", None, "kill"),
    Case("makemap in place, kill", InPlace, "kill"),
    Case("mv over, kill", Move, "kill"),
    Case("mv over, twice, kill", Move, "kill", again=True),
    Case("mv over since the copy, kill", Move, "kill", since="copy"),
    Case("mv over since the copy, and again, kill", Move, "kill", again=True, since="copy"),
    Case("makemap waits since the exchange, kill", InPlace, "kill", since="exchange"),
)


class StopPoints(unittest.TestCase):
    """Both halves, below, are run side by side."""

    command = ""

    def setUp(self):
        need_makemap()
        self.scene = Scene()
        self.addCleanup(lambda: self.scene.close())
        self.exempt = self.waited = self.gave_up = self.failed = self.tried = 0
        self.count: Counter[str] = Counter()
        self.rebuilds: list[InPlace | Move] = []
        self.faults: list[str] = []

    def start_anew(self):
        self.scene.close()
        self.scene = Scene()

    def start_rebuild(self, case: Case) -> None:
        rebuild = case.rebuild(self.scene.place.map, self.scene.next_statics())
        self.rebuilds.append(rebuild)
        waits = rebuild.settle()
        self.waited += waits
        if not waits and not rebuild.succeeded():
            self.faults.append("a rebuild that nobody disturbed failed: a makemap that works?")

    def stop_at(self, case: Case, sealed: bool, n: int) -> Stopped:
        """In front of the Nth call, or at the end; of a case that has a `since`, the Nth
        behind that, with the makemap waiting."""
        command = self.scene.command(self.command)
        stopped = Stopped(self.scene.place.root, command, 1 if case.since else n)
        if not case.since:
            return stopped
        stopped.step_to(COPYING[sealed])
        if case.since == "exchange":
            stopped.step()
            stopped.step_to(EXCHANGING)
        self.start_rebuild(case)
        for _ in range(n):
            stopped.step()
        return stopped

    def disturb(self, case: Case, stopped: Stopped) -> str:
        """What the case wants there, to the end of the command: how that was."""
        if case.rebuild and not case.since and stopped.is_held:
            self.start_rebuild(case)
        if case.again:
            stopped.step()
            self.start_rebuild(case)
        while case.then == "step" and stopped.is_held:
            stopped.step()
            self.rebuilds[0].settle()
        return stopped.kill() if case.then == "kill" else stopped.go_on()

    def attempt(self, case: Case, sealed: bool, n: int) -> tuple[str, list[str]]:
        """The name of the call, "" for none; and what is wrong."""
        scene = self.scene
        scene.prepare(sealed)
        before = scene.place.inode()
        self.rebuilds, self.faults = [], []
        stopped = self.stop_at(case, sealed, n)
        name = stopped.name
        broken = table.faults(scene.place.map)
        is_window = (name and case.since and case.rebuild is InPlace
                     and scene.between_exchange_and_mark(before))
        ended = self.disturb(case, stopped)
        for rebuild in self.rebuilds:
            has_succeeded = rebuild.succeeded()
            scene.statics = rebuild.statics if has_succeeded else scene.statics
            self.gave_up += not has_succeeded
        faults = self.faults + ([f"at the stop: {broken}"] if broken else [])
        if case.then != "kill" and ended != "ended 0":
            faults.append(f"the command {ended}")
        faults += scene.heal()
        if is_window:
            faults = [fault for fault in faults if not fault.startswith("static records")]
            self.exempt += 1
            self.start_anew()
        return name, faults

    def run_all(self, case: Case, sealed: bool) -> int:
        """The stop points of the case; returns how many there are, or the last that was
        tried. A run may be some calls shorter than another: it takes two without a stop to
        be the end."""
        n, beyond = CASES.index(case) % EVERY + 1 - EVERY, 0
        while beyond < 2 and self.failed < MANY_FAULTS:
            n += EVERY
            self.tried += 1
            name = ""
            with self.subTest(case.label, sealed=sealed, stop=n):
                name, faults = self.attempt(case, sealed, n)
                if faults:
                    self.failed += 1
                    self.start_anew()
                    self.fail(f"in front of {name or 'its end'}: " + "; ".join(faults))
            beyond = 0 if name else beyond + 1
        self.tried -= beyond
        return n - 2 * EVERY

    def check(self, sealed: bool):
        for case in CASES:
            self.exempt = self.waited = self.gave_up = self.tried = 0
            last = self.run_all(case, sealed)
            print(f"\n{self.command}, {'sealed' if sealed else 'no seal'}, {case.label}: "
                  f"{self.tried} stop points, {self.waited} with a rebuild that waits, "
                  f"{self.gave_up} where it gives up, {self.exempt} exempt")
            self.count.update(tried=self.tried, waited=self.waited, exempt=self.exempt)
            self.assertLessEqual(self.exempt, EXEMPT)
            if case.then == "go":
                self.assertLessEqual(self.gave_up, GIVES_UP)
            self.assertGreater(last + EVERY, FEWEST_STOPS, "fewer stops than a commit has calls")

    def check_both(self):
        self.check(sealed=True)
        self.check(sealed=False)
        print("figure: stop points, sapdb {}, {}: {tried} trials, {waited} with a rebuild "
              "that waits, {exempt} exempt".format(self.command, MAKER, **self.count))


class Commit(StopPoints):
    command = "commit"

    def test_commit(self):
        self.check_both()


class Expire(StopPoints):
    command = "expire"

    def test_expire(self):
        self.check_both()


if __name__ == "__main__":
    unittest.main()
