# SPDX-License-Identifier: BSD-2-Clause
"""The administrator rebuilds the table while leases live."""

import unittest

from . import pam_scenario
from .product import ProductHost, booted_product

# label, what he types
REBUILDS = (
    ("makemap in place", "cd /etc/mail && makemap hash access < access"),
    ("Debian's way", "touch /etc/mail/access && make -C /etc/mail access_db"),
    ("by hand into a new file", """cd /etc/mail && makemap hash access.new < access &&
        chown smmta:smmsp access.new.db && chmod 640 access.new.db &&
        mv -f access.new.db access.db"""),
)

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook)
    host.stop_timer()


def log_in(address: str) -> None:
    host.client.pop3_login("horn", "sesam", source=address)


class Rebuild(unittest.TestCase):
    def tearDown(self):
        self.assertEqual(host.problems(), [])

    def rebuild(self, script: str, *addresses: str) -> None:
        host.shell(script)
        for address in addresses:
            self.assertNotIn(address, host.records())

    def test_the_records_are_back_after_anyones_login(self):
        for n, (label, script) in enumerate(REBUILDS):
            with self.subTest(label):
                known, new = f"192.0.2.{77 + 2 * n}", f"192.0.2.{78 + 2 * n}"
                log_in(known)
                self.rebuild(script, known)
                log_in(new)
                records = host.records()
                self.assertEqual([records.get(known), records.get(new)], ["RELAY"] * 2)

    def test_a_known_clients_login_brings_all_back(self):
        for n, (label, script) in enumerate(REBUILDS):
            with self.subTest(label):
                known, other = f"192.0.2.{84 + 2 * n}", f"192.0.2.{85 + 2 * n}"
                log_in(known)
                log_in(other)
                self.rebuild(script, known, other)
                log_in(known)
                records = host.records()
                self.assertEqual([records.get(known), records.get(other)], ["RELAY"] * 2)

    def test_the_timer_brings_them_back(self):
        for label, script in REBUILDS:
            with self.subTest(label):
                log_in("192.0.2.95")
                self.rebuild(script, "192.0.2.95")
                host.run_expire()
                self.assertEqual(host.records().get("192.0.2.95"), "RELAY")

    def test_an_orphan_of_a_restored_backup_is_removed(self):
        address = "2001:db8::95"
        log_in(address)
        host.shell("cp -p /etc/mail/access.db /etc/mail/backup.db")
        host.make_old(address)
        host.run_expire()
        host.shell("mv /etc/mail/backup.db /etc/mail/access.db")
        self.assertIn(f"SAP:{address}", host.records())
        host.run_expire()
        self.assertNotIn(f"SAP:{address}", host.records())
        self.assertNotIn("ipv6:2001:db8:0:0:0:0:0:95", host.records())
