# SPDX-License-Identifier: BSD-2-Clause
"""rate - workload 4: 1,000 logins a second, 95 of 100 by a known client.

Processor time of the process that logs in, user and system, each way second by second
in turn, minus the same stack without us.
"""

from .bench import Bench, by_name
from .figures import median
from .place import Ground, address
from .rows import Result, Row

NAME = "rate"
TITLE = "4. A thousand logins a second, 95 of 100 by known clients"
RECORDS = 10_000
NEW_EVERY = 20
MOST_PERCENT = 8
CLIENT = "20.0.0.1"
WAYS = ("base", "ours", "a")


def run(bench: Bench) -> Result:
    rate, seconds = bench.pick((1000, 10), (100, 1))
    with Ground(bench, RECORDS) as place:
        bench.drive(place, 1, 1, *(f"{way}={CLIENT}" for way in WAYS))
        printed = bench.log_in("pace", place, str(rate), str(seconds), str(NEW_EVERY),
                               *(f"{way}={CLIENT}" for way in WAYS))
        lost = place.missing(place.map, (address(CLIENT, i)
                                         for i in range(1 + seconds * rate // NEW_EVERY)))
    if lost:
        raise RuntimeError(f"{len(lost)} addresses are not in the table")
    found = by_name(printed, float)
    percent = {way: median(found[way]) / 1e7 * 1000 / rate for way in WAYS}
    ours, a = (percent[way] - percent["base"] for way in ("ours", "a"))
    return Result(
        [Row(4, "1,000 logins/s, added", "% of a core", ours, {"A": a},
             f"at most {MOST_PERCENT} %", ours <= MOST_PERCENT)],
        notes=[f"The stack without us takes {percent['base']:.1f} % of a core. "
               f"{found['late'][0]:.0f} of {len(WAYS) * seconds * rate:,} logins began more than a "
               "millisecond late. What the kernel does later, for the file system's journal, "
               "is charged to nobody."])
