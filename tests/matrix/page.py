# SPDX-License-Identifier: BSD-2-Clause
"""page - docs/compatibility.md: the cells with what has become of their tests."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from .cells import TABLES, Cell, Table
from .outcomes import FAILS, SKIPPED, WORKS, told_by

PAGE = "docs/compatibility.md"
SHOWN = {WORKS: "works", FAILS: "**fails**", SKIPPED: "not shown: skipped"}
HEAD = """<!-- SPDX-License-Identifier: BSD-2-Clause -->
<!-- Made by tools/matrix; do not edit. The cells are in tests/matrix/cells.py. -->
# Compatibility

What has been shown on the real programs of Debian 12, in booted hosts, by the tests that are
named; they are in `tests/mailhost/`. *Works* in a row means: refused before, accepted after a
login, refused again after the end; a wrong password opens nothing, and the login never fails by
us. `tools/matrix` makes this page of a run; the tests fail when it differs from theirs.
How to set each of them up: [guide/](guide/README.md).
"""


def outcomes_of(logs: Iterable[Path]) -> dict[str, str]:
    """What the runs in meson's logs have shown."""
    found: dict[str, str] = {}
    for log in logs:
        for line in log.read_text(encoding="utf-8").splitlines():
            found.update(told_by(json.loads(line).get("stdout", "")))
    return found


def _shown(cell: Cell, outcomes: Mapping[str, str]) -> str:
    if cell.why_not:
        return f"no: {cell.why_not}"
    return SHOWN.get(outcomes.get(cell.test, ""), "not shown: did not run")


def _table(table: Table, outcomes: Mapping[str, str]) -> str:
    head = (*table.columns, "", "test")
    rows = [(*cell.what, _shown(cell, outcomes),
             f"`{cell.test.removeprefix('mailhost.')}`" if cell.test else "")
            for cell in table.cells]
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


def page(outcomes: Mapping[str, str]) -> str:
    """The whole of it."""
    parts = [HEAD]
    for table in TABLES:
        parts += [f"\n## {table.title}\n\n{table.text}\n" if table.text
                  else f"\n## {table.title}\n", _table(table, outcomes) + "\n"]
    return "\n".join(part.strip("\n") + "\n" for part in parts)
