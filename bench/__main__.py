# SPDX-License-Identifier: BSD-2-Clause
"""python3 -m bench [--short] [--only NAME]... [--write] [--folder FOLDER]"""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from .bench import Bench
from .place import spread_out
from .rows import Result

WORKLOADS = ("known", "first", "crowd", "rate", "ending", "memory", "instructions")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="only see that each workload runs")
    parser.add_argument("--only", action="append", choices=WORKLOADS, metavar="NAME",
                        help=f"this workload alone: {', '.join(WORKLOADS)}")
    parser.add_argument("--write", action="store_true",
                        help="write docs/performance.md and its plots")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"),
                        help="on the disk to measure; /var/tmp when not given")
    return parser.parse_args()


def scratch(below: Path) -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="pam_sap-bench-", dir=below)


def main() -> int:
    options = arguments()
    results: dict[str, Result] = {}
    with scratch(options.folder) as folder, scratch(Path("/dev/shm")) as memory:
        spread_out(Path(folder))
        bench = Bench(options.short, Path(folder), Path(memory))
        for name in options.only or WORKLOADS:
            workload = importlib.import_module(f"bench.{name}")
            bench.say(workload.TITLE)
            results[name] = workload.run(bench)
    for result in results.values():
        for row in result.rows: print(row, row.ratio())
        for note in result.notes: print(note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
