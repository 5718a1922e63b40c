# SPDX-License-Identifier: BSD-2-Clause
"""The guide is typed as it stands there: its pages for sendmail and Dovecot.

Those for the other daemons and mail servers are typed in their own modules, and
from-source.md in test_readme.
"""

import re
import unittest

from . import pam_scenario
from .network import CLIENTS
from .pages import Block, Command
from .product import MAP, STATE, UNITS, ProductHost, booted_product
from .typist import Typist
from .waiting import wait_for

TEXT = "/etc/mail/access"
METRICS = "/var/lib/prometheus/node-exporter"
OLD_RECORD = "198.51.100.7\tRELAY"  # of a system that was there before

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.stock, started_at_will)


def started_at_will(dovecot: ProductHost) -> None:
    """systemd gives up what is started five times in ten seconds."""
    drop_in = dovecot.root / "etc/systemd/system/dovecot.service.d/limit.conf"
    drop_in.parent.mkdir()
    drop_in.write_text("[Unit]\nStartLimitIntervalSec=0\n")


class Guide(unittest.TestCase):
    def setUp(self):
        self.typist = Typist(self, host, CLIENTS)
        self.addCleanup(self.as_shipped)

    def as_shipped(self) -> None:
        """No lease, no block; Dovecot reads its files anew."""
        host.run("sapdb", "revoke", "--all", check=False)
        host.run("sapdb", "unblock", "--all", check=False)
        self.assertEqual(host.problems(), [])
        self.restart_dovecot()

    def restart_dovecot(self) -> None:
        host.run("systemctl", "restart", "dovecot.service")
        wait_for(lambda: {110, 143} <= host.listening_ports(), 20, "Dovecot does not listen")

    def with_node_exporter(self) -> None:
        """Its folder at least."""
        (host.root / METRICS.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def with_account_line(self) -> None:
        """As most of the pages have it."""
        pam_scenario.account_hook(host)
        self.addCleanup(pam_scenario.stock, host)

    def test_readme_of_the_guide(self):
        self.addCleanup(host.run, "systemctl", "enable", "--now", *UNITS)
        self.addCleanup(host.sapdb, "setup", "--remove", "sendmail", "dovecot")
        self.typist.types("docs/guide/README.md", first={"sapdb status": self.typist.logs_in})
        self.assertIn(self.typist.client, self.typist.said["sapdb status"])

    def test_sendmail(self):
        self.with_account_line()

        def in_its_text(block: Block) -> None:
            words = re.sub(r"\s", "", block.text)
            self.assertIn(words, re.sub(r"\s", "", host.run("cat", "/etc/mail/sendmail.mc").stdout))
        self.typist.types("docs/guide/sendmail.md",
                          own={"FEATURE(`access_db', , `skip')dnl": in_its_text})
        self.typist.types_inline("docs/guide/sendmail.md")
        self.typist.write(TEXT, host.run("cat", TEXT).stdout + "typed.example REJECT\n")
        self.assertIn("sapdb rebuild", self.typist.type(Command("make -C /etc/mail")))
        self.assertEqual(host.records().get("typed.example"), "REJECT")
        self.typist.opens("192.0.2.78")

    def test_dovecot(self):
        opens = self.typist.opens
        self.addCleanup(host.run, "groupdel", "sapqueue")
        self.typist.types("docs/guide/dovecot.md", first={
            "passdb {": self.doveadm_opens_by_the_address_alone,
            "doveconf passdb auth_cache_size": lambda block: opens("192.0.2.90")})
        self.restarted()
        users = host.shell("ps -o user= -p $(pgrep -f '^dovecot/auth -w' | paste -sd,)")
        self.assertEqual(set(users.split()), {"dovecot"})

    def doveadm_opens_by_the_address_alone(self, _block: Block) -> None:
        """The page's way 1 is in force."""
        lines = len(host.log("no client address: service dovecot"))
        self.typist.types_inline("docs/guide/dovecot.md")
        self.assertEqual(len(host.log("no client address: service dovecot")), lines + 1)
        opened, = host.inside(f"{STATE}/active").iterdir()
        self.assertEqual(opened.name, "192.0.2.77")

    def restarted(self) -> None:
        """The page's last line was systemctl restart dovecot; the worker lives with a login."""
        wait_for(lambda: {110, 143} <= host.listening_ports(), 20, "Dovecot does not listen")
        with host.client.pop3(source="192.0.2.91") as session:
            session.login("horn", "sesam")
            self.assertTrue(host.has_lease("192.0.2.91"))

    def test_operations(self):
        self.with_account_line()
        self.with_node_exporter()
        self.typist.logs_in()
        self.typist.types("docs/guide/operations.md")
        self.typist.types_inline("docs/guide/operations.md")
        said = self.typist.said
        self.assertIn(self.typist.client, said["journalctl -o json SAP_EVENT=opened"])
        self.assertIn("192.0.2.77", said["sapdb block"])
        self.assertIn(f"inserted {self.typist.client}", said["journalctl -t sapdb"])
        self.assertIn("sap_leases", host.run("cat", f"{METRICS}/pam_sap.prom").stdout)

    def test_what_it_is_not(self):
        self.typist.types_inline("docs/guide/what-it-is-not.md")

    def test_addresses(self):
        self.with_account_line()
        self.typist.logs_in()
        self.typist.types_inline("docs/guide/addresses.md")
        self.assertIn("192.0.2.40", self.typist.said["sapdb grant --for 2h 192.0.2.40"])
        host.sapdb("revoke", "192.0.2.40")
        self.typist.types("docs/guide/addresses.md")
        self.typist.logs_in()
        self.assertTrue(host.has_lease(self.typist.client))

    def test_pam_line(self):
        def in_a_group(_block: Block) -> None:
            host.run("groupadd", "popsmtp")
            self.addCleanup(host.run, "groupdel", "popsmtp")
            host.run("usermod", "-aG", "popsmtp", "horn")
        some = "account  [success=ignore default=1]  pam_succeed_if.so quiet user ingroup popsmtp"
        self.typist.types("docs/guide/pam-line.md", first={some: in_a_group})

    def test_host(self):
        self.with_account_line()
        self.with_node_exporter()

        def each_minute(block: Block) -> None:
            _when, user, line = re.fullmatch(r"((?:\* ){5})(\w+) (.*)\n", block.text).groups()
            self.assertEqual(user, "root")
            self.assertEqual(host.shell(line), "")
        self.typist.types("docs/guide/host.md", own={
            "* * * * * root /usr/sbin/sapdb expire --unattended >/dev/null": each_minute})
        self.typist.types_inline("docs/guide/host.md")
        self.restart_dovecot()
        self.typist.logs_in()
        line, = host.log(f"inserted {self.typist.client} into {MAP}")[-1:]
        self.assertIn("pam_sap(", line, "the login did it itself")

    def test_moving_over(self):
        key, value = OLD_RECORD.split("\t")
        host.sapdb("insert", key, value)
        self.typist.types("docs/guide/moving-over.md")
        self.typist.types_inline("docs/guide/moving-over.md")
        self.assertIn(key, self.typist.said["sapdb rebuild --dry-run /etc/mail/access"])
        self.assertNotIn(key, host.records())


if __name__ == "__main__":
    unittest.main()
