# SPDX-License-Identifier: BSD-2-Clause
"""Every fault that sapdb check knows stands in sapdb-check(8), and no other; its texts read
well, and a test plants it or the list below says that none does."""

import re
import unittest

from .source import text, with_suffix

FOLDER = "db-tool/check"
PAGE = "docs/man/sapdb-check.8"
FAULT = re.compile(r'\{\s*"([a-z][a-z0-9-]+)",\s*SEVERITY_(ERROR|WARNING|NOTE),\s*'
                   r'((?:[A-Z]+\s*|"(?:[^"\\]|\\.)*"\s*)+)\}')
PLANTING = ("tests/mailhost/test_check.py", "tests/mailhost/test_check_others.py",
            "tests/cli/test_check.py")
# By no test: they need another host, another version of something, or minutes.
NOT_PLANTED = {
    "boot-order", "clock-wrong", "commit-failed", "exim-table-mode", "mta-other", "no-answer",
    "pam-line-not-here", "path-missing", "postfix-type", "queue-stuck", "seal-broken",
    "sendmail-drac-tempfail", "table-unreadable", "timer-missing",
}


def faults() -> dict[str, str]:
    """Id -> why it matters."""
    found = {}
    for path in with_suffix(".c"):
        if str(path.parent) != FOLDER:
            continue
        for name, _severity, why in FAULT.findall(text(path)):
            assert name not in found, f"{name} twice"
            found[name] = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', why))
    return found


def told() -> set[str]:
    body = text(PAGE).split(".Sh FINDINGS\n", 1)[1].split("\n.Sh ", 1)[0]
    return set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", " ".join(
        re.findall(r"^\.Ic (.*)$", body, flags=re.MULTILINE))))


class Faults(unittest.TestCase):
    def test_they_were_read(self):
        ids = sum(text(path).count("SEVERITY_") for path in with_suffix(".c")
                  if path.name.startswith(("probe", "table_folder"))
                  and str(path.parent) == FOLDER)
        self.assertEqual(len(faults()), ids)
        self.assertGreater(len(faults()), 80)

    def test_all_are_in_the_page_and_no_other(self):
        self.assertEqual(sorted(told() ^ set(faults())), [])

    def test_why_it_matters_is_a_sentence(self):
        for name, why in faults().items():
            with self.subTest(name):
                self.assertRegex(why, r"^[A-Za-z\\].*[.?]$|^$")

    def test_which_are_planted(self):
        planted = {name for name in faults() for path in PLANTING if f'"{name}"' in text(path)}
        self.assertEqual(sorted(set(faults()) - planted), sorted(NOT_PLANTED))
