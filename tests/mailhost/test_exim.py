# SPDX-License-Identifier: BSD-2-Clause
"""Exim of Debian 12, in one file: our table beside what else is in relay_from_hosts."""

import ipaddress
import shutil
import socket
import subprocess
import unittest

from . import pam_scenario
from .client import OUTSIDE, SENDER, SmtpSession
from .earning import Login, log_in, relay_is_earned
from .product import STATE, ProductHost, booted_product
from .test_dovecot import NO_PENALTY, write_conf

TABLE = f"{STATE}/map/relay.db"
OFFICE = "192.0.2.200/29"  # a network of the administrator's
LOCALMACROS = "etc/exim4/exim4.conf.localmacros"
PANIC = "var/log/exim4/paniclog"
DEBCONF = "etc/exim4/update-exim4.conf.conf"
RELAY_NETS = f"net-dbmnz;{TABLE} : 127.0.0.1 : ::::1 : {OFFICE}"


class EximHost(ProductHost):
    PARTS = ("exim", "dovecot")
    PORTS = {25, 110, 143}
    TABLE = TABLE
    OWNER = "root:root 644"

    def records(self) -> dict[str, str]:
        lines = self.run("db5.3_dump", "-p", self.TABLE).stdout.splitlines()
        body = [line[1:] for line in lines[lines.index("HEADER=END") + 1:-1]]
        return dict(zip(body[::2], body[1::2]))


host: EximHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.account_hook,
                          as_the_guide_says, EximHost)
    host.stop_timer()


def as_the_guide_says(exim: ProductHost) -> None:
    """docs/guide/exim.md. The table is made at boot."""
    exim.settings("mta = exim\n")
    (exim.root / LOCALMACROS).write_text(f"MAIN_RELAY_NETS = {RELAY_NETS}\n")
    debconf = exim.root / DEBCONF
    debconf.write_text(debconf.read_text().replace("dc_relay_nets=''",
                                                   f"dc_relay_nets='{OFFICE}'"))
    write_conf(exim, "97-no-penalty.conf", NO_PENALTY)


def key_of(address: str) -> str:
    """As Exim looks for it in a host list."""
    return ipaddress.ip_address(address).exploded.replace(":", ".")


def reply_code(address: str) -> int:
    return host.client.relay_reply(source=address).code


class Exim(unittest.TestCase):
    def earned(self, address: str, protocol: str) -> None:
        relay_is_earned(self, host, address, Login(protocol), same_session=False)
        log_in(host, address, Login(protocol))
        self.assertEqual(host.records().get(key_of(address)), "RELAY")
        host.sapdb("revoke", address)
        self.assertNotIn(key_of(address), host.records())

    def test_ipv4(self):
        for number, protocol in ((77, "pop3"), (78, "imap")):
            with self.subTest(protocol):
                self.earned(f"192.0.2.{number}", protocol)

    def test_ipv6(self):
        self.assertEqual(key_of("2001:db8::77"), "2001.0db8.0000.0000.0000.0000.0000.0077")
        for number, protocol in ((77, "pop3"), (78, "imap")):
            with self.subTest(protocol):
                self.earned(f"2001:db8::{number}", protocol)

    def test_beside_the_shipped_relay_from_hosts(self):
        host.network.add_clients(["192.0.2.200", "192.0.2.201", "192.0.2.210"])
        others_lease = "192.0.2.80"
        self.the_administrators_relay("before")
        log_in(host, others_lease)
        log_in(host, "192.0.2.201")  # his list is not looked at: it gets a lease
        self.assertEqual(reply_code(others_lease), 250)
        self.the_administrators_relay("during")
        for address in (others_lease, "192.0.2.201"):
            host.make_old(address)
        host.run_expire()
        self.assertEqual(reply_code(others_lease), 550)
        self.the_administrators_relay("after")
        self.assertEqual(host.problems(), [])

    def the_administrators_relay(self, when: str) -> None:
        for address in ("192.0.2.200", "192.0.2.201"):
            self.assertEqual(reply_code(address), 250, f"{address} {when}")
        self.assertEqual(reply_code("192.0.2.210"), 550, when)
        for address in ("127.0.0.1", "::1"):
            with smtp_from_the_host(address) as session:
                self.assertEqual(session.relay_reply().code, 250, f"{address} {when}")

    def test_table_is_there_before_the_first_look(self):
        host.power_cut()
        shutil.rmtree(host.root / STATE.lstrip("/"))
        (host.root / PANIC).unlink(missing_ok=True)
        host.boot()
        host.stop_timer()
        self.assertEqual(host.client.relay_reply(source="192.0.2.81"),
                         (550, "relay not permitted"))
        self.assertFalse((host.root / PANIC).exists())
        started = host.run("systemctl", "show", "--property=InactiveExitTimestamp", "--value",
                           "--timestamp=us+utc", "exim4.service").stdout.strip()
        older = host.run("find", TABLE, "!", "-newermt", started).stdout.strip()
        self.assertEqual(older, TABLE, f"it was not there before Exim, {started}")
        self.assertEqual(host.records(), {})
        self.assertEqual(host.problems(), [])
        self.assertEqual(host.failed_units(), [])

    def test_without_the_table_the_session_ends(self):
        """What the other test would see."""
        host.shell(f"mv {TABLE} /root/")
        self.addCleanup(host.shell, f"mv -n /root/relay.db {TABLE}")
        with host.client.smtp(source="192.0.2.82") as session:
            session.mail()
            self.assertEqual(session.rcpt().code, 421)
            self.assertRaises(EOFError, session.rset)
        host.run_expire()
        self.assertEqual(reply_code("192.0.2.82"), 550)
        self.assertEqual(host.problems(), [])

    def test_bh_and_be_see_it(self):
        for address in ("192.0.2.83", "2001:db8::83"):
            with self.subTest(address):
                look_up = "${lookup{%s}%s{%s}{$value}{none}}"
                found = look_up % (key_of(address), "dbmnz", TABLE)
                with_nul = look_up % (key_of(address), "dbm", TABLE)
                host.sapdb("grant", address)
                self.assertIn('yes (matched "+relay_from_hosts")', talk(address).stderr)
                self.assertIn("250 Accepted", talk(address).stdout)
                self.assertEqual(expanded(found), "RELAY")
                self.assertEqual(expanded(with_nul), "none")
                host.sapdb("revoke", address)
                self.assertIn("550 relay not permitted", talk(address).stdout)
                self.assertEqual(expanded(found), "none")
        self.assertEqual(host.problems(), [])

    def test_exim_reads_as_debian_exim(self):
        with host.client.smtp(source="192.0.2.84") as session:
            session.mail()
            self.assertEqual(session.rcpt().code, 550)
            readers = host.shell(f"for fd in $(find /proc/[0-9]*/fd -lname {TABLE}); do "
                                 "cat ${fd%/fd/*}/comm; stat -c %U ${fd%/fd/*}; done")
        self.assertEqual(readers.split(), ["exim4", "Debian-exim"])
        self.assertEqual(host.problems(), [])


def smtp_from_the_host(address: str) -> SmtpSession:
    """A session over loopback."""
    with host.network.server.inside():
        return SmtpSession(socket.create_connection((address, 25), 20.0))


def talk(address: str) -> subprocess.CompletedProcess[str]:
    """exim4 -bh, and a recipient elsewhere."""
    lines = ("EHLO x", f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{OUTSIDE}>", "QUIT", "")
    return host.run("exim4", "-bh", address, stdin=None, input="\r\n".join(lines))


def expanded(text: str) -> str:
    return host.run("exim4", "-be", text).stdout.strip()
