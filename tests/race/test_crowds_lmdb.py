# SPDX-License-Identifier: BSD-2-Clause
"""The same crowd at an lmdb: table, with readers as Postfix's (SAP_RACE_SECONDS).

At each standstill no static record is lost, every live lease is shown and no other, and the
table is sound. The readers, which look up keys that are there throughout:

    alone      miss none, and meet no error; and who has logged in is open when his login
               has returned
    postmap    in place, which asks for its lock when its transaction has begun already:
               miss none but while one writes its pages. Without us they miss none at all:
               one commit of ours, which was under way at its begin, has pages that it
               takes for free, and while it writes these there is a mixture. No lock shows
               its begin; so it meets a commit as often as one is under way, and not more
               often. A second commit would spoil the table for good, and must not come,
               however slow postmap is
"""

import unittest

from race import chance, crowd_race
from race.chance import Count
from race.crowd_race import CONTROL
from race.lmdb_crowd import LmdbCrowd, PostmapLmdb


class LmdbRace(crowd_race.Race):
    CROWD = LmdbCrowd

    def none_of(self, figures, *names: str) -> None:
        for name in names:
            self.assertEqual(self.of_readers(figures, name), 0, name)


class Alone(LmdbRace):
    def test_readers_miss_nothing(self):
        figures = self.race()
        self.none_of(figures, "missing", "broken", "died")
        self.assertGreaterEqual(figures["asked for"], figures["logins"])


class PostmapInPlace(LmdbRace):
    FOLD = 1.5  # the one is counted when it begins, the other some milliseconds before

    def test_readers_miss_nothing_that_stays_missing(self):
        control = self.race(PostmapLmdb, with_us=False, seconds=CONTROL)
        self.none_of(control, "missing", "broken", "died")
        figures = self.race(PostmapLmdb)
        self.none_of(figures, "strange")
        met = Count(figures["met"], figures["rebuilds"])
        under_way = Count(figures["looks in a commit"], figures["looks"])
        print(f"figure: race, lmdb, a commit was met by {met} postmaps, a mixture for "
              f"{figures['mixture ms']} ms, the longest {figures['longest ms']} ms; one was "
              f"under way at {under_way} looks")
        self.assertGreater(under_way.tries, 0)
        self.assertFalse(chance.is_more(met, under_way, self.FOLD), "met too often")


if __name__ == "__main__":
    unittest.main()
