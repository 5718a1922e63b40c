# SPDX-License-Identifier: BSD-2-Clause
"""A race of a crowd, judged at its standstills; it prints its figures."""

import os
import unittest

from race import standstill
from race.crowd import Crowd

SECONDS = int(os.environ.get("SAP_RACE_SECONDS", "60"))
CONTROL = max(10, SECONDS // 4)
ROUND = 10  # seconds from a standstill to the next, at most
# What has succeeded in a race, however slow the machine is: it can't pass by doing nothing.
LEAST = {"logins": 100, "expire": 1, "lapsed": 1, "inserted for good": 2}
LEAST_OF_READERS = {"lookups": 500, "openings": 10}
LEAST_REBUILDS = 5
OURS = ("seconds", "standstills", "logins", "asked for", "exchanges", "commit", "expire",
        "lapsed", "insert", "inserted for good", "delete", "put off", "failed", "rebuilds",
        "run again", "emptied")


class Race(unittest.TestCase):
    CROWD = Crowd
    LEAST = LEAST
    REBUILDS = LEAST_REBUILDS

    @classmethod
    def kinds(cls) -> list[str]:
        return sorted(set(cls.CROWD.READERS))

    def of_readers(self, figures, name: str) -> int:
        return sum(figures[f"{kind} {name}"] for kind in self.kinds())

    def race(self, rebuild=None, with_us: bool = True, seconds: int = SECONDS):
        """Returns the figures."""
        crowd = self.CROWD(rebuild, with_us)
        self.addCleanup(crowd.close)
        rounds = max(2, seconds // ROUND)
        for number in range(rounds):
            crowd.run(max(1, seconds // rounds))
            faults = crowd.faults + (standstill.faults(crowd) if with_us else [])
            self.assertEqual(faults, [], f"at standstill {number + 1}")
            crowd.figures["standstills"] += 1
        self.report(rebuild, with_us, crowd.figures)
        self.check_work(crowd.figures, bool(rebuild))
        return crowd.figures

    def report(self, rebuild, with_us: bool, figures) -> None:
        who = f"{rebuild.LABEL if rebuild else 'no rebuild'}, " + (
            "with us" if with_us else "without us")
        who = f"{self.CROWD.KIND}, {who}"
        print(f"\nfigure: race, {who}: " + ", ".join(
            f"{name} {figures[name]}" for name in OURS if figures[name]))
        for kind in self.kinds():
            print(f"figure: race, {who}, as {kind} reads: " + ", ".join(
                f"{name} {figures[f'{kind} {name}']}" for name in self.CROWD.TALLY))
        print(f"figure: race, {who}, windows: " + ", ".join(self.windows(figures)))

    def windows(self, figures) -> list[str]:
        """What no lock can close, as rates; what this crowd does not count is left out."""
        figures["tries"] = figures["rebuilds"] + figures["run again"]
        rates = [("rebuilds run again", "run again", "tries"),
                 ("tables emptied", "emptied", "tries")]
        for kind in self.kinds():
            rates += [(f"{kind}'s openings refused", f"{kind} refused", f"{kind} openings"),
                      (f"{kind}'s look-ups that missed", f"{kind} missing",
                       f"{kind} lookups")]
        return [f"{what} {figures[part]} of {figures[of]} "
                f"({100 * figures[part] / figures[of]:.3f} %)"
                for what, part, of in rates if part in figures and figures[of]]

    def check_work(self, figures, is_rebuilt: bool) -> None:
        least = dict(self.LEAST) | ({"rebuilds": self.REBUILDS} if is_rebuilt else {})
        for kind in self.kinds():
            least |= {f"{kind} {name}": number for name, number in LEAST_OF_READERS.items()}
        for name, number in least.items():
            self.assertGreaterEqual(figures[name], number, f"too few: {name}")
