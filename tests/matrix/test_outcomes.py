# SPDX-License-Identifier: BSD-2-Clause
"""What is printed of each test, and what the page makes of it."""

import io
import json
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path

from .cells import Cell, Table
from .outcomes import Outcomes, told_by
from .page import _table, outcomes_of


class Sample(unittest.TestCase):
    """Not found by a loader: it is built by name, below."""

    def works(self):
        pass

    def fails(self):
        self.fail()

    def breaks(self):
        raise OSError

    def skips(self):
        self.skipTest("no such program here")

    def works_in_part(self):
        for good in (True, False, True):
            with self.subTest(good):
                self.assertTrue(good)

    def skips_in_part(self):
        for there in (True, False, True):
            with self.subTest(there):
                if not there:
                    self.skipTest("not this one")

    @unittest.expectedFailure
    def works_by_surprise(self):
        pass


# label, test of Sample, want
CASES = (
    ("a test that passes", "works", "works"),
    ("one that fails", "fails", "fails"),
    ("one that breaks", "breaks", "fails"),
    ("a skipped one", "skips", "skipped"),
    ("one of three subtests fails", "works_in_part", "fails"),
    ("one of three subtests is skipped", "skips_in_part", "skipped"),
    ("one that should have failed", "works_by_surprise", "fails"),
)


def printed(name: str) -> str:
    runner = unittest.TextTestRunner(stream=io.StringIO(), resultclass=Outcomes)
    with redirect_stdout(io.StringIO()) as told:
        runner.run(unittest.TestSuite([Sample(name)]))
    return told.getvalue()


class OutcomesTest(unittest.TestCase):
    def test_of_each_kind(self):
        for label, name, want in CASES:
            with self.subTest(label):
                (test, outcome), = told_by(printed(name))
                self.assertTrue(test.endswith(f"Sample.{name}"), test)
                self.assertEqual(outcome, want)

    def test_are_read_from_mesons_log(self):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "testlog.json"
            log.write_text("\n".join(json.dumps({"name": name, "stdout": printed(name)})
                                     for name in ("works", "skips")), encoding="utf-8")
            found = outcomes_of([log])
        self.assertEqual(sorted(found.values()), ["skipped", "works"])


# label, outcomes, words of the row
ROWS = (
    ("shown", {"mailhost.t": "works"}, "| works |"),
    ("failed", {"mailhost.t": "fails"}, "| **fails** |"),
    ("skipped", {"mailhost.t": "skipped"}, "| not shown: skipped |"),
    ("another test ran", {"mailhost.u": "works"}, "| not shown: did not run |"),
)


class Page(unittest.TestCase):
    def test_rows(self):
        table = Table("t", "", ("daemon",), (Cell(("popa3d",), "mailhost.t"),))
        for label, outcomes, want in ROWS:
            with self.subTest(label):
                self.assertIn(want, _table(table, outcomes))

    def test_an_honest_no(self):
        table = Table("t", "", ("daemon",), (Cell(("teapop",), why_not="no PAM"),))
        self.assertIn("| teapop | no: no PAM |", _table(table, {}))
