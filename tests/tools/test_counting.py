# SPDX-License-Identifier: BSD-2-Clause
"""count_tests.py: what counts as skipped, and when that is a failure."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from collections import defaultdict
from pathlib import Path

ROOT = Path(os.environ.get("SAP_SOURCE") or Path(__file__).parents[2])
SCRIPT = ROOT / "tools/count_tests.py"
RUN = "test_a ... {}\nRan {} tests in 0.1s\n\n{}\n"
ALL_SKIPPED = RUN.format("skipped 'no root'", 1, "OK (skipped=1)")
IN_PART = RUN.format("skipped 'no root'", 2, "OK (skipped=1)")
NONE_RAN = RUN.format("skipped 'no root'", 0, "OK (skipped=1)")
NO_REASON = "s.\nRan 2 tests in 0.1s\n\nOK (skipped=1)\n"
CMOCKA = "[  SKIPPED ] keeps_spares\n[  SKIPPED ] 1 test(s), listed below:\n" \
         "[  SKIPPED ] keeps_spares\n"

# label, name, meson's result, output: what is said, exit status
CASES = (
    ("passed", "unit", "OK", "", "1 passed, 0 failed, 0 skipped\n", 0),
    ("failed", "unit", "FAIL", "", "0 passed, 1 failed, 0 skipped\n", 1),
    ("timed out", "unit", "TIMEOUT", "", "0 passed, 1 failed, 0 skipped\n", 1),
    ("what it counted", "race", "OK", "..\nfigure: 7 kills\nok\n",
     "  7 kills\n1 passed, 0 failed, 0 skipped\n", 0),
    ("in part", "pam", "OK", IN_PART,
     "pam: in part skipped: no root\n1 passed, 0 failed, 0 skipped\n", 0),
    ("in part, in C", "unit", "OK", CMOCKA,
     "unit: in part skipped: keeps_spares\n1 passed, 0 failed, 0 skipped\n", 0),
    ("in part, nobody knows why", "pam", "OK", NO_REASON,
     "pam: in part skipped: OK (skipped=1)\n1 passed, 0 failed, 0 skipped\n", 0),
    ("all cases", "pam", "OK", ALL_SKIPPED,
     "pam: skipped: no root\n0 passed, 0 failed, 1 skipped\n", 1),
    ("a module", "pam", "OK", NONE_RAN,
     "pam: skipped: no root\n0 passed, 0 failed, 1 skipped\n", 1),
)

# What a whole run has: log and suite; the last ones not with --quick.
GCC, CLANG = "gcc/testlog", "clang/testlog"
QUICK = [(GCC, suite) for suite in ("bench", "cli", "faults", "guest", "hostile", "layers",
                                    "matrix", "model", "pam", "race", "tools", "unit")]
QUICK += [(CLANG, suite) for suite in ("cli", "guest", "hostile", "model", "pam", "unit")]
QUICK += [("thread/testlog", "guest"), ("gcc/valgrind-valgrind", "unit")]
SLOW = [(GCC, "mailhost"), ("clang/traced", "faults"), ("clang/traced", "race"),
        ("clang/fuzz", "fuzz")]

SPARES = "hostile / hostile-damaged-spares"
SANITIZED = "skipped 'not in a build with -fsanitize=address,undefined: {}'\n"
# label, log, test, meson's result, output, whether it may be so in CI
NOT_IN_CI = (
    ("a mail host", GCC, "mailhost / mailhost/test_login", "SKIP", "skipped: no root", False),
    ("any test", GCC, "pam / pam-disk", "OK", ALL_SKIPPED, False),
    ("a module", GCC, "faults / faults-power_cut", "OK", NONE_RAN, False),
    ("a case", GCC, "pam / pam-fds", "OK", IN_PART, False),
    ("a case in C", GCC, "unit / unit-spares", "OK", CMOCKA, False),
    ("no reason", GCC, "pam / pam-fds", "OK", NO_REASON, False),
    ("known not to run there", CLANG, SPARES, "OK", SANITIZED.format("x"), True),
    ("... but here", GCC, SPARES, "OK", SANITIZED.format("x"), False),
    ("... nor another", CLANG, SPARES + "2", "OK", SANITIZED.format("x"), False),
    ("... nor for another reason", CLANG, SPARES, "OK", IN_PART, False),
    ("... and for one more", CLANG, SPARES, "OK",
     SANITIZED.format("x") + IN_PART, False),
    ("no proc", CLANG, "cli / cli-no_proc", "OK",
     SANITIZED.format("its run time needs /proc"), True),
    ("threads", GCC, "guest / guest-threads", "OK",
     "skipped 'needs a build with -Db_sanitize=thread'\n", True),
    ("threads, where they should run", "thread/testlog", "guest / guest-threads", "OK",
     "skipped 'needs a build with -Db_sanitize=thread'\n", False),
)


class Counting(unittest.TestCase):
    def count(self, *tests: tuple[str, str, str, str], ci: bool, option: str = ""
              ) -> subprocess.CompletedProcess:
        """Of each: the log, the test's name, meson's result, what it said."""
        logs = defaultdict(list)
        for log, name, result, output in tests:
            logs[log].append(json.dumps({"name": name, "result": result, "stdout": "",
                                         "stderr": output}) + "\n")
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder, Path(log).parent, "meson-logs", f"{Path(log).name}.json")
                     for log in logs]
            for path, lines in zip(paths, logs.values()):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("".join(lines), encoding="utf-8")
            kept = {key: value for key, value in os.environ.items() if key != "CI"}
            words = ([option] if option else []) + [str(path) for path in paths]
            return subprocess.run([sys.executable, str(SCRIPT), *words], text=True,
                                  env=kept | ({"CI": "1"} if ci else {}),
                                  capture_output=True, check=False)

    def test_cases(self):
        for label, name, result, output, said, status in CASES:
            with self.subTest(label):
                done = self.count((GCC, name, result, output), ci=False)
                self.assertEqual((done.stdout, done.returncode), (said, status))

    @staticmethod
    def passed(*of: tuple[str, str]) -> list[tuple[str, str, str, str]]:
        return [(log, f"pam_sap:{suite} / one", "OK", "") for log, suite in of]

    def test_a_suite_that_has_not_run(self):
        for option, planned in (("", QUICK + SLOW), ("--quick", QUICK)):
            done = self.count(*self.passed(*planned), ci=True, option=option)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            for missing in planned:
                with self.subTest(option, missing=missing):
                    rest = self.passed(*(one for one in planned if one != missing))
                    done = self.count(*rest, ci=True, option=option)
                    self.assertEqual(done.returncode, 1)
                    self.assertIn(f"{missing[0]}: nothing of the suite {missing[1]} has passed",
                                  done.stdout)
        self.assertEqual(self.count(*self.passed(*SLOW), ci=False).returncode, 0)

    def test_the_plan_has_every_folder(self):
        folders = {path.parent.name for path in (ROOT / "tests").glob("*/meson.build")}
        self.assertEqual({suite for _, suite in QUICK + SLOW}, folders | {"bench"})

    def test_what_may_not_be_skipped(self):
        for label, log, name, result, output, may in NOT_IN_CI:
            with self.subTest(label):
                tests = self.passed(*QUICK, *SLOW) + [(log, f"pam_sap:{name}", result, output)]
                done = self.count(*tests, ci=True)
                self.assertEqual(done.returncode, 0 if may else 1, done.stdout)
                self.assertEqual("must not be skipped" in done.stdout, not may)


if __name__ == "__main__":
    unittest.main()
