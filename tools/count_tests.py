# SPDX-License-Identifier: BSD-2-Clause
"""count_tests - what all test runs counted, and one line: N passed, N failed, N skipped.

Reads meson's testlog.json files. A test all of whose cases were skipped is skipped,
whatever it returned; of others the skipped cases are named. What a test counted it said in
lines that begin with "figure: "; docs/promises.md has those of one run. Exits 1 when a test
failed, when none ran, or, with CI set, when a test of the booted mail hosts was skipped.
"""

import json
import os
import re
import sys
from pathlib import Path

PASSED = {"OK", "EXPECTEDFAIL"}
FIGURE = re.compile(r"^figure: (.*)$", re.MULTILINE)

RAN = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)
SKIPPED = re.compile(r"^(?:OK|NO TESTS RAN) \(skipped=(\d+)\)", re.MULTILINE)
REASON = re.compile(r"skipped ['\"](.*)['\"]$", re.MULTILINE)


def all_skipped(output: str) -> bool:
    """As unittest sums it up; a module that skips itself counts as no test that ran."""
    ran, skipped = RAN.search(output), SKIPPED.search(output)
    return bool(ran and skipped and int(skipped[1]) >= int(ran[1]))


def results(logs: list[str]) -> list[tuple[str, str, str]]:
    """(suite and name, result, output) of every test."""
    found = []
    for log in logs:
        for line in Path(log).read_text(encoding="utf-8").splitlines():
            test = json.loads(line)
            output = test.get("stdout", "") + test.get("stderr", "")
            skipped = test["result"] in PASSED and all_skipped(output)
            found.append((test["name"], "SKIP" if skipped else test["result"], output))
    return found


def tell_skipped(name: str, result: str, output: str) -> None:
    reasons = REASON.findall(output)
    if result == "SKIP" and not reasons:
        reasons = [line for line in output.splitlines() if "skipped" in line][:1] or [""]
    for reason in dict.fromkeys(reasons):
        print(f"{name}: skipped: {reason}" if result == "SKIP"
              else f"{name}: in part skipped: {reason}")


def main() -> int:
    tests = results(sys.argv[1:])
    passed = [name for name, result, _ in tests if result in PASSED]
    skipped = [name for name, result, _ in tests if result == "SKIP"]
    failed = len(tests) - len(passed) - len(skipped)
    for _name, _result, output in tests:
        for figure in FIGURE.findall(output):
            print(f"  {figure}")
    for test in tests:
        tell_skipped(*test)
    print(f"{len(passed)} passed, {failed} failed, {len(skipped)} skipped")
    hosts_skipped = any("mailhost" in name for name in skipped)
    return int(failed > 0 or not passed or ("CI" in os.environ and hosts_skipped))


if __name__ == "__main__":
    sys.exit(main())
