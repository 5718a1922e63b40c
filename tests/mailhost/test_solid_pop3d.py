# SPDX-License-Identifier: BSD-2-Clause
"""solid-pop3d under inetd and as a daemon: acct_mgmt and setcred.

The client is at descriptor 0.
"""

import unittest

from . import pam_stack
from .login_cells import earned_on_both, passes_without_state, run_instead
from .product import ProductHost, booted_product
from .typist import Typist

SERVICE = "solid-pop3d"
UNIT, INETD = "solid-pop3d.service", "inetd.service"


class SolidPop3dHost(ProductHost):
    PARTS = ("sendmail", "inetd", "solid_pop3d")
    PORTS = {25, 110}


host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, lambda ours: None, kind=SolidPop3dHost)
    host.stop_timer()


def set_mode(word: str) -> None:
    host.shell(f"sed -i s/^RUN_MODE=.*/RUN_MODE={word}/ /etc/default/solid-pop3d")


class Daemon(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        set_mode("daemon")
        run_instead(host, [UNIT], [INETD], {110})
        cls.addClassCleanup(set_mode, "inetd")
        cls.addClassCleanup(run_instead, host, [INETD], [UNIT], {110})

    def test_pop3_daemon_account(self):
        pam_stack.hook(host, "account", [SERVICE])
        earned_on_both(self, host, "pop3", 81)

    def test_pop3_daemon_setcred(self):
        pam_stack.hook(host, "auth", [SERVICE])
        earned_on_both(self, host, "pop3", 82)


class Inetd(unittest.TestCase):
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


class Typed(unittest.TestCase):
    def test_the_page(self):
        self.addCleanup(host.run, "systemctl", "restart", "inetd.service")
        typist = Typist(self, host, [f"192.0.2.{number}" for number in (90, 91, 92)])
        typist.types("docs/guide/solid-pop3d.md", first={"sapdb status": typist.waits_for(110)})
