# SPDX-License-Identifier: BSD-2-Clause
"""count_tests.py: what counts as skipped, and when that is a failure."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(os.environ.get("SAP_SOURCE") or Path(__file__).parents[2]) / "tools/count_tests.py"
RUN = "test_a ... {}\nRan {} tests in 0.1s\n\n{}\n"
ALL_SKIPPED = RUN.format("skipped 'no root'", 1, "OK (skipped=1)")
IN_PART = RUN.format("skipped 'no root'", 2, "OK (skipped=1)")
NONE_RAN = RUN.format("skipped 'no root'", 0, "OK (skipped=1)")

# label, name, meson's result, output, with CI: what is said, exit status
CASES = (
    ("passed", "unit", "OK", "", False, "1 passed, 0 failed, 0 skipped\n", 0),
    ("failed", "unit", "FAIL", "", False, "0 passed, 1 failed, 0 skipped\n", 1),
    ("timed out", "unit", "TIMEOUT", "", False, "0 passed, 1 failed, 0 skipped\n", 1),
    ("what it counted", "race", "OK", "..\nfigure: 7 kills\nok\n", False,
     "  7 kills\n1 passed, 0 failed, 0 skipped\n", 0),
    ("in part", "pam", "OK", IN_PART, False,
     "pam: in part skipped: no root\n1 passed, 0 failed, 0 skipped\n", 0),
    ("all cases", "pam", "OK", ALL_SKIPPED, False,
     "pam: skipped: no root\n0 passed, 0 failed, 1 skipped\n", 1),
    ("a module", "pam", "OK", NONE_RAN, False,
     "pam: skipped: no root\n0 passed, 0 failed, 1 skipped\n", 1),
)


class Counting(unittest.TestCase):
    def count(self, *tests: tuple[str, str, str], ci: bool = False
              ) -> subprocess.CompletedProcess:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as log:
            for name, result, output in tests:
                log.write(json.dumps({"name": name, "result": result, "stdout": "",
                                      "stderr": output}) + "\n")
            log.flush()
            kept = {key: value for key, value in os.environ.items() if key != "CI"}
            return subprocess.run([sys.executable, str(SCRIPT), log.name], text=True,
                                  env=kept | ({"CI": "1"} if ci else {}),
                                  capture_output=True, check=False)

    def test_cases(self):
        for label, name, result, output, ci, said, status in CASES:
            with self.subTest(label):
                done = self.count((name, result, output), ci=ci)
                self.assertEqual((done.stdout, done.returncode), (said, status))

    def test_a_mail_host_that_is_skipped(self):
        tests = (("unit", "OK", ""), ("mailhost/test_login", "SKIP", "skipped: no root"))
        self.assertEqual(self.count(*tests).returncode, 0)
        self.assertEqual(self.count(*tests, ci=True).returncode, 1)


if __name__ == "__main__":
    unittest.main()
