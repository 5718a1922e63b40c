# SPDX-License-Identifier: BSD-2-Clause
"""A rebuild, a kill or both between any two system calls of a commit.

`sapdb commit` and `sapdb expire` are held in front of each of their calls on the files
of the state and of the map in turn. Then, as the case may be: an administrator rebuilds
the table in place, or moves a new one over it; the command goes on, or is killed, or
goes on call by call and a makemap that waits gets its chance after each. The next run of the timer must find everything right: a whole table, the administrator's
records as his last successful rebuild left them, a record for every live lease and no
other, no stray file, owner and mode as they were.

At each stop, before anything is done to it, the path names a whole table: promise 1.

Exempt, and counted, is the window that promise 1 names: the command is killed when the
retired file still has a name and a makemap waits for its lock. That makemap empties the
new table and fails; the administrator has to run it again. (While makemap itself writes
in place the table is not looked at: the other window.)
"""

import os
import subprocess
import unittest
from typing import NamedTuple

from cli import table
from race.rebuilders import InPlace, Move
from race.scene import Scene

MANY_FAULTS = 5
END_OF_COMMAND = 60


class Case(NamedTuple):
    label: str
    rebuild: type | None
    then: str  # "go" on, "step" or "kill"
    again: bool = False  # the rebuild comes a second time, in front of the next call


CASES = (
    Case("makemap in place", InPlace, "go"),
    Case("makemap in place, step by step", InPlace, "step"),
    Case("mv over", Move, "go"),
    Case("mv over, twice", Move, "go", again=True),
    Case("kill", None, "kill"),
    Case("makemap in place, then kill", InPlace, "kill"),
    Case("mv over, then kill", Move, "kill"),
    Case("mv over, twice, then kill", Move, "kill", again=True),
)


class Stopped:
    """The command in front of its Nth call, or at its end."""

    def __init__(self, scene: Scene, command: str, n: int):
        self.process = subprocess.Popen(
            [os.environ["SAP_STOP_POINT"], f"{scene.place.root}/", str(n),
             *scene.command(command)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._read()

    def _read(self) -> None:
        self.said = self.process.stdout.readline().strip()
        word, _, self.name = self.said.partition(" ")
        self.is_held = word == "stopped"

    def step(self) -> None:
        """Make the call, and stop in front of the next one or at the end."""
        self.process.stdin.write("s")
        self.process.stdin.flush()
        self._read()

    def release(self, then: str) -> str:
        """Go on or kill; returns the last line, "ended STATUS"."""
        rest = self.process.communicate(then[0] if self.is_held else "",
                                        timeout=END_OF_COMMAND)[0]
        return (self.said + "\n" + rest).strip().rpartition("\n")[2]


class StopPoints(unittest.TestCase):
    """Both halves, below, are run side by side."""

    command = ""

    def setUp(self):
        self.scene = Scene()
        self.exempt = self.waited = self.failed = 0
        self.rebuilds: list[InPlace | Move] = []

    def tearDown(self):
        self.scene.close()

    def start_anew(self):
        self.scene.close()
        self.scene = Scene()

    def rebuild(self, case: Case, stopped: Stopped) -> bool:
        """All that happens at the stop. True: a makemap waits for the lock."""
        scene = self.scene
        if not (case.rebuild and stopped.is_held):
            return False
        self.rebuilds = [case.rebuild(scene.place.map, scene.next_statics())]
        waits = self.rebuilds[0].settle()
        if case.again:
            stopped.step()
            self.rebuilds.append(case.rebuild(scene.place.map, scene.next_statics()))
        while case.then == "step" and stopped.is_held:
            stopped.step()
            self.rebuilds[0].settle()
        self.waited += waits
        return waits

    def attempt(self, case: Case, sealed: bool, n: int) -> tuple[str, list[str]]:
        """The name of the call, or "" behind the last; and what is wrong."""
        scene = self.scene
        scene.prepare(sealed)
        before = scene.place.inode()
        self.rebuilds = []
        stopped = Stopped(scene, self.command, n)
        name = stopped.name if stopped.is_held else ""
        wrong = table.faults(scene.place.map)
        waits = self.rebuild(case, stopped)
        is_window = waits and case.then == "kill" and scene.between_exchange_and_unlink(before)
        ended = stopped.release(case.then)
        for rebuild in self.rebuilds:
            scene.statics = rebuild.statics if rebuild.succeeded() else scene.statics
        faults = [f"at the stop: {wrong}"] if wrong else []
        if case.then != "kill" and ended != "ended 0":
            faults.append(f"the command {ended}")
        if is_window:
            self.exempt += 1
            scene.heal()
            self.start_anew()
        else:
            faults += scene.heal()
        return name, faults

    def run_all(self, case: Case, sealed: bool) -> int:
        """Every stop point of the case; returns how many there are."""
        n, name = 0, "the first"
        while name and self.failed < MANY_FAULTS:
            n += 1
            with self.subTest(case.label, sealed=sealed, stop=n):
                name, faults = self.attempt(case, sealed, n)
                if faults:
                    self.failed += 1
                    self.start_anew()
                    self.fail(f"in front of {name}: " + "; ".join(faults))
        return n - 1

    def check(self, sealed: bool):
        for case in CASES:
            self.exempt = self.waited = 0
            tried = self.run_all(case, sealed)
            print(f"\n{self.command}, {'sealed' if sealed else 'no seal'}, {case.label}: "
                  f"{tried} stop points, {self.waited} with a makemap that waits, "
                  f"{self.exempt} exempt")
            self.assertGreater(tried, 60, "fewer stops than a commit has calls")

    def check_both(self):
        self.check(sealed=True)
        self.check(sealed=False)


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
