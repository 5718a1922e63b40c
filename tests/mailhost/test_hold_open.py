# SPDX-License-Identifier: BSD-2-Clause
"""hold_open on real Dovecot: who idles in IMAP logs in once and sends for hours."""

import json
import time
import unittest

from . import pam_scenario
from .client import ImapSession
from .product import ProductHost, booted_product
from .waiting import wait_for

HOUR = 3600
SETTINGS = "hold_open = yes\nmax_lifetime = 12h\n"
IPV4, IPV6 = "192.0.2.77", "2001:db8::77"
CLOSED = (450, 550, 554)

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook,
                          lambda new: new.settings(SETTINGS))
    host.stop_timer()


def idle(address: str) -> ImapSession:
    """Logged in, and waiting for mail."""
    session = host.client.imap(source=address)
    session.login("anna", "lesen")
    session.send("b IDLE")
    assert session.receive().startswith("+")
    return session


def hang_up(session: ImapSession, address: str) -> None:
    """And wait until the server's end is gone, too."""
    session.send("DONE")
    session.close()
    wait_for(lambda: address not in host.run("ss", "-Htn", "state", "established").stdout,
             10.0, f"{address} is still connected")


class HoldOpen(unittest.TestCase):
    def setUp(self):
        host.settings(SETTINGS)

    def tearDown(self):
        host.sapdb("revoke", "--all", check=False)
        self.assertEqual(host.problems(), [])

    def reply(self, address: str) -> int:
        return host.client.relay_reply(source=address).code

    def expire_an_hour_later(self, address: str, hours: float = 1) -> None:
        host.make_old(address, hours * HOUR)
        host.run_expire()

    def test_an_idle_session_holds_the_lease(self):
        for address in (IPV4, IPV6):
            with self.subTest(address):
                session = idle(address)
                before = host.inside("/etc/mail/access.db").stat().st_ino
                for hours in (1, 5, 11.9):
                    self.expire_an_hour_later(address, hours)
                    self.assertEqual(self.reply(address), 250, hours)
                self.assertEqual(host.inside("/etc/mail/access.db").stat().st_ino, before,
                                 "to hold is no change of the table")
                self.shows_it_held(address)
                hang_up(session, address)
                self.assertEqual(self.reply(address), 250, "until the next run")
                host.run_expire()
                self.assertIn(self.reply(address), CLOSED)
                self.assertFalse(host.has_lease(address))

    def shows_it_held(self, address: str) -> None:
        lease, = map(json.loads, host.sapdb("--json", "status").splitlines())
        self.assertIs(lease["held"], True)
        row = host.sapdb("status").splitlines()[1]
        self.assertRegex(row, rf"^{address} .* held +open$")
        self.assertIn("held open by an established connection, at the latest until ",
                      host.sapdb("status", address))
        self.assertEqual(host.sapdb("expire", "--dry-run"), "")

    def test_beyond_max_lifetime_it_ends_all_the_same(self):
        with idle(IPV4) as session:
            self.expire_an_hour_later(IPV4, 12.01)
            self.assertIn(self.reply(IPV4), CLOSED)
            session.send("DONE")
            self.assertTrue(session.receive().startswith("b OK"), "the session lives on")
        self.assertEqual(len(host.log(f"removed {IPV4} .*max_lifetime is over")), 1)

    def test_a_connection_without_a_login_opens_nothing(self):
        address = "192.0.2.78"
        with host.client.pop3(source=address), host.client.imap(source=address):
            host.run_expire()
            self.assertIn(self.reply(address), CLOSED)
            self.assertFalse(host.has_lease(address))

    def test_the_connection_of_another_holds_nothing(self):
        host.client.pop3_login("horn", "sesam", source="192.0.2.79")
        with idle("192.0.2.80") as session:
            self.expire_an_hour_later("192.0.2.79")
            self.assertIn(self.reply("192.0.2.79"), CLOSED)
            self.assertEqual(self.reply("192.0.2.80"), 250)
            session.send("DONE")

    def test_a_connection_to_another_port_holds_nothing(self):
        address = "192.0.2.81"
        host.client.pop3_login("horn", "sesam", source=address)
        with host.client.smtp(source=address) as session:
            self.expire_an_hour_later(address)
            self.assertIn(session.relay_reply().code, CLOSED)

    def test_revoke_and_a_granted_end_count(self):
        host.sapdb("grant", "--for", "1h", "192.0.2.82")
        with host.client.imap(source="192.0.2.82"), idle("192.0.2.83") as session:
            host.sapdb("revoke", "192.0.2.83")
            lease = host.lease("active", "192.0.2.82")
            lease.write_text(f"user=- service=sapdb opened=1 until={int(time.time()) - 60}\n")
            self.expire_an_hour_later("192.0.2.82")
            for address in ("192.0.2.82", "192.0.2.83"):
                self.assertFalse(host.has_lease(address), address)
            session.send("DONE")

    def test_without_the_setting_it_ends_at_once(self):
        host.settings("")
        with idle(IPV4) as session:
            self.expire_an_hour_later(IPV4)
            self.assertIn(self.reply(IPV4), CLOSED)
            session.send("DONE")
