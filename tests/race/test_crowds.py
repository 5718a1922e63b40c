# SPDX-License-Identifier: BSD-2-Clause
"""A minute of everything at once (SAP_RACE_SECONDS for longer), judged at standstills.

At each: no static record is lost, every live lease is shown and no other, no marker is
without a lease, the table verifies, no stray file is there. And the readers, which look
up keys that are there throughout:

    alone      miss none, and meet no error; and who has logged in is open when his login
               has returned, also while the timer ends the lease that it renews
    move       miss none either: a table that is moved over is whole
    in place   miss them only behind a makemap that wrote over the file while they had it
               open, as they do without us, and after no more of its runs: within one second
               sendmail sees no new date, and Postfix does not look in the midst of a
               session. The table's record `version` has become another one then (where the
               reader could learn it: we date the files that we retire), and no marker of
               ours is there: a file that has one we wrote, and nobody wrote over it. And
               who comes new finds them all

None of them sees a file of ours change while it has it open: a retired one is not used again.

Counted, not judged: a makemap that has to be run again since the file was exchanged under
it, those of them that emptied the table (its stat window; nobody can lock that) with what
was missing there, and the openings that sendmail refuses since the table was exchanged in
between.
"""

import unittest
from collections import Counter

from race import chance, crowd_race
from race.crowd_race import CONTROL
from race.rebuilders import InPlace, Move, need_makemap


class HashRace(crowd_race.Race):
    LEAST = crowd_race.LEAST | {"exchanges": 5}


class Alone(HashRace):
    def test_readers_miss_nothing(self):
        figures = self.race()
        self.assertGreaterEqual(figures["asked for"], figures["logins"])
        for name in ("missing", "recycled", "broken", "died"):
            self.assertEqual(self.of_readers(figures, name), 0, name)
        self.assertEqual(figures["postfix refused"], 0)


class Rebuilt(HashRace):
    def setUp(self):
        need_makemap()


class MoveOver(Rebuilt):
    def test_readers_miss_nothing(self):
        """Without us none is missing either."""
        control = self.race(Move, with_us=False, seconds=CONTROL)
        figures = self.race(Move)
        for name in ("missing", "recycled", "broken", "died"):
            self.assertEqual(self.of_readers(control, name), 0, name)
            self.assertEqual(self.of_readers(figures, name), 0, name)


class MakemapInPlace(Rebuilt):
    FOLD = 3  # so many times as often as without us would not be makemap's doing

    def test_readers_miss_only_what_makemap_writes_over(self):
        control = self.race(InPlace, with_us=False, seconds=CONTROL)
        self.judge(control)
        figures = self.race(InPlace)
        self.judge(figures)
        behind, theirs = self.runs_behind(figures), self.runs_behind(control)
        print(f"figure: race, hash, readers left behind by a makemap in place: {behind} with "
              f"us, {theirs} without")
        self.assertFalse(chance.is_more(behind, theirs, self.FOLD),
                         f"with us {behind}, without {theirs}")

    def runs_behind(self, figures: Counter[str]) -> chance.Count:
        """Sessions, not look-ups: a session that has missed one key misses others."""
        return chance.Count(self.of_readers(figures, "behind"), figures["rebuilds"])

    def judge(self, figures: Counter[str]) -> None:
        """The same without us: makemap alone must do what is taken for makemap's."""
        missing, rewritten, unsure, emptied, ours, lost = (
            self.of_readers(figures, name)
            for name in ("missing", "rewritten", "unsure", "emptied", "ours", "lost"))
        self.assertEqual(lost, 0, "not in the table")
        self.assertEqual(ours, 0, "in a file that we wrote")
        self.assertEqual(self.of_readers(figures, "recycled"), 0, "written by us while open")
        self.assertEqual(missing - rewritten - unsure - emptied, 0,
                         "in a file that makemap let alone")
        if figures["emptied"] == 0:
            self.assertEqual(emptied, 0, "in a table that no makemap emptied")


if __name__ == "__main__":
    unittest.main()
