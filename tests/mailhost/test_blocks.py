# SPDX-License-Identifier: BSD-2-Clause
"""A block on a booted host: it closes an open SMTP session, holds at the next login, and
each of these is an entry of the journal with fields of its own."""

import json
import unittest

from . import pam_scenario
from .product import ProductHost, booted_product

CLIENT, OTHER = "192.0.2.77", "192.0.2.78"
MESSAGE_ID = "8b3f4c1d2a6e4f0c9d57e1b2a4c6083f"

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook)


def log_in(address: str, user: str = "horn", password: str = "sesam") -> None:
    host.client.pop3_login(user, password, source=address)


def entries(**fields: str) -> list[dict]:
    """Of the journal, with these fields."""
    host.run("journalctl", "--sync")
    done = host.run("journalctl", "--boot", "--output=json",
                    *(f"{name}={value}" for name, value in fields.items()))
    return [json.loads(line) for line in done.stdout.splitlines()]


class Blocks(unittest.TestCase):
    def tearDown(self):
        host.sapdb("unblock", "--all")
        self.assertEqual(host.problems(), [])

    def test_a_blocked_address_stays_closed_at_the_next_login(self):
        with host.client.smtp(source=CLIENT) as session:
            log_in(CLIENT)
            self.assertEqual(session.relay_reply().code, 250)
            host.sapdb("revoke", "--block", "2h", CLIENT)
            self.assertIn(session.relay_reply().code, (450, 550))
            log_in(CLIENT)
            self.assertIn(session.relay_reply().code, (450, 550))
            self.assertEqual(len(host.log(f"not opened: {CLIENT} for user horn .*: {CLIENT} is "
                                          "blocked until 20")), 1)
            host.sapdb("unblock", CLIENT)
            log_in(CLIENT)
            self.assertEqual(session.relay_reply().code, 250)

    def test_a_blocked_user_opens_nothing_from_anywhere(self):
        host.sapdb("block", "--user", "anna")
        log_in(OTHER, "anna", "lesen")
        self.assertNotIn(OTHER, host.records())
        log_in(OTHER)
        self.assertIn(OTHER, host.records())

    def test_fields_of_the_journal(self):
        address = "192.0.2.79"
        host.sapdb("grant", "-u", "horn", address)
        host.sapdb("block", address)
        host.sapdb("grant", "-u", "horn", address, check=False)
        host.sapdb("unblock", address)
        lease = {"SAP_ADDRESS": address, "SAP_USER": "horn", "SAP_SERVICE": "sapdb"}
        for event, want in (("opened", lease), ("removed", lease), ("kept_shut", lease),
                            ("blocked", {"SAP_DETAIL": address}),
                            ("unblocked", {"SAP_DETAIL": address})):
            with self.subTest(event):
                key = "SAP_ADDRESS" if "SAP_ADDRESS" in want else "SAP_DETAIL"
                entry, = entries(SAP_EVENT=event, **{key: address})
                self.assertEqual({name: entry.get(name) for name in want}, want)
                self.assertEqual(
                    (entry["MESSAGE_ID"], entry["SYSLOG_IDENTIFIER"], entry["SYSLOG_FACILITY"],
                     entry["PRIORITY"], entry["SAP_MAP"]),
                    (MESSAGE_ID, "sapdb", "2", "5", "/etc/mail/access.db"))

    def test_the_service_logs_fields_too(self):
        log_in("192.0.2.80")
        entry, = entries(SAP_EVENT="opened", SAP_ADDRESS="192.0.2.80")
        self.assertEqual(entry["_SYSTEMD_UNIT"], "pam_sap-commit.service")
        self.assertEqual(entry["SAP_USER"], "horn")
        self.assertIn("inserted 192.0.2.80 into /etc/mail/access.db", entry["MESSAGE"])

    def test_a_refusal_names_the_record(self):
        address, key = "192.0.2.81", "connect:192.0.2.81"
        host.sapdb("insert", key, "REJECT", check=False)
        self.addCleanup(host.sapdb, "delete", key)
        log_in(address)
        entry, = entries(SAP_EVENT="refused", SAP_ADDRESS=address)
        self.assertEqual((entry["SAP_DETAIL"], entry["SAP_USER"]), (key, "horn"))


if __name__ == "__main__":
    unittest.main()
