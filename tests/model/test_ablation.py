# SPDX-License-Identifier: BSD-2-Clause
"""Without any one of the repairs something is lost: the shortest way to it is printed.

Each has a test that drives it on the real programs, or a table of a unit test.
"""

import importlib
import unittest
from pathlib import Path

from model.repairs import REPAIRS, Repair
from model.rules import Rules
from model.scenarios import SCENARIOS, search
from model.search import Found

TESTS = Path(__file__).resolve().parent.parent


def without(repair: Repair) -> Found:
    scenario = next(one for one in SCENARIOS if one.label == repair.scenario)
    rules = Rules()._replace(**dict.fromkeys(repair.rules, False))
    return search(scenario, rules).run()


def exists(name: str) -> bool:
    if "/" in name:
        return (TESTS / f"{name}.c").exists()
    found = importlib.import_module(".".join(name.split(".")[:2]))
    for part in name.split(".")[2:]:
        found = getattr(found, part, None)
    return found is not None


class Ablation(unittest.TestCase):
    def test_each_repair_is_needed(self):
        bite = 0
        for repair in REPAIRS:
            with self.subTest(repair.rules):
                found = without(repair)
                self.assertTrue(found.fault, "nothing goes wrong without it")
                print(f"\nwithout {', '.join(repair.rules)}: {repair.scenario}: {found.fault}",
                      *(f"  {line}" for line in found.trace), sep="\n")
                self.assertIn(repair.step, "\n".join(found.trace))
                bite += 1
        print(f"figure: model: {len(REPAIRS)} repairs ablated, {bite} bite")

    def test_every_rule_is_a_repair(self):
        rules = [rule for repair in REPAIRS for rule in repair.rules]
        self.assertEqual(sorted(rules), sorted(Rules._fields))

    def test_each_repair_has_a_real_test(self):
        for repair in REPAIRS:
            with self.subTest(repair.rules):
                self.assertTrue(exists(repair.test), repair.test)


if __name__ == "__main__":
    unittest.main()
