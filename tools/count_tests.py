# SPDX-License-Identifier: BSD-2-Clause
"""count_tests - what all test runs counted, and one line: N passed, N failed, N skipped.

    count_tests.py [--quick] BUILD/meson-logs/LOG.json...

A test all of whose cases were skipped is skipped, whatever it returned; of others the
skipped cases are named. What a test counted it said in lines that begin with "figure: ";
docs/promises.md has those of one run. Exits 1 when a test failed or none ran. With CI set,
also when a case was skipped that is not in MAY_SKIP, or when nothing passed of a suite that
PLAN has for a log (--quick: as tools/check leaves some out).
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

PASSED = {"OK", "EXPECTEDFAIL"}
FIGURE = re.compile(r"^figure: (.*)$", re.MULTILINE)

RAN = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)
SKIPPED = re.compile(r"^(?:OK|NO TESTS RAN) \(skipped=(\d+)\)", re.MULTILINE)
REASON = re.compile(r"skipped ['\"](.*)['\"]$", re.MULTILINE)
CMOCKA = re.compile(r"^\[  SKIPPED \] ([a-z]\w*)$", re.MULTILINE)

# What tools/check runs: the log, and the suites in it.
PLAN = {
    "gcc/testlog": {"bench", "cli", "faults", "guest", "hostile", "layers", "mailhost", "matrix",
                    "model", "pam", "race", "tools", "unit"},
    "clang/testlog": {"cli", "guest", "hostile", "model", "pam", "unit"},
    "clang/traced": {"faults", "race"},
    "clang/fuzz": {"fuzz"},
    "thread/testlog": {"guest"},
    "gcc/valgrind-valgrind": {"unit"},  # meson adds the wrapper
}
NOT_QUICK = {"clang/traced", "clang/fuzz"}, {"mailhost"}
# The log, the test, and the reason that it gives. docs/promises.md lists the first ones.
SANITIZED = "not in a build with -fsanitize=address,undefined: "
MAY_SKIP = (
    ("clang/.*", "cli-no_proc|pam-fds", SANITIZED + "its run time needs /proc"),
    ("clang/.*", "pam-(budget|linkage|memory)|guest-surroundings", SANITIZED),
    ("clang/.*", "hostile-damaged-spares", SANITIZED),
    # It runs in the build that it is about.
    ("(gcc|clang)/.*", "guest-threads", "needs a build with -Db_sanitize=thread"),
)


class Test(NamedTuple):
    log: str  # BUILD/LOG
    name: str  # as meson has it: PROJECT:SUITE / NAME
    result: str
    output: str

    @property
    def suite(self) -> str:
        return self.name.split(" / ")[0].split(":")[-1]

    @property
    def reasons(self) -> list[str]:
        """Why cases of it, or all of it, were skipped."""
        found = REASON.findall(self.output) + CMOCKA.findall(self.output)
        if not found and (self.result == "SKIP" or SKIPPED.search(self.output)):
            found = [line for line in self.output.splitlines() if "skipped" in line][:1] or [""]
        return list(dict.fromkeys(found))

    def may_skip(self, reason: str) -> bool:
        return any(re.fullmatch(log, self.log) and re.search(f"(^| / )({name})$", self.name)
                   and reason.startswith(said) for log, name, said in MAY_SKIP)


def all_skipped(output: str) -> bool:
    """As unittest sums it up; a module that skips itself counts as no test that ran."""
    ran, skipped = RAN.search(output), SKIPPED.search(output)
    return bool(ran and skipped and int(skipped[1]) >= int(ran[1]))


def results(logs: list[Path]) -> list[Test]:
    found = []
    for log in logs:
        for line in log.read_text(encoding="utf-8").splitlines():
            test = json.loads(line)
            output = test.get("stdout", "") + test.get("stderr", "")
            skipped = test["result"] in PASSED and all_skipped(output)
            found.append(Test(f"{log.absolute().parents[1].name}/{log.stem}", test["name"],
                              "SKIP" if skipped else test["result"], output))
    return found


def tell(tests: list[Test]) -> None:
    for test in tests:
        for figure in FIGURE.findall(test.output):
            print(f"  {figure}")
    for test in tests:
        for reason in test.reasons:
            print(f"{test.name}: {'' if test.result == 'SKIP' else 'in part '}skipped: {reason}")


def not_as_planned(tests: list[Test], quick: bool) -> list[str]:
    logs, suites = NOT_QUICK if quick else (set(), set())
    ran = {(test.log, test.suite) for test in tests if test.result in PASSED}
    return [f"{log}: nothing of the suite {suite} has passed" for log in PLAN.keys() - logs
            for suite in PLAN[log] - suites if (log, suite) not in ran] + [
        f"{test.log}: {test.name} must not be skipped: {reason}" for test in tests
        for reason in test.reasons if not test.may_skip(reason)]


def main() -> int:
    words = sys.argv[1:]
    tests = results([Path(word) for word in words if word != "--quick"])
    passed = sum(test.result in PASSED for test in tests)
    skipped = sum(test.result == "SKIP" for test in tests)
    failed = len(tests) - passed - skipped
    tell(tests)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    wrong = sorted(not_as_planned(tests, "--quick" in words)) if "CI" in os.environ else []
    for line in wrong:
        print(f"In CI this is a failure: {line}")
    return int(failed > 0 or not passed or bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
