# SPDX-License-Identifier: BSD-2-Clause
"""outcomes - run one test module, and print a line for each test when all are done.

    python3 -m matrix.outcomes mailhost.test_login

    outcome: mailhost.test_login.Login.test_session_line_under_the_stock_unit works
"""

import re
import sys
import unittest
from collections.abc import Iterable

WORKS, FAILS, SKIPPED = "works", "fails", "skipped"
WORST = (WORKS, SKIPPED, FAILS)  # the last one counts
LINE = re.compile(rf"^outcome: (\S+) ({WORKS}|{FAILS}|{SKIPPED})$", re.MULTILINE)


class Outcomes(unittest.TextTestResult):
    """Also remembers each test's id. A test is what the worst of its subtests is."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.found: dict[str, str] = {}

    def _is(self, test: unittest.TestCase, outcome: str) -> None:
        # A subtest has its own id, with its label behind a blank.
        name = test.id().partition(" ")[0]
        if WORST.index(outcome) >= WORST.index(self.found.get(name, WORKS)):
            self.found[name] = outcome

    def addSuccess(self, test):
        super().addSuccess(test)
        self._is(test, WORKS)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._is(test, FAILS)

    def addError(self, test, err):
        super().addError(test, err)
        self._is(test, FAILS)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._is(test, SKIPPED)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._is(test, FAILS)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._is(test, FAILS)

    def stopTestRun(self):
        super().stopTestRun()
        for test, outcome in self.found.items():
            print(f"outcome: {test} {outcome}", flush=True)


def told_by(output: str) -> Iterable[tuple[str, str]]:
    """(test, outcome) of each line in what such a run has printed."""
    return LINE.findall(output)


if __name__ == "__main__":
    runner = unittest.TextTestRunner(verbosity=2, resultclass=Outcomes)
    unittest.main(module=None, argv=sys.argv, testRunner=runner)
