# SPDX-License-Identifier: BSD-2-Clause
"""What a login costs, measured beside what people would use instead.

    tools/bench     installs, builds and runs `python3 -m bench`
    rows.py         what a workload hands back; bench.py, what it is given
    place.py        a throw-away place: settings, leases, tables, PAM services
    known.py first.py crowd.py rate.py ending.py memory.py instructions.py
                    the workloads
    *.c             what makes the logins, through the real libpam
    peers/          the other ways: the 1999 module, the log watcher, the rebuild
    watcher.py rebuilding.py    the latter two at work
    report.py table.py plot.py machine.py    docs/performance.md
"""
