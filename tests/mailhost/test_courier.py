# SPDX-License-Identifier: BSD-2-Clause
"""Courier POP3 and IMAP, authdaemond with authpam: acct_mgmt, and PAM_RHOST ::ffff:a.b.c.d."""

import unittest

from . import pam_stack
from .login_cells import earned_on_both, passes_without_state
from .product import ProductHost, booted_product
from .typist import Typist

SERVICES = ("pop3", "imap")


class CourierHost(ProductHost):
    PARTS = ("sendmail", "courier")
    PORTS = {25, 110, 143}


host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, account_line, kind=CourierHost)
    host.stop_timer()


def account_line(courier: ProductHost) -> None:
    pam_stack.hook(courier, "account", SERVICES)


class Courier(unittest.TestCase):
    def test_pop3_account(self):
        earned_on_both(self, host, "pop3", 77)

    def test_imap_account(self):
        earned_on_both(self, host, "imap", 78)

    def test_pop3_passes_without_state(self):
        passes_without_state(self, host, "pop3", 79)

    def test_imap_passes_without_state(self):
        passes_without_state(self, host, "imap", 80)


class Typed(unittest.TestCase):
    def test_the_page(self):
        typist = Typist(self, host, ["192.0.2.90", "192.0.2.91"])
        typist.types("docs/guide/courier.md",
                     first={"grep ^authmodulelist= /etc/courier/authdaemonrc":
                            typist.waits_for(110, 143)})
        typist.types_inline("docs/guide/courier.md")
        self.assertFalse(host.has_lease("::1"))
