# SPDX-License-Identifier: BSD-2-Clause
"""The table is missing for five minutes, by the clock; then the timer is."""

import time
import unittest

from . import pam_scenario
from .network import CLIENTS, CLIENTS6
from .product import MAP, STATE, ProductHost, booted_product
from .waiting import wait_for

MINUTES = 5
PAUSE = 8.0  # between two new clients

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook)


def log_in(address: str) -> float:
    return host.client.pop3_login("horn", "sesam", source=address)


class MapMissing(unittest.TestCase):
    def test_five_minutes_without_a_table(self):
        host.log_starts("pam_sap-commit.service")
        host.shell("mv /etc/mail/access.db /root/")
        self.addCleanup(host.shell, "mv -n /root/access.db /etc/mail/ || true")
        ends = time.monotonic() + MINUTES * 60
        before = host.starts_of("pam_sap-commit.service")
        addresses = iter(CLIENTS + CLIENTS6)
        seconds, tried = [], []
        while time.monotonic() < ends:
            address = next(addresses, None)
            if address is None:
                break
            seconds.append(log_in(address))
            tried.append(address)
            time.sleep(PAUSE)
        time.sleep(max(0.0, ends - time.monotonic()))
        starts = host.starts_of("pam_sap-commit.service") - before
        print(f"{len(tried)} logins, {starts} starts of the commit service, "
              f"slowest login after the first {max(seconds[1:]):.3f} s")
        self.assertGreaterEqual(starts, 1)
        self.assertLessEqual(starts, 6)
        self.assertEqual(host.run("systemctl", "is-active", "pam_sap-commit.path",
                                  check=False).stdout.strip(), "active")
        self.assertLess(max(seconds[1:]), 0.5)
        self.assertEqual(len(host.log("cannot open the table")), 1)

        host.shell("mv /root/access.db /etc/mail/")
        wait_for(lambda: set(tried) <= {key.removeprefix("SAP:") for key in host.records()},
                 62.0, "the timer has not opened all")
        self.assertEqual(host.problems(), [])


class TimerMasked(unittest.TestCase):
    def test_nothing_new_is_opened(self):
        host.run("systemctl", "mask", "--now", "--runtime", "pam_sap-expire.timer")
        self.addCleanup(host.run, "systemctl", "unmask", "--runtime",
                        "pam_sap-expire.timer")
        host.network.add_clients(["192.0.2.150", "192.0.2.151"])
        host.shell(f"touch -d '11 minutes ago' {STATE}/expired")
        for address in ("192.0.2.150", "192.0.2.151"):
            log_in(address)
            log_in(address)
            self.assertNotIn(address, host.records())
            self.assertFalse(host.has_lease(address, "pending"))
        lines = host.log("nothing new is opened")
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("pam_sap-expire.timer", lines[0])
        self.assertTrue(host.inside(MAP).exists())
