# SPDX-License-Identifier: BSD-2-Clause
"""Without any one of the repairs something is lost: the shortest way to it is printed.

One that has a second safeguard bites when that is off, too; and alone it is enough. Each
has a test that drives it on the real programs, held at the step that the row names.
"""

import unittest

from model.real_tests import fault_of_test
from model.repairs import REPAIRS, SPARE_REPAIRS, Repair
from model.rules import Rules
from model.scenarios import SCENARIOS, search
from model.search import Found


def without(repair: Repair, *rules: str) -> Found:
    scenario = next(one for one in SCENARIOS if one.label == repair.scenario)
    return search(scenario, Rules()._replace(**dict.fromkeys(rules, False))).run()


class Ablation(unittest.TestCase):
    def test_each_repair_is_needed(self):
        bite = 0
        for repair in REPAIRS:
            with self.subTest(repair.rule):
                found = without(repair, repair.rule, *repair.others)
                self.assertTrue(found.fault, "nothing goes wrong without it")
                print(f"\nwithout {', '.join((repair.rule, *repair.others))}: "
                      f"{repair.scenario}: {found.fault}",
                      *(f"  {line}" for line in found.trace), sep="\n")
                self.assertIn(repair.step, "\n".join(found.trace))
                bite += 1
        print(f"figure: model: {len(REPAIRS)} repairs ablated, {bite} bite")

    def test_a_second_safeguard_is_one(self):
        """The one is off: the other is enough."""
        for repair in REPAIRS:
            with self.subTest(repair.rule):
                if repair.others:
                    self.assertEqual(without(repair, repair.rule).fault, "")
                    self.assertEqual(without(repair, *repair.others).fault, "")

    def test_every_rule_is_a_repair(self):
        rules = [repair.rule for repair in REPAIRS]
        self.assertEqual(sorted(rules), sorted(Rules._fields))

    def test_each_repair_has_a_real_test(self):
        for repair in (*REPAIRS, *SPARE_REPAIRS):
            with self.subTest(repair.rule):
                self.assertEqual(fault_of_test(repair.test, repair.call), "")

    def test_what_is_no_real_test(self):
        """What the check above says of rows that are wrong."""
        settled = "race.test_traces_login.Logins.test_a_mv_takes_the_refusal_away_at_that_moment"
        for test, call, want in (
                ("race.test_traces_login.Nobody.test_x", "read seal", "no test case"),
                ("race.test_traces_login.Logins.hold", "read seal", "no test hold"),
                (settled, "openat access.db", "not held"),
                ("race.test_stop_points.Commit.test_commit", "openat access.db", "not held"),
                ("unit/map_contract_spares.nobody", "", "has no nobody"),
                ("unit/nobody.three_files_take_turns", "", "has no three"),
                ("unit/map_contract_spares.walk", "", "nobody runs")):
            with self.subTest(test=test, call=call):
                self.assertIn(want, fault_of_test(test, call))


if __name__ == "__main__":
    unittest.main()
