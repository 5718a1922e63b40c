# SPDX-License-Identifier: BSD-2-Clause
"""With all rules the turns hold; without any one of them, and its second safeguards, they
do not."""

import unittest

from model.power import Disk, can_tear
from model.repairs import SPARE_REPAIRS
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


def without(strangers: bool, *rules: str) -> list[str] | None:
    return first_fault(Rules()._replace(**dict.fromkeys(rules, False)), strangers)


class Turns(unittest.TestCase):
    def test_with_all_rules_nothing_is_lost(self):
        for strangers in (False, True):
            self.assertIsNone(without(strangers))

    def test_each_rule_is_needed(self):
        bite = 0
        for rule, step, strangers, _call, _test, others in SPARE_REPAIRS:
            with self.subTest(rule):
                way = without(strangers, rule, *others)
                self.assertIsNotNone(way, "nothing goes wrong without it")
                print(f"\nwithout {', '.join((rule, *others))}: {', '.join(way)}")
                self.assertIn(step, way)
                bite += 1
        print(f"figure: model: {len(SPARE_REPAIRS)} rules of the spares ablated, {bite} bite")

    def test_a_second_safeguard_is_one(self):
        """Whichever of them is left is enough."""
        for rule, _step, strangers, _call, _test, others in SPARE_REPAIRS:
            for left in (rule, *others) if others else ():
                with self.subTest(rule, left=left):
                    off = {rule, *others} - {left}
                    self.assertIsNone(without(strangers, *off))

    def test_every_rule_is_a_row(self):
        rules = [repair.rule for repair in SPARE_REPAIRS]
        self.assertEqual(sorted(rules), sorted(Rules._fields))

    def test_a_power_cut(self):
        for disk, tears in DISKS:
            with self.subTest(disk):
                self.assertEqual(can_tear(disk), tears)


if __name__ == "__main__":
    unittest.main()
