# SPDX-License-Identifier: BSD-2-Clause
"""report - docs/performance.md, made of the rows of a full run.

What is fixed says how it was measured; every number, and where we lose, comes from the
rows.
"""

from pathlib import Path

from .plot import draw
from .rows import Result, Row
from .table import as_markdown, number

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "performance.md"
PICTURES = DOCS / "performance"
LESS_IS_BETTER = {"µs", "ms", "% of a core", "KiB", "bytes", "thousand"}
MORE_IS_BETTER = {"logins/s"}

HEAD = """\
<!-- SPDX-License-Identifier: BSD-2-Clause -->
<!-- Written by tools/bench from a full run. Do not edit: run it again. -->
# Performance

What a login costs, beside what people would use instead, measured side by side in one run.
`sudo tools/bench` makes this page; `--short` only sees that it runs.

"""

METHOD = """\
## What is compared

| | |
|---|---|
| ours | `pam_sap.so` and `sapdb` as installed: settings file, leases, seal; its log lines count |
| A | the way of 1999 as a PAM module that links libdb 5.3: open the table, lock it, put the record in place at *every* login, an empty stamp file, a line of log, close; its clean-up is a shell script with `find -mmin`, `rm` and one call of its program |
| B | a log watcher: a Perl daemon that follows the mail log and keeps a DB_File table, locked and synchronised at each change |
| C | a rebuild: append to the text, `makemap` of all into a new file, `mv` |

Each was written for this benchmark from how it works (`bench/peers`), nothing left out or added. A is held to its own listing: if the module costs a tenth more than the
listing without PAM, loaded in the same way, its row is void.

## How

- Logins are whole PAM transactions through the real libpam, `pam_start` to `pam_end`: each loads
  the modules and unloads them. *Added* is what is left when the same stack without the module is
  subtracted.
- Medians of many runs in turn, in one process where that can be, in an order drawn anew each
  round; ratios within one run.
- Leases, tables and stamp files are on the disk below, `run_dir` in memory as `/run` is. All log
  lines go to a file in memory.
- Each place has a group of the disk's blocks to itself: ext4 creates files slowly for a minute
  where others have been deleted.
- After each workload the addresses are looked for in the table. Something that loses them would
  be fast for nothing.

"""

LOSING = """\
## Where we lose, and why

"""

PRICE = """
What the price of a first login buys: the table is whole at every instant, whatever dies (A writes
in place); a mail server that has it open notices; administrator's records are asked first; the
lease says who and until when. What it does not buy: the log watcher (B) keeps its table open and
so needs less time for a record, but it is a process that has to run, the login does not wait for
it, and its table is torn when it dies while it writes.
"""


def loses(row: Row, peer: str) -> bool:
    theirs = row.peers.get(peer)
    if row.ours is None or not isinstance(theirs, (int, float)) or "A mended" in row.what:
        return False
    return (row.unit in LESS_IS_BETTER and row.ours > theirs
            or row.unit in MORE_IS_BETTER and row.ours < theirs)


def lost_rows(rows: list[Row]) -> list[str]:
    return [f"- {row.workload}, {row.what}: ours {number(row.ours)} {row.unit}, "
            f"{peer} {number(row.peers[peer])} {row.unit}." for row in rows
            for peer in ("A", "B", "C") if loses(row, peer)]


def missed_bars(rows: list[Row]) -> list[str]:
    return [f"- {row.workload}, {row.what}: to reach {row.bar}; measured {number(row.ours)} "
            f"{row.unit}, A {number(row.peers.get('A'))}." for row in rows if row.met is False]


def section(title: str, lines: list[str], otherwise: str) -> str:
    return f"### {title}\n\n" + ("\n".join(lines) if lines else otherwise) + "\n\n"


def workload_text(title: str, result: Result) -> str:
    pictures = [f"![{plot.title}](performance/{plot.name}.svg)" for plot in result.plots]
    remarks = [f"{row.what}: {row.note}." for row in result.rows if row.note]
    return f"### {title}\n\n" + "\n\n".join(pictures + result.notes + remarks) + "\n\n"


def compose(results: dict[str, Result], machine: list[tuple[str, str]]) -> str:
    rows = [row for result in results.values() for row in result.rows]
    on = "## On what\n\n| | |\n|---|---|\n" + "".join(
        f"| {name} | {value} |\n" for name, value in machine) + "\n"
    return (HEAD + "## The table\n\n" + as_markdown(rows) + "\n\n" + METHOD + on + LOSING
            + section("Bars that were not met", missed_bars(rows), "None.")
            + section("Slower or larger than a peer", lost_rows(rows), "Nowhere.")
            + PRICE.lstrip() + "\n## Each workload\n\n"
            + "".join(workload_text(title, result) for title, result in results.items())
            ).rstrip() + "\n"


def write(results: dict[str, Result], machine: list[tuple[str, str]]) -> None:
    """`results`: title of the workload -> what it handed back."""
    PICTURES.mkdir(exist_ok=True)
    for result in results.values():
        for plot in result.plots:
            draw(plot, PICTURES)
    PAGE.write_text(compose(results, machine), encoding="utf-8")
