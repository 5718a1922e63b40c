# SPDX-License-Identifier: BSD-2-Clause
"""A valid account logs in from very many addresses, one after the other.

`max_leases` holds. Beyond it a login is as cheap for the last address as for the first:
no commit, no table. A client who was there before goes on, in the midst of the flood, as
fast as before it; and no login at all, his or the flood's, takes longer than `wait`. In the
log stands one line about it, and one for each address that was opened.

SAP_FLOOD_LOGINS says how many (200000; under a sanitizer 2000, and their times are not
compared: its list of the modules that were loaded grows by each login).
"""

import os
import statistics
import subprocess
import time
import unittest

from cli import table
from guest.sanitized import SANITIZER
from pam import daemon
from pam.daemon import Daemon

IS_TIMED = SANITIZER == "none"
LOGINS = int(os.environ.get("SAP_FLOOD_LOGINS", "200000" if IS_TIMED else "2000"))
MAX_LEASES = 1000 if IS_TIMED else 200
EVERY = LOGINS // 400  # a known client's login behind so many of the flood's
THOUSAND = 1000
KNOWN = "198.51.100.7"
SLOWER = 3.0  # a median: the last thousand's against that of the first beyond the limit; a
# known client's against his before the flood
WAIT = 1.0
SLACK = 3.0  # of a busy machine, for one login
SECOND = 1e9  # nanoseconds
AGED = 600  # the known client's lease, before: it is to be renewed


class Flood(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(max_leases=str(MAX_LEASES), wait=f"{WAIT:.0f}s")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        self.program = self.place.bring(os.environ["SAP_FLOOD"])
        table.make(self.place.map, {"203.0.113.1": "REJECT"})
        self.place.own()
        self.place.sapdb("expire")
        self.daemon.run(*daemon.opening(KNOWN))
        self.lease = self.place.state / "active" / KNOWN
        self.place.date(self.lease, AGED)
        self.before = len(self.daemon.lines())

    def flood(self) -> dict[str, list[int]]:
        """The nanoseconds of each login: the known client's, before and in between, new ones."""
        done = subprocess.run(
            [self.program, self.daemon.services, self.daemon.service, "spammer", str(LOGINS),
             KNOWN, str(EVERY)], capture_output=True, text=True, env=self.daemon.environment(),
            cwd="/", **self.place.who())
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        took: dict[str, list[int]] = {"before": [], "new": [], "known": []}
        for line in done.stdout.splitlines():
            word, nanoseconds = line.split()
            took[word].append(int(nanoseconds))
        return took

    def test_it_is_bounded(self):
        began = time.monotonic()
        took = self.flood()
        seconds = time.monotonic() - began
        beyond = took["new"][MAX_LEASES:]
        first, last = (statistics.median(part) for part in (beyond[:THOUSAND],
                                                            beyond[-THOUSAND:]))
        before, known = (statistics.median(took[word]) for word in ("before", "known"))
        longest = {word: max(took[word]) / SECOND for word in ("new", "known")}
        print(f"\nfigure: flood: {LOGINS} addresses in {seconds:.0f} s, {MAX_LEASES} opened; "
              f"a login beyond the limit {first / 1000:.0f} us for the first thousand, "
              f"{last / 1000:.0f} us for the last; a known client's {before / 1000:.0f} us "
              f"before and {known / 1000:.0f} us in the flood; the longest "
              f"{longest['new']:.3f} s and {longest['known']:.3f} s")
        if IS_TIMED:
            self.assertLess(last / first, SLOWER)
            self.assertLess(known / before, SLOWER)
        self.assertLess(longest["new"], WAIT + SLACK)
        self.assertLess(longest["known"], SLACK, "he waits for nobody")
        self.check_leases()
        self.check_log(seconds)

    def check_leases(self):
        self.assertEqual(len(self.place.leases("active")), MAX_LEASES)
        self.assertEqual(self.place.leases("pending") | self.place.leases("deferred"), set())
        self.assertEqual(len(table.opened(self.place.map)), MAX_LEASES)
        self.assertEqual(table.faults(self.place.map), "")
        self.assertIn(KNOWN, table.opened(self.place.map))
        self.assertLess(time.time() - self.lease.stat().st_mtime, AGED, "it was renewed")

    def check_log(self, seconds: float):
        lines = self.daemon.lines()[self.before:]
        opened = daemon.openings(lines)
        others = [line.text for line in lines if line.text not in opened]
        self.assertEqual(len(opened), MAX_LEASES - 1)
        self.assertLessEqual(len(others), 1 + seconds // 60, others[:5])
        self.assertIn("max_leases", others[0])


if __name__ == "__main__":
    unittest.main()
