# SPDX-License-Identifier: BSD-2-Clause
"""A minute of everything at once (SAP_RACE_SECONDS for longer), judged at standstills.

At each: no static record is lost, every live lease is shown and no other, no marker is
without a lease, the table verifies, no stray file is there. And the readers, which look
up keys that are there throughout:

    alone      miss none, and meet no error; and who has logged in is open when his login
               has returned, also while the timer ends the lease that it renews
    move       miss none either: a table that is moved over is whole
    in place   miss them only in a file that makemap has written over while it was open, as
               they do without us: a second has one mtime, and Postfix does not look in
               the midst of a session. Never in a file that we have put there

Counted, not judged: a makemap that has to be run again since the file was exchanged under
it, those of them that emptied the table (its stat window; nobody can lock that), and
the openings that sendmail refuses since the table was exchanged in between.
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
        self.race(InPlace, with_us=False, seconds=CONTROL)
        figures = self.race(InPlace)
        ours = of_readers(figures, "missing") - of_readers(figures, "rewritten")
        if figures["emptied"] == 0:
            self.assertEqual(ours, 0, "missing in a file that nobody wrote over")


if __name__ == "__main__":
    unittest.main()
