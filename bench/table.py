# SPDX-License-Identifier: BSD-2-Clause
"""table - all rows, for a terminal and for the report."""

from .rows import Row

HEAD = ("", "what", "unit", "ours", "A", "B", "C", "ours / A", "to reach", "")
PEERS = ("A", "B", "C")
LEFT = {1, 2, 8}


def number(value: float | str | None) -> str:
    """Three digits that count."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def verdict(row: Row) -> str:
    if row.note.startswith("void"):
        return "void"
    return {None: "", True: "met", False: "not met"}[row.met]


def cells(row: Row) -> tuple[str, ...]:
    return (str(row.workload), row.what, row.unit, number(row.ours),
            *(number(row.peers.get(peer)) for peer in PEERS), number(row.ratio()), row.bar,
            verdict(row))


def as_text(rows: list[Row]) -> str:
    lines = [HEAD, *map(cells, rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) if at in LEFT else cell.rjust(width)
                               for at, (cell, width) in enumerate(zip(line, widths))).rstrip()
                     for line in lines)


def as_markdown(rows: list[Row]) -> str:
    align = ["---" if at in LEFT or at == len(HEAD) - 1 else "---:" for at in range(len(HEAD))]
    return "\n".join("| " + " | ".join(line) + " |" for line in (HEAD, align, *map(cells, rows)))
