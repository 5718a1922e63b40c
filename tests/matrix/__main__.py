# SPDX-License-Identifier: BSD-2-Clause
"""Make docs/compatibility.md, or compare it with what a run has shown."""

import argparse
import difflib
import os
import sys
from pathlib import Path

from .cells import TABLES
from .page import PAGE, outcomes_of, page


def _differs(there: str, made: str) -> bool:
    lines = list(difflib.unified_diff(there.splitlines(), made.splitlines(),
                                      f"{PAGE} in the tree", "of this run", lineterm=""))
    if lines:
        print("\n".join(lines))
        print(f"{PAGE} is not what this run has shown; tools/matrix makes it anew")
    return bool(lines)


def _tests() -> list[str]:
    """As meson names them: mailhost/test_login."""
    named = {cell.test.split(".")[1] for table in TABLES for cell in table.cells if cell.test}
    return [f"mailhost/{name}" for name in sorted(named)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="matrix", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="make the page")
    what.add_argument("--check", action="store_true", help="compare it")
    what.add_argument("--tests", action="store_true", help="print what has to be run")
    parser.add_argument("logs", nargs="*", type=Path, help="meson's testlog.json")
    arguments = parser.parse_args()
    if arguments.tests:
        print("\n".join(_tests()))
        return 0
    target = Path(os.environ.get("SAP_SOURCE") or Path(__file__).parents[2]) / PAGE
    made = page(outcomes_of(arguments.logs))
    if arguments.write:
        target.write_text(made, encoding="utf-8")
        return 0
    there = target.read_text(encoding="utf-8") if target.exists() else ""
    return int(_differs(there, made))


if __name__ == "__main__":
    sys.exit(main())
