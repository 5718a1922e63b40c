# SPDX-License-Identifier: BSD-2-Clause
"""A login opens the relay, within the SMTP session that was refused before."""

import unittest

from . import pam_scenario
from .product import ProductHost, booted_product

WAIT = 2.0  # the setting's default

host: ProductHost

# label, protocol, client address, key of its record
CLIENTS = (
    ("POP3 over IPv4", "pop3", "192.0.2.{n}", "192.0.2.{n}"),
    ("IMAP over IPv4", "imap", "192.0.2.{n}", "192.0.2.{n}"),
    ("POP3 over IPv6", "pop3", "2001:db8::{n}", "ipv6:2001:db8:0:0:0:0:0:{n}"),
    ("IMAP over IPv6", "imap", "2001:db8::{n}", "ipv6:2001:db8:0:0:0:0:0:{n}"),
)


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook)


def log_in(protocol: str, address: str) -> float:
    """The seconds that the login took."""
    login = host.client.pop3_login if protocol == "pop3" else host.client.imap_login
    return login("horn", "sesam", source=address)


class Login(unittest.TestCase):
    """The same in three kinds of hosts; `committer` is who changes the table."""

    def tearDown(self):
        self.assertEqual(host.problems(), [])

    def opens(self, address: str, key: str, protocol: str, committer: str) -> None:
        with host.client.smtp(source=address) as session:
            self.assertIn(session.relay_reply().code, (450, 550))
            took = log_in(protocol, address)
            records = host.records()
            self.assertEqual(session.relay_reply().code, 250)
        self.assertLess(took, WAIT)
        self.assertEqual(records.get(key), "RELAY")
        self.assertEqual(records.get(f"SAP:{address}"), f"DUNNO pam_sap {key} RELAY")
        lines = host.log(f"inserted {address} into /etc/mail/access.db for user horn")
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(committer, lines[0])

    def opens_all(self, first: int, committer: str) -> None:
        for n, (label, protocol, address, key) in enumerate(CLIENTS, first):
            with self.subTest(label):
                self.opens(address.format(n=n), key.format(n=n), protocol, committer)

    def test_session_line_under_the_stock_unit(self):
        pam_scenario.session_hook(host)
        self.opens_all(77, "sapdb[")

    def test_account_line_and_unchanged_dovecot_conf(self):
        pam_scenario.account_hook(host)
        self.opens_all(81, "sapdb[")

    def test_with_the_drop_in_the_module_commits(self):
        host.add_drop_in()
        self.addCleanup(host.run, "rm", "-r", "/etc/systemd/system/dovecot.service.d")
        host.run("systemctl", "daemon-reload")
        pam_scenario.session_hook(host)
        self.opens_all(85, "pam_sap(")


class KnownClient(unittest.TestCase):
    def test_is_renewed_without_a_commit(self):
        pam_scenario.session_hook(host)
        log_in("pop3", "192.0.2.90")
        table = host.inside("/etc/mail/access.db").stat()
        before = host.lease("active", "192.0.2.90").stat().st_mtime
        log_in("pop3", "192.0.2.90")
        self.assertEqual(host.inside("/etc/mail/access.db").stat(), table)
        self.assertGreater(host.lease("active", "192.0.2.90").stat().st_mtime, before)

    def test_is_shown_by_status(self):
        log_in("imap", "192.0.2.91")
        self.assertRegex(host.sapdb("status", "192.0.2.91"),
                         r"^192\.0\.2\.91 may relay: lease of user horn")

    def test_a_wrong_password_opens_nothing(self):
        with self.assertRaises(Exception):
            host.client.pop3_login("horn", "wrong", source="192.0.2.92")
        self.assertNotIn("192.0.2.92", host.records())
        self.assertFalse(host.has_lease("192.0.2.92"))
