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

import unittest

from race import crowd_race
from race.crowd_race import CONTROL
from race.rebuilders import InPlace, Move


class HashRace(crowd_race.Race):
    LEAST = crowd_race.LEAST | {"exchanges": 5}


class Alone(HashRace):
    def test_readers_miss_nothing(self):
        figures = self.race()
        self.assertGreaterEqual(figures["asked for"], figures["logins"])
        for name in ("missing", "broken", "died"):
            self.assertEqual(self.of_readers(figures, name), 0, name)
        self.assertEqual(figures["postfix refused"], 0)


class MoveOver(HashRace):
    def test_readers_miss_nothing(self):
        """Without us none is missing either."""
        control = self.race(Move, with_us=False, seconds=CONTROL)
        figures = self.race(Move)
        for name in ("missing", "broken", "died"):
            self.assertEqual(self.of_readers(control, name), 0, name)
            self.assertEqual(self.of_readers(figures, name), 0, name)


class MakemapInPlace(HashRace):
    def test_readers_miss_only_what_makemap_writes_over(self):
        self.judge(self.race(InPlace, with_us=False, seconds=CONTROL))
        self.judge(self.race(InPlace))

    def judge(self, figures) -> None:
        """The same without us: makemap alone must do what is taken for makemap's."""
        missing, rewritten, emptied, lost = (
            self.of_readers(figures, name) for name in ("missing", "rewritten", "emptied", "lost"))
        self.assertEqual(lost, 0, "not in the table")
        self.assertEqual(missing - rewritten - emptied, 0, "in a file that makemap let alone")
        if figures["emptied"] == 0:
            self.assertEqual(emptied, 0, "in a table that no makemap emptied")


if __name__ == "__main__":
    unittest.main()
