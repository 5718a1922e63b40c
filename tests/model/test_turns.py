# SPDX-License-Identifier: BSD-2-Clause
"""With all rules the turns hold; without any one of them they do not."""

import unittest

from model.power import Disk, can_tear
from model.turns import Rules, first_fault

# spares, the folder is synced, a file's sync carries names: may a power cut tear the table?
DISKS = (
    (Disk(1, False, True), True),
    (Disk(1, True, False), False),
    (Disk(2, False, True), False),   # ext4, XFS
    (Disk(2, False, False), True),
    (Disk(2, True, False), False),   # all others
    (Disk(2, True, True), False),
)


class Turns(unittest.TestCase):
    def test_with_all_rules_nothing_is_lost(self):
        self.assertIsNone(first_fault(Rules()))

    def test_each_rule_is_needed(self):
        """Of the three that keep a half written spare away one would do."""
        for without in ({"lacks_all": False}, {"checks_table": False},
                        {"clears_note": False, "takes_name": False, "checks_spare": False}):
            with self.subTest(without):
                way = first_fault(Rules(**without))
                self.assertIsNotNone(way)
                print(f"\nwithout {', '.join(without)}: {', '.join(way)}")

    def test_a_power_cut(self):
        for disk, tears in DISKS:
            with self.subTest(disk):
                self.assertEqual(can_tear(disk), tears)


if __name__ == "__main__":
    unittest.main()
