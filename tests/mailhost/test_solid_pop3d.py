# SPDX-License-Identifier: BSD-2-Clause
"""solid-pop3d under inetd: acct_mgmt and setcred; the client is at descriptor 0."""

import unittest

from . import pam_stack
from .login_cells import earned_on_both, passes_without_state
from .product import ProductHost, booted_product

SERVICE = "solid-pop3d"


class SolidPop3dHost(ProductHost):
    PARTS = ("sendmail", "inetd", "solid_pop3d")
    PORTS = {25, 110}


host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, lambda ours: None, kind=SolidPop3dHost)
    host.stop_timer()


class SolidPop3d(unittest.TestCase):
    def test_pop3_inetd_account(self):
        pam_stack.hook(host, "account", [SERVICE])
        earned_on_both(self, host, "pop3", 77)

    def test_pop3_inetd_setcred(self):
        pam_stack.hook(host, "auth", [SERVICE])
        earned_on_both(self, host, "pop3", 78)

    def test_pop3_inetd_passes_without_state(self):
        for number, kind in enumerate(("account", "auth"), 79):
            with self.subTest(kind):
                pam_stack.hook(host, kind, [SERVICE])
                passes_without_state(self, host, "pop3", number)
