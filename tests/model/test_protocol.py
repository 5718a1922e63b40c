# SPDX-License-Identifier: BSD-2-Clause
"""With all repairs every scenario holds, in every order and with every kill.

SAP_MODEL=all adds the large ones (some minutes).
"""

import os
import unittest

from model.rules import Rules
from model.scenarios import SCENARIOS, search

EVERYTHING = os.environ.get("SAP_MODEL") == "all"


class Protocol(unittest.TestCase):
    def test_every_scenario(self):
        tried = states = hold = 0
        for scenario in SCENARIOS:
            if scenario.large and not EVERYTHING:
                continue
            with self.subTest(scenario.label):
                found = search(scenario, Rules()).run()
                print(f"{scenario.label}: {found.states} states", flush=True)
                tried += 1
                states += found.states
                self.assertEqual(found.fault, "", "\n" + "\n".join(found.trace))
                hold += 1
        print(f"figure: model: {tried} scenarios, {states} states, {hold} hold")


if __name__ == "__main__":
    unittest.main()
