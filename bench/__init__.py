# SPDX-License-Identifier: BSD-2-Clause
"""What a login costs, measured beside what people would use instead.

    tools/bench     installs, builds and runs `python3 -m bench`
    rows.py         what a workload hands back
    bench.py        what a workload is given
    place.py        a throw-away place: settings, leases, tables, PAM services
    peers/          the other ways: the 1999 module, the log watcher, the rebuild
"""
