# SPDX-License-Identifier: BSD-2-Clause
"""Mailutils pop3d and imap4d: setcred and acct_mgmt, under inetd and as daemons.

They tell PAM no address. Under inetd the client is at descriptor 0; the daemons keep it
at another one, so that `peer` has to name the resolver fds.
"""

import re
import unittest

from . import pam_stack
from .earning import Login, log_in
from .login_cells import (
    earned_on_both, passes_without_state, run_instead, says_once_what_to_set)
from .pages import Block
from .product import CONF, ProductHost, booted_product
from .typist import Typist

DAEMONS = ("mailutils-pop3d.service", "mailutils-imap4d.service")
INETD = ("inetd.service",)
MAIL_PORTS = {110, 143}
PEER = "peer = rhost stdin fds"


class MailutilsHost(ProductHost):
    PARTS = ("sendmail", "inetd", "mailutils")
    PORTS = {25}


host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, lambda ours: None, kind=MailutilsHost)
    host.stop_timer()


def hook(kind: str) -> None:
    pam_stack.hook(host, kind, ["mailutils"])


class Inetd(unittest.TestCase):
    """With the settings as they are installed."""

    @classmethod
    def setUpClass(cls):
        run_instead(host, INETD, DAEMONS, MAIL_PORTS)

    def test_pop3_inetd_account(self):
        hook("account")
        earned_on_both(self, host, "pop3", 77)

    def test_pop3_inetd_setcred(self):
        hook("auth")
        earned_on_both(self, host, "pop3", 78)

    def test_imap_inetd_account(self):
        hook("account")
        earned_on_both(self, host, "imap", 79)

    def test_imap_inetd_setcred(self):
        hook("auth")
        earned_on_both(self, host, "imap", 80)


class Daemon(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        run_instead(host, DAEMONS, INETD, MAIL_PORTS)
        cls.stock = (host.root / CONF).read_text()

    def setUp(self):
        host.settings(f"{self.stock}{PEER}\n")
        self.addCleanup(host.settings, self.stock)

    def test_pop3_daemon_account(self):
        hook("account")
        earned_on_both(self, host, "pop3", 81)

    def test_pop3_daemon_setcred(self):
        hook("auth")
        earned_on_both(self, host, "pop3", 82)

    def test_imap_daemon_account(self):
        hook("account")
        earned_on_both(self, host, "imap", 83)

    def test_imap_daemon_setcred(self):
        hook("auth")
        earned_on_both(self, host, "imap", 84)

    def test_passes_without_state(self):
        for number, (protocol, kind) in enumerate((("pop3", "account"), ("imap", "auth")), 85):
            with self.subTest(protocol):
                hook(kind)
                passes_without_state(self, host, protocol, number)

    def test_fds_has_to_be_named(self):
        host.settings(self.stock)
        hook("account")
        address = "192.0.2.87"
        logins = iter(("pop3", "imap"))  # one PAM service: one line
        says_once_what_to_set(
            self, host, address, lambda: log_in(host, address, Login(next(logins))),
            f"set {PEER} in pam_sap.conf or on the PAM line of this service")


class Typed(unittest.TestCase):
    """The lines for inetd, then those for the daemons."""

    @classmethod
    def setUpClass(cls):
        run_instead(host, INETD, DAEMONS + INETD, MAIL_PORTS)

    def test_the_page(self):
        typist = Typist(self, host, ["192.0.2.90", "192.0.2.91"])

        def is_logged(block: Block) -> None:
            hook("account")
            host.shell("rm -f /run/pam_sap/complaint-*")
            typist.logs_in()
            said = ".*".join(map(re.escape, " ".join(block.lines).split("...")))
            self.assertRegex(host.log("")[-1], said)
        restart = "systemctl restart mailutils-pop3d mailutils-imap4d"
        typist.types(
            "docs/guide/mailutils.md",
            own={"no client address: service mailutils: ...; set peer = rhost stdin fds in"
                 " pam_sap.conf or on the": is_logged},
            first={restart: lambda block: host.run("systemctl", "stop", *INETD),
                   'grep -A3 "^auth" /etc/mailutils.conf': typist.waits_for(*MAIL_PORTS)})
