# SPDX-License-Identifier: BSD-2-Clause
"""Exim of Debian 12: our table beside what else is in relay_from_hosts."""

import ipaddress
import re
import shutil
import socket
import subprocess
import unittest

from . import pam_scenario
from .client import OUTSIDE, SENDER, SmtpSession
from .earning import Login, log_in, relay_is_earned
from .pages import Block, Command
from .product import STATE, ProductHost, booted_product
from .typist import Typist
from .waiting import wait_for

TABLE = f"{STATE}/map/relay.db"
OFFICE = "192.0.2.200/29"  # a network of the administrator's
LOCALMACROS = {False: "etc/exim4/exim4.conf.localmacros",  # by dc_use_split_config
               True: "etc/exim4/conf.d/main/000_localmacros"}
PANIC = "var/log/exim4/paniclog"
DEBCONF = "etc/exim4/update-exim4.conf.conf"
LOOK_UP = "${lookup{%s}%s{%s}{$value}{none}}"
OWN_NETS = f"127.0.0.1 : ::::1 : {OFFICE}"
RELAY_NETS = f"{OWN_NETS} : net-dbmnz;{TABLE}"
TALK = f"EHLO x\r\nMAIL FROM:<{SENDER}>\r\nRCPT TO:<{OUTSIDE}>\r\nQUIT\r\n"
IF_IT_EXISTS = f"{OWN_NETS} : ${{if exists{{{TABLE}}}{{net-dbmnz;{TABLE}}}}}"


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
    write_lists(exim, RELAY_NETS)


def write_lists(exim: ProductHost, nets: str, split: bool = False) -> None:
    """The macro, where it belongs, and what debconf would ask for."""
    for name in LOCALMACROS.values():
        (exim.root / name).unlink(missing_ok=True)
    (exim.root / LOCALMACROS[split]).write_text(f"MAIN_RELAY_NETS = {nets}\n")
    text = (exim.root / DEBCONF).read_text()
    for setting, value in (("relay_nets", OFFICE), ("use_split_config", str(split).lower())):
        text = re.sub(f"dc_{setting}=.*", f"dc_{setting}='{value}'", text)
    (exim.root / DEBCONF).write_text(text)


def restart_with(nets: str, split: bool = False) -> None:
    """The same on the running host."""
    write_lists(host, nets, split)
    host.run("update-exim4.conf")
    host.run("systemctl", "restart", "exim4")
    wait_for(lambda: 25 in host.listening_ports(), 10.0, "Exim does not listen")


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

    # What the test above would see, and what cures it.
    def test_without_the_table_only_the_own_networks_go_on(self):
        host.network.add_clients(["192.0.2.202"])
        host.run("rm", TABLE)
        for recipient in (OUTSIDE, "anna@example.net"):
            with host.client.smtp(source="192.0.2.82") as session:
                self.assertEqual(session.relay_reply(recipient).code, 421)
                self.assertEqual(session.mail().code, 421)
        self.assertEqual(reply_code("192.0.2.202"), 250)
        self.is_well_again("192.0.2.82")

    def test_a_list_that_asks_whether_the_table_exists(self):
        self.addCleanup(restart_with, RELAY_NETS)
        restart_with(IF_IT_EXISTS)
        host.run("rm", TABLE)
        with host.client.smtp(source="192.0.2.86") as session:
            self.assertEqual(session.relay_reply().code, 550)
            self.assertEqual(session.relay_reply("anna@example.net").code, 250)
        self.is_well_again("192.0.2.86")
        self.earned("192.0.2.86", "pop3")

    def is_well_again(self, stranger: str) -> None:
        host.run_expire()
        self.assertEqual(reply_code(stranger), 550)
        self.assertEqual(host.problems(), [])

    def test_bh_and_be_see_it(self):
        for address in ("192.0.2.83", "2001:db8::83"):
            with self.subTest(address):
                found = LOOK_UP % (key_of(address), "dbmnz", TABLE)
                with_nul = LOOK_UP % (key_of(address), "dbm", TABLE)
                host.sapdb("grant", address)
                self.assertIn('yes (matched "+relay_from_hosts")', talk(address).stderr)
                self.assertIn("250 Accepted", talk(address).stdout)
                self.assertEqual(expanded(found), "RELAY")
                self.assertEqual(expanded(with_nul), "none")
                host.sapdb("revoke", address)
                self.assertIn("550 relay not permitted", talk(address).stdout)
                self.assertEqual(expanded(found), "none")
        self.assertEqual(host.problems(), [])

    def test_we_read_exim_dbmbuilds(self):
        text = '192.0.2.1: RELAY\n198.51.100: "two words"\nEXAMPLE.org: REJECT\n'
        want = "192.0.2.1\tRELAY\n198.51.100\t\"two words\"\nexample.org\tREJECT\n"
        (host.root / "root/text").write_text(text)
        for options, nul, look_up in (((), "\\00", "dbm"), (("-nozero",), "", "dbmnz")):
            with self.subTest(look_up):
                path = f"/root/{look_up}"
                host.run("exim_dbmbuild", *options, "/root/text", path)
                self.assertIn(f" 192.0.2.1{nul}\n RELAY{nul}\n",
                              host.run("db5.3_dump", "-p", path).stdout)
                listed = host.sapdb("-m", f"hash:{path}", "list")
                self.assertEqual(sorted(listed.splitlines()), want.splitlines())
                self.another_type_is_named(path)
                host.sapdb("-m", f"hash:{path}", "insert", "192.0.2.2", "OK")
                self.assertEqual(expanded(LOOK_UP % ("192.0.2.2", look_up, path)), "OK")
        self.assertEqual(host.problems(), [])

    def another_type_is_named(self, path: str) -> None:
        wrong = host.run("sapdb", "-m", f"btree:{path}", "list", check=False)
        self.assertEqual((wrong.returncode, wrong.stdout), (3, ""))
        self.assertIn(f"{path} is a hash table: name it hash:{path}", wrong.stderr)

    def test_exim_reads_as_debian_exim(self):
        with host.client.smtp(source="192.0.2.84") as session:
            session.mail()
            self.assertEqual(session.rcpt().code, 550)
            readers = host.shell(f"for fd in $(find /proc/[0-9]*/fd -lname {TABLE}); do "
                                 "cat ${fd%/fd/*}/comm; stat -c %U ${fd%/fd/*}; done")
        self.assertEqual(readers.split(), ["exim4", "Debian-exim"])
        self.assertEqual(host.problems(), [])

    def test_in_split_files(self):
        self.addCleanup(restart_with, RELAY_NETS)
        restart_with(RELAY_NETS, split=True)
        shown = host.run("exim4", "-bP", "macro", "MAIN_RELAY_NETS").stdout
        self.assertIn(RELAY_NETS, shown)
        self.earned("192.0.2.85", "pop3")
        self.earned("2001:db8::85", "imap")


class Typed(unittest.TestCase):
    def test_the_page(self):
        typist = Typist(self, host, ["192.0.2.90"])
        typist.told["exim4 -bh 192.0.2.77"] = TALK

        def said_so(block: Block) -> None:
            for line in block.lines:
                self.assertIn(line, typist.said["exim4 -bh 192.0.2.77"])
            typist.opens("192.0.2.91")

        def asks_whether_it_exists(block: Block) -> None:
            self.assertIn("550 relay not permitted", typist.type(Command("exim4 -bh 192.0.2.77")))
            restart_with(f"{OWN_NETS} : {block.text.strip()}")
            typist.opens("192.0.2.92")
        self.addCleanup(restart_with, RELAY_NETS)
        typist.types(
            "docs/guide/exim.md",
            own={'>>> host in "+relay_from_hosts"? yes (matched "+relay_from_hosts")': said_so,
                 "${if exists{/var/lib/pam_sap/map/relay.db}"
                 "{net-dbmnz;/var/lib/pam_sap/map/relay.db}}": asks_whether_it_exists},
            first={"exim4 -bP macro MAIN_RELAY_NETS": typist.waits_for(25)})


def smtp_from_the_host(address: str) -> SmtpSession:
    """A session over loopback."""
    with host.network.server.inside():
        return SmtpSession(socket.create_connection((address, 25), 20.0))


def talk(address: str) -> subprocess.CompletedProcess[str]:
    """exim4 -bh, and a recipient elsewhere."""
    return host.run("exim4", "-bh", address, stdin=None, input=TALK)


def expanded(text: str) -> str:
    return host.run("exim4", "-be", text).stdout.strip()
