# SPDX-License-Identifier: BSD-2-Clause
"""The path unit rings while pending/ is not empty: not without end, whatever is wrong.

A commit that fails late empties pending/ by itself (test_map_missing.py). Here it does
not come so far, or somebody else's file is what waits.
"""

import os
import time
import unittest

from . import pam_scenario
from .product import CONF, STATE, ProductHost, booted_product
from .waiting import wait_for

SERVICE = "pam_sap-commit.service"
BRAKE = 5.0  # seconds from a failure to the next start
WINDOW = 2 * BRAKE + 1
MOST = 3     # at the beginning, and after each of two brakes
SOON = 3.0
NOBODY, MAIL = 65534, "mail"

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook)
    host.stop_timer()
    host.log_starts(SERVICE)


def plant(address: str, owner: int = 0) -> None:
    """A lease that waits, there at one stroke."""
    made = host.inside(f"{STATE}/{address}.made")
    made.write_text(f"user=horn service=imap opened={int(time.time())}\n")
    os.chown(made, owner, owner)
    made.rename(host.lease("pending", address))


class Brake(unittest.TestCase):
    def setUp(self):
        self.conf = host.inside(f"/{CONF}")
        self.addCleanup(self.conf.write_text, self.conf.read_text())
        self.before = host.starts_of(SERVICE)

    def tearDown(self):
        self.assertEqual(host.run("systemctl", "is-active", "pam_sap-commit.path",
                                  check=False).stdout.strip(), "active")
        self.assertEqual(host.problems(), [])

    def starts(self) -> int:
        """Of the commit service, since this test began."""
        return host.starts_of(SERVICE) - self.before

    def configure(self, line: str) -> None:
        self.conf.write_text(f"{self.conf.read_text()}\n{line}\n")

    def expect_brake(self) -> None:
        """It goes on trying, but slowly."""
        time.sleep(WINDOW)
        starts = self.starts()
        print(f"{starts} starts in {WINDOW:.0f} s")
        self.assertGreaterEqual(starts, 2)
        self.assertLessEqual(starts, MOST)

    def expect_opened(self, address: str, seconds: float) -> None:
        wait_for(lambda: host.has_lease(address), seconds, f"{address} was not opened")
        self.assertEqual(host.records().get(address), "RELAY")
        self.assertFalse(host.has_lease(address, "pending"))

    def test_a_mistake_in_the_settings(self):
        mended = self.conf.read_text()
        self.configure("lifetyme = 3h")
        plant("192.0.2.160")
        self.expect_brake()
        self.assertTrue(host.has_lease("192.0.2.160", "pending"))
        self.conf.write_text(mended)
        self.expect_opened("192.0.2.160", BRAKE + SOON)

    def test_sapdb_is_missing(self):
        sapdb = host.root / "usr/sbin/sapdb"
        away = sapdb.rename(sapdb.with_suffix(".away"))
        self.addCleanup(lambda: away.exists() and away.rename(sapdb))
        plant("192.0.2.161")
        self.expect_brake()
        away.rename(sapdb)
        self.expect_opened("192.0.2.161", BRAKE + SOON)

    def test_a_queue_group_that_the_host_does_not_know(self):
        self.configure("queue_group = no-such-group-here")
        plant("192.0.2.162")
        self.expect_opened("192.0.2.162", SOON)
        plant("192.0.2.163")
        self.expect_opened("192.0.2.163", SOON)
        self.assertLessEqual(self.starts(), MOST)
        self.assertEqual(len(host.log("there is no such group")), 1)

    def test_what_a_worker_that_is_not_root_queues_is_opened(self):
        """The service has to ask for the host's own addresses before it believes him."""
        self.configure(f"queue_group = {MAIL}")
        plant("192.0.2.164", owner=NOBODY)
        self.expect_opened("192.0.2.164", SOON)
        plant("192.0.2.1", owner=NOBODY)
        wait_for(lambda: not host.has_lease("192.0.2.1", "pending"), SOON, "it still waits")
        self.assertFalse(host.has_lease("192.0.2.1"), "the host itself")
