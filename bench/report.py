# SPDX-License-Identifier: BSD-2-Clause
"""report - docs/performance.md, made of the rows of a full run.

What is fixed says how it was measured; every number, and where we lose, comes from the
rows.
"""

from pathlib import Path

from .machine import LOAD
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

- **ours**: `pam_sap.so` and `sapdb` as installed: settings file, leases, seal, log lines.
- **A**, the way of 1999 as a PAM module that links libdb 5.3: open the table, lock it, put the
  record in place at *every* login, an empty stamp file, a line of log, close. Its clean-up is a
  shell script with `find -mmin`, `rm` and one call of its program.
- **B**, a log watcher: a Perl daemon that follows the mail log and keeps a DB_File table, locked
  and synchronised at each change.
- **C**, a rebuild: append to the text, `makemap` of all into a new file, `mv`.

Each was written for this benchmark from how it works (`bench/peers`), nothing left out or added.
A is held to its own listing: if the module costs a tenth more than the listing without PAM,
loaded in the same way, its row is void.

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

BUSY = 1.0  # the build before the run leaves half of that
BUSY_TEXT = "**The machine was not idle when this run began: the figures are worth little.**\n\n"

# Why, of each workload in which we miss a bar or lose to a peer.
WHY = {
    1: "What is not the loading of the module is the settings file, the lease and the seal: each "
       "is looked at anew in each login, since a guest keeps nothing in the host's process.",
    2: "A and B write a page of the table in place and are done when it is on the disk. Ours "
       "changes a file that nobody reads yet, waits for the disk, and exchanges the two: no "
       "reader and no crash ever meets half a change, and a mail server that has the table open "
       "notices. It asks the administrator's records first, and writes down who and until when. "
       "B keeps its table open, but it is a process that has to run, the login does not wait "
       "for it, and its table can be torn when it dies while it writes.",
    3: "A is fast where it does not wait: it opens the table before it locks it and unlocks it "
       "before it writes, and loses records. One process alone pays what workload 2 says. With 64 "
       "processes many logins share a commit; what is left is the processors' time, of which the "
       "stack without us takes its part: see its row.",
    4: "What workload 1 says for the known clients, and workload 2 for the new ones.",
    5: "Each lease that ends is moved, looked at again (a login may have renewed it), told in the "
       "log by a line of its own, and unlinked. A's script looks once: a login between its "
       "`find` and its program loses its record. It logs one line for all. B has everything in "
       "its memory, and forgets it when it dies.",
    6: "The private memory is stack, for settings and paths, and what the loader writes; the next "
       "function that the host calls uses the same stack.",
    7: "A child of sendmail looks at the path, opens the table for some 200 µs, the first use of "
       "libdb above all, and looks again. Ours exchanges the table when nobody has the shared "
       "lock that sendmail holds for most of that time (docs/decisions/0017). The model, which "
       "opens without a pause, is met more often than the real server; why is not known. "
       "Group commit does not gather for a moment when commits come thick: with G the time of "
       "gathering, R commits/s become R/(1+RG): 50 ms would save one commit in twenty at 1/s and a "
       "third at 10/s, and make each first login that much longer.",
    8: "As workloads 1 and 2.",
}


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


def reasons(rows: list[Row]) -> list[str]:
    lost = {row.workload for row in rows
            if row.met is False or any(loses(row, peer) for peer in ("A", "B", "C"))}
    return [f"- {workload}: {why}" for workload, why in WHY.items() if workload in lost]


def missed_bars(rows: list[Row]) -> list[str]:
    return [f"- {row.workload}, {row.what}: to reach {row.bar}; measured {number(row.ours)} "
            f"{row.unit}" + (f", A {number(row.peers['A'])}." if "A" in row.peers else ".")
            for row in rows if row.met is False]


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
    busy = any(name == LOAD and float(value) > BUSY for name, value in machine)
    return (HEAD + (BUSY_TEXT if busy else "") + "## The table\n\n" + as_markdown(rows) + "\n\n"
            + METHOD + on + "## Where we lose, and why\n\n"
            + section("Bars that were not met", missed_bars(rows), "None.")
            + section("Slower or larger than a peer", lost_rows(rows), "Nowhere.")
            + section("Why", reasons(rows), "Nothing to explain.") + "## Each workload\n\n"
            + "".join(workload_text(title, result) for title, result in results.items())
            ).rstrip() + "\n"


def write(results: dict[str, Result], machine: list[tuple[str, str]]) -> None:
    """`results`: title of the workload -> what it handed back."""
    PICTURES.mkdir(exist_ok=True)
    for result in results.values():
        for plot in result.plots:
            draw(plot, PICTURES)
    PAGE.write_text(compose(results, machine), encoding="utf-8")
