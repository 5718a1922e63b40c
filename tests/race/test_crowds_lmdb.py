# SPDX-License-Identifier: BSD-2-Clause
"""The same crowd at an lmdb: table, with readers as Postfix's (SAP_RACE_SECONDS).

At each standstill no static record is lost, every live lease is shown and no other, and the
table is sound. The readers miss nothing and meet no error, not even while a postmap makes
the table anew in place, which asks for its lock when its transaction has begun already: who
reads sees the table of before or of after. Without a postmap, who has logged in is open
when his login has returned.
"""

import unittest

from race import crowd_race
from race.lmdb_crowd import LmdbCrowd, PostmapLmdb


class LmdbRace(crowd_race.Race):
    CROWD = LmdbCrowd

    def judge(self, figures) -> None:
        for name in ("missing", "broken"):
            self.assertEqual(self.of_readers(figures, name), 0, name)


class Alone(LmdbRace):
    def test_readers_miss_nothing(self):
        figures = self.race()
        self.judge(figures)
        self.assertGreaterEqual(figures["asked for"], figures["logins"])


class PostmapInPlace(LmdbRace):
    def test_readers_miss_nothing(self):
        self.judge(self.race(PostmapLmdb))


if __name__ == "__main__":
    unittest.main()
