# SPDX-License-Identifier: BSD-2-Clause
"""The relay closes by itself: by the real clock and the real timer."""

import time
import unittest

from . import pam_scenario
from .product import ProductHost, booted_product
from .waiting import wait_for

LIFETIME = 60
TIMER = 62  # from one run to the end of the next

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook,
                          lambda new: new.settings("lifetime = 1min\n"))


class Lifetime(unittest.TestCase):
    def tearDown(self):
        self.assertEqual(host.problems(), [])

    def test_ends_by_the_clock_in_an_open_session_too(self):
        address, stayer = "192.0.2.77", "2001:db8::78"
        with host.client.smtp(source=address) as session:
            host.client.pop3_login("horn", "sesam", source=address)
            host.client.imap_login("anna", "lesen", source=stayer)
            opened = time.monotonic()
            self.assertEqual(session.relay_reply().code, 250)
            self.log_in_again_in_the_last_second(stayer, opened)
            wait_for(lambda: session.relay_reply().code != 250,
                     opened + LIFETIME + TIMER - time.monotonic(),
                     "the relay is still open one timer run after its lifetime")
            self.assertGreaterEqual(time.monotonic() - opened, LIFETIME - 1)
            print(f"closed {time.monotonic() - opened:.1f} s after the login")
        removed = host.log(f"removed {address} from /etc/mail/access.db")
        self.assertEqual(len(removed), 1)
        self.assertIn("user horn, last login", removed[0])
        self.assertEqual(host.client.relay_reply(stayer).code, 250)
        self.assertNotIn(address, host.records())

    def log_in_again_in_the_last_second(self, address: str, opened: float) -> None:
        """The clock is what is tested here: this is the one wait of the suite."""
        time.sleep(max(0.0, opened + LIFETIME - 1 - time.monotonic()))
        host.client.imap_login("anna", "lesen", source=address)
        self.assertGreater(host.lease("active", address).stat().st_mtime,
                           time.time() - 2)


class BackDated(unittest.TestCase):
    """The other cases set the clock of the lease instead."""

    def test_a_login_keeps_what_expiry_would_take(self):
        address = "192.0.2.80"
        host.client.pop3_login("horn", "sesam", source=address)
        host.make_old(address)
        host.client.pop3_login("horn", "sesam", source=address)
        host.run_expire()
        self.assertEqual(host.client.relay_reply(address).code, 250)

    def test_a_lapsed_lease_is_gone_before_sendmail_starts_at_boot(self):
        address = "192.0.2.81"
        host.client.pop3_login("horn", "sesam", source=address)
        host.stop_timer()
        host.make_old(address)
        host.power_cut()
        host.boot()
        self.assertNotIn(address, host.records())
        order = host.run("systemctl", "show", "--property=InactiveEnterTimestampMonotonic",
                         "--value", "pam_sap-expire.service").stdout
        started = host.run("systemctl", "show", "--property=ActiveEnterTimestampMonotonic",
                           "--value", "sendmail.service").stdout
        removed = host.journal(f"removed {address}", "--output=short-monotonic")
        self.assertEqual(len(removed), 1)
        self.assertLess(seconds_of(removed[0]), int(started) / 1e6, (order, started))


def seconds_of(line: str) -> float:
    """The time stamp of a line of journalctl --output=short-monotonic."""
    return float(line.split("]")[0].lstrip("[ "))
