# SPDX-License-Identifier: BSD-2-Clause
"""A minute of everything at once (SAP_RACE_SECONDS for longer), judged at standstills.

At each: no static record is lost, every live lease is shown and no other, no marker is
without a lease, the table verifies, no stray file is there. And the readers, which look
up keys that are there throughout:

    alone      miss none, and meet no error; and who has logged in is open when his login
               has returned, also while the timer ends the lease that it renews
    move       miss none either: a table that is moved over is whole
    in place   miss them only behind a makemap that wrote over the file while they had it
               open, as they do without us: within one second sendmail sees no new date,
               and Postfix does not look in the midst of a session. The table's record
               `version` has become another one then: no file of ours shows that to who
               has it open. And who comes new finds them all

Counted, not judged: a makemap that has to be run again since the file was exchanged under
it, those of them that emptied the table (its stat window; nobody can lock that) with what
was missing there, and the openings that sendmail refuses since the table was exchanged in
between.
"""

import os
import unittest

from race import standstill
from race.crowd import TALLY, Crowd
from race.rebuilders import InPlace, Move

SECONDS = int(os.environ.get("SAP_RACE_SECONDS", "60"))
CONTROL = max(10, SECONDS // 4)
ROUND = 10  # seconds from a standstill to the next, at most
# Of a race, however slow the machine is: it can't pass by doing nothing.
LEAST = {"logins": 100, "exchanges": 5, "expire": 1, "lapsed": 1, "insert": 2,
         "sendmail lookups": 500, "postfix lookups": 500,
         "sendmail openings": 10, "postfix openings": 10}
LEAST_REBUILDS = {"rebuilds": 5}


def of_readers(figures, name: str) -> int:
    return figures[f"sendmail {name}"] + figures[f"postfix {name}"]


def windows(figures) -> list[str]:
    """What no lock can close, as rates."""
    tries = figures["rebuilds"] + figures["run again"]
    rates = [("makemaps run again", figures["run again"], tries),
             ("tables emptied", figures["emptied"], tries)]
    for kind in ("sendmail", "postfix"):
        rates += [(f"{kind}'s openings refused", figures[f"{kind} refused"],
                   figures[f"{kind} openings"]),
                  (f"{kind}'s look-ups that missed", figures[f"{kind} missing"],
                   figures[f"{kind} lookups"])]
    return [f"{name} {number} of {of} ({100 * number / of:.3f} %)"
            for name, number, of in rates if of]


class Race(unittest.TestCase):
    def race(self, rebuild=None, with_us: bool = True, seconds: int = SECONDS):
        """Returns the figures, which it prints."""
        crowd = Crowd(rebuild, with_us)
        self.addCleanup(crowd.close)
        rounds = max(2, seconds // ROUND)
        for number in range(rounds):
            crowd.run(max(1, seconds // rounds))
            faults = crowd.faults + (standstill.faults(crowd) if with_us else [])
            self.assertEqual(faults, [], f"at standstill {number + 1}")
            crowd.figures["standstills"] += 1
        self.report(rebuild, with_us, crowd.figures)
        self.check_work(crowd.figures, LEAST | (LEAST_REBUILDS if rebuild else {}))
        return crowd.figures

    def report(self, rebuild, with_us: bool, figures) -> None:
        who = f"{rebuild.__name__ if rebuild else 'no rebuild'}, " + (
            "with us" if with_us else "without us")
        ours = ("seconds", "standstills", "logins", "asked for", "exchanges", "commit", "commit put off",
                "expire", "lapsed", "insert", "delete", "rebuilds", "run again", "emptied")
        print(f"\nfigure: race, {who}: " + ", ".join(
            f"{name} {figures[name]}" for name in ours if figures[name]))
        for kind in ("sendmail", "postfix"):
            print(f"figure: race, {who}, as {kind} reads: " + ", ".join(
                f"{name} {figures[f'{kind} {name}']}" for name in TALLY))
        print(f"figure: race, {who}, windows: " + ", ".join(windows(figures)))

    def check_work(self, figures, least: dict[str, int]) -> None:
        for name, number in least.items():
            self.assertGreaterEqual(figures[name], number, f"too few: {name}")


class Alone(Race):
    def test_readers_miss_nothing(self):
        figures = self.race()
        self.assertGreaterEqual(figures["asked for"], figures["logins"])
        for name in ("missing", "broken", "died"):
            self.assertEqual(of_readers(figures, name), 0, name)
        self.assertEqual(figures["postfix refused"], 0)


class MoveOver(Race):
    def test_readers_miss_nothing(self):
        """Without us none is missing either."""
        control = self.race(Move, with_us=False, seconds=CONTROL)
        figures = self.race(Move)
        for name in ("missing", "broken", "died"):
            self.assertEqual(of_readers(control, name), 0, name)
            self.assertEqual(of_readers(figures, name), 0, name)


class MakemapInPlace(Race):
    def test_readers_miss_only_what_makemap_writes_over(self):
        self.judge(self.race(InPlace, with_us=False, seconds=CONTROL))
        self.judge(self.race(InPlace))

    def judge(self, figures) -> None:
        """The same without us: makemap alone must do what is taken for makemap's."""
        missing, rewritten, emptied, lost = (
            of_readers(figures, name) for name in ("missing", "rewritten", "emptied", "lost"))
        self.assertEqual(lost, 0, "not in the table")
        self.assertEqual(missing - rewritten - emptied, 0, "in a file that makemap let alone")
        if figures["emptied"] == 0:
            self.assertEqual(emptied, 0, "in a table that no makemap emptied")


if __name__ == "__main__":
    unittest.main()
