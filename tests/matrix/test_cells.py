# SPDX-License-Identifier: BSD-2-Clause
"""Every cell names a test that is there, or says why there is none; the page in the tree
has the cells of today."""

import os
import unittest
from pathlib import Path

from .cells import TABLES
from .page import PAGE, page

CELLS = [(table, cell) for table in TABLES for cell in table.cells]


class Cells(unittest.TestCase):
    def test_are_filled(self):
        self.assertGreater(len(CELLS), 30)
        for table, cell in CELLS:
            with self.subTest(cell.what):
                self.assertEqual(len(cell.what), len(table.columns))
                self.assertEqual(bool(cell.test), not cell.why_not)

    def test_name_tests_that_are_there(self):
        for _table, cell in CELLS:
            if cell.test:
                with self.subTest(cell.test):
                    found = unittest.defaultTestLoader.loadTestsFromName(cell.test)
                    self.assertEqual([test.id() for test in found], [cell.test])

    def test_none_is_there_twice(self):
        names = [cell.test for _table, cell in CELLS if cell.test]
        self.assertEqual(sorted(names), sorted(set(names)))

    def test_the_page_has_them(self):
        there = (Path(os.environ["SAP_SOURCE"]) / PAGE).read_text(encoding="utf-8")
        shown = {cell.test: "works" for _table, cell in CELLS if cell.test}
        self.assertEqual(there, page(shown))
