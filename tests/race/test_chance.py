# SPDX-License-Identifier: BSD-2-Clause
"""What the crowds take for more than chance, and what not."""

import unittest

from race.chance import Count, is_more

CASES = (
    ("as often", (30, 100), (30, 100), 1, False),
    ("twice as often, by chance", (6, 100), (3, 100), 1, False),
    ("ten times as often", (300, 100), (30, 100), 3, True),
    ("twice as often, where that may be", (600, 1000), (300, 1000), 3, False),
    ("some, where the other has none", (10, 100), (0, 100), 3, False),
    ("many, where the other has none", (100, 100), (0, 100), 3, True),
    ("as often, in fewer tries", (15, 50), (300, 1000), 1, False),
    ("none", (0, 100), (0, 100), 1, False),
)


class Chance(unittest.TestCase):
    def test_what_is_more(self):
        for label, one, other, fold, want in CASES:
            with self.subTest(label):
                self.assertIs(is_more(Count(*one), Count(*other), fold), want)


if __name__ == "__main__":
    unittest.main()
