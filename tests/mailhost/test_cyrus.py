# SPDX-License-Identifier: BSD-2-Clause
"""Cyrus pop3d and imapd, which ask saslauthd: acct_mgmt, and no address for PAM.

The client is at descriptor 0 of the process that asks saslauthd: resolver `unix`.
"""

import unittest

from . import pam_stack
from .earning import Login, log_in, relay_is_earned
from .login_cells import (
    NO_ADDRESS, earned_on_both, opens_nothing, passes_without_state, says_once_what_to_set)
from .product import ProductHost, booted_product
from .typist import Typist

SERVICES = {"pop3": "pop", "imap": "imap"}  # Cyrus' names for PAM
DEFAULTS = "etc/default/saslauthd"


class CyrusHost(ProductHost):
    PARTS = ("sendmail", "cyrus")
    PORTS = {25, 110, 143}


host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, account_line, kind=CyrusHost)
    host.stop_timer()


def account_line(cyrus: ProductHost, arguments: str = "peer=rhost,stdin,unix") -> None:
    pam_stack.hook(cyrus, "account", SERVICES.values(), arguments)


def saslauthd_options(options: str) -> None:
    path = host.root / DEFAULTS
    lines = [line for line in path.read_text().splitlines()
             if not line.startswith("OPTIONS=")]
    path.write_text("\n".join([*lines, f'OPTIONS="{options}"', ""]))
    host.run("systemctl", "restart", "saslauthd.service")


class Cyrus(unittest.TestCase):
    def setUp(self):
        account_line(host)

    def test_pop3_account(self):
        earned_on_both(self, host, "pop3", 77)

    def test_imap_account(self):
        earned_on_both(self, host, "imap", 78)

    def test_passes_without_state(self):
        for number, protocol in enumerate(SERVICES, 79):
            with self.subTest(protocol):
                passes_without_state(self, host, protocol, number)

    def test_unix_has_to_be_named(self):
        account_line(host, "")
        for number, protocol in enumerate(SERVICES, 81):
            address = f"192.0.2.{number}"
            with self.subTest(protocol):
                says_once_what_to_set(
                    self, host, address, lambda: log_in(host, address, Login(protocol)),
                    "if this is saslauthd, set peer = rhost stdin unix in pam_sap.conf "
                    "or on the PAM line of this service, and run it without -c")

    def test_with_its_cache_saslauthd_hides_the_next_address(self):
        """Why the guide says: without -c."""
        saslauthd_options("-c -m /var/run/saslauthd")
        self.addCleanup(saslauthd_options, "-m /var/run/saslauthd")
        log_in(host, "192.0.2.83")
        self.assertTrue(host.has_lease("192.0.2.83"))
        log_in(host, "192.0.2.84")  # the same user and password: PAM is not asked
        opens_nothing(self, host, "192.0.2.84")
        saslauthd_options("-m /var/run/saslauthd")
        relay_is_earned(self, host, "192.0.2.84")


class Typed(unittest.TestCase):
    def test_the_page(self):
        typist = Typist(self, host, ["192.0.2.90", "192.0.2.91"])
        typist.types("docs/guide/cyrus.md",
                     first={"ps -C saslauthd -o user,args": typist.waits_for(110, 143)})
        before = len(host.log(NO_ADDRESS))
        typist.types_inline("docs/guide/cyrus.md")
        self.assertIn("no client address: service imap: ", host.log(NO_ADDRESS)[before])
