# SPDX-License-Identifier: BSD-2-Clause
"""sendmail: each form of key that it looks up, and a btree table."""

import unittest

from . import pam_scenario
from .earning import Login, log_in, relay_is_earned
from .product import CONF, MAP, ProductHost, booted_product

CF = "/etc/mail/sendmail.cf"
FOLDER = "/etc/mail/"

host: ProductHost
stock_conf: str


def setUpModule() -> None:
    global host, stock_conf
    host = booted_product(unittest.addModuleCleanup, pam_scenario.account_hook)
    host.stop_timer()
    stock_conf = (host.root / CONF).read_text()


class Forms(unittest.TestCase):
    def setUp(self):
        self.set("")

    def set(self, line: str) -> None:
        host.settings(f"{stock_conf}{line}\n")
        self.addCleanup(host.settings, stock_conf)

    def configure(self, *changes: str) -> None:
        """Change sendmail.cf by sed; it is put back, and sendmail started anew."""
        host.shell(f"cp -p {CF} {CF}.stock")
        self.addCleanup(host.shell, f"mv {CF}.stock {CF}; systemctl restart sendmail")
        for change in changes:
            before = host.run("cat", CF).stdout
            host.run("sed", "-i", change, CF)
            self.assertNotEqual(before, host.run("cat", CF).stdout, change)
        host.run("systemctl", "restart", "sendmail")

    def has_key(self, address: str, key: str) -> None:
        """While the lease lives."""
        host.run_expire()
        host.sapdb("grant", address)
        self.addCleanup(host.sapdb, "revoke", address)
        records = host.records()
        self.assertEqual(records.get(key), "RELAY", records)
        self.assertEqual(records.get(f"SAP:{address}"), f"DUNNO pam_sap {key} RELAY")

    def test_ipv4_mapped(self):
        """sendmail has one IPv6 socket for both: its client is ::ffff:192.0.2.77."""
        listening = host.run("ss", "-Hltn", "sport = :25").stdout
        self.assertNotIn("0.0.0.0:25", listening)
        self.has_key("192.0.2.76", "192.0.2.76")
        relay_is_earned(self, host, "192.0.2.77")

    def test_ipv6_full_form(self):
        self.has_key("2001:db8::76", "ipv6:2001:db8:0:0:0:0:0:76")
        relay_is_earned(self, host, "2001:db8::77", Login("imap"))

    def test_key_tag_connect(self):
        self.set("key_tag = connect:")
        self.has_key("192.0.2.76", "connect:192.0.2.76")
        self.has_key("2001:db8::76", "connect:ipv6:2001:db8:0:0:0:0:0:76")
        relay_is_earned(self, host, "192.0.2.78")
        relay_is_earned(self, host, "2001:db8::78")

    def test_ipv6_prefix_64(self):
        """Who logs in from one address of a network may send from another one."""
        self.set("ipv6_prefix = 64")
        self.assertEqual(host.client.relay_reply("2001:db8::80").code, 550)
        log_in(host, "2001:db8::79")
        self.assertEqual(host.records().get("ipv6:2001:db8:0:0"), "RELAY")
        self.assertEqual(host.client.relay_reply("2001:db8::80").code, 250)
        host.make_old("2001:db8::")
        host.run_expire()
        self.assertEqual(host.client.relay_reply("2001:db8::80").code, 550)
        self.assertEqual(host.problems(), [])

    def test_compressed_ipv6_addresses(self):
        self.configure("s/^#*O UseCompressedIPv6Addresses.*/O UseCompressedIPv6Addresses=True/")
        host.sapdb("grant", "2001:db8::85")
        self.assertEqual(host.client.relay_reply("2001:db8::85").code, 550, "by the full form")
        self.set("ipv6_form = compressed")
        self.has_key("2001:db8::76", "ipv6:2001:db8::76")
        relay_is_earned(self, host, "2001:db8::81")
        relay_is_earned(self, host, "192.0.2.81")

    def test_compressed_refusals_are_respected(self):
        self.set("ipv6_form = compressed")
        host.sapdb("insert", "ipv6:2001:db8", "REJECT")
        self.addCleanup(host.sapdb, "delete", "ipv6:2001:db8")
        log_in(host, "2001:db8::82")
        self.assertFalse(host.has_lease("2001:db8::82"))
        self.assertEqual(len(host.log("refused 2001:db8::82 .*'ipv6:2001:db8'")), 1)


class Btree(unittest.TestCase):
    """`define(`DATABASE_MAP_TYPE', `btree')`: the whole host has btree tables."""

    TABLE = f"{FOLDER}access.btree.db"

    def test_btree(self):
        source = self.TABLE.removesuffix(".db")
        host.shell(f"makemap btree {source} < {FOLDER}access; "
                   f"chown smmta:smmsp {self.TABLE}; chmod 640 {self.TABLE}; "
                   f"cp -p {CF} {CF}.stock; "
                   f"sed -i 's|^Kaccess hash .*|Kaccess btree -T<TMPF> {source}|' {CF}; "
                   f"grep '^Kaccess btree' {CF}; systemctl restart sendmail")
        self.addCleanup(host.shell, f"mv {CF}.stock {CF}; systemctl restart sendmail")
        host.settings(f"{stock_conf}map = btree:{self.TABLE}\n")
        self.addCleanup(host.settings, stock_conf)
        before = host.inside(MAP).read_bytes()
        relay_is_earned(self, host, "192.0.2.83")
        relay_is_earned(self, host, "2001:db8::83")
        self.assertEqual(host.inside(MAP).read_bytes(), before)
        host.sapdb("grant", "192.0.2.84")
        listed = host.run("makemap", "-u", "btree", self.TABLE).stdout.splitlines()
        self.assertIn("192.0.2.84\tRELAY", listed)
        owner = host.run("stat", "--format=%U:%G %a", self.TABLE).stdout.strip()
        self.assertEqual(owner, "smmta:smmsp 640")
