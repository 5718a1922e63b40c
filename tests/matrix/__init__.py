# SPDX-License-Identifier: BSD-2-Clause
"""docs/compatibility.md, made of what the tests on booted mail hosts have shown.

    cells.py     the matrix: each cell, and the test that shows it or why it is not there
    outcomes.py  runs one test module and prints what became of each test
    page.py      the page: cells and outcomes together

    python3 -m matrix --tests          print the tests that it takes, as meson names them
    python3 -m matrix --write LOG...   make the page of these runs (meson's testlog.json)
    python3 -m matrix --check LOG...   exit 1 when it differs from the one in the tree

A cell whose test was skipped, or did not run, is "not shown": never "works".
"""
