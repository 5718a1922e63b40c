# SPDX-License-Identifier: BSD-2-Clause
"""Workload 7 alone: python3 -m bench.readers [--short]"""

import sys
from types import SimpleNamespace

from . import run

result = run(SimpleNamespace(short="--short" in sys.argv[1:],
                             say=lambda text: print(f"  {text}", flush=True)))
for row in result.rows:
    met = {True: "met", False: "MISSED", None: ""}[row.met]
    value = "-" if row.ours is None else f"{row.ours:.2f} {row.unit}"
    print(f"{row.what:62} {value:>14}  {row.bar:14} {met:6} {row.note}")
for note in result.notes:
    print(note)
