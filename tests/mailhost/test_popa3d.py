# SPDX-License-Identifier: BSD-2-Clause
"""popa3d under inetd and as a daemon: acct_mgmt; the client is at descriptor 0."""

import unittest

from . import pam_stack
from .client import Pop3Session
from .earning import is_logged_once, relay_is_earned
from .login_cells import (
    earned_on_both, passes_without_state, run_instead, says_once_what_to_set)
from .product import CONF, ProductHost, booted_product
from .typist import Typist

OTHER_PORT = 1110
INETD_LINE = f"{OTHER_PORT} stream tcp nowait root /usr/sbin/tcpd /usr/sbin/popa3d"


class Popa3dHost(ProductHost):
    PARTS = ("sendmail", "inetd", "popa3d")
    PORTS = {25, 110, OTHER_PORT}


host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, configure, kind=Popa3dHost)
    host.stop_timer()


def configure(popa3d: ProductHost) -> None:
    pam_stack.hook(popa3d, "account", ["popa3d"])
    with open(popa3d.root / "etc/inetd.conf", "a", encoding="ascii") as lines:
        lines.write(INETD_LINE + "\n")


def set_standalone(word: str) -> None:
    host.shell(f"sed -i s/^RUN_STANDALONE=.*/RUN_STANDALONE={word}/ /etc/default/popa3d")


class Daemon(unittest.TestCase):
    """As Debian starts it. It listens to IPv4 only."""

    @classmethod
    def setUpClass(cls):
        set_standalone("yes")
        run_instead(host, ["popa3d.service"], ["inetd.service"], {110})
        cls.addClassCleanup(set_standalone, "no")
        cls.addClassCleanup(run_instead, host, ["inetd.service"], ["popa3d.service"], {110})

    def test_pop3_daemon_account_ipv4(self):
        relay_is_earned(self, host, "192.0.2.80")


class Inetd(unittest.TestCase):
    def test_pop3_inetd_account(self):
        earned_on_both(self, host, "pop3", 77)

    def test_pop3_inetd_passes_without_state(self):
        passes_without_state(self, host, "pop3", 78)

    def test_another_port_has_to_be_named(self):
        address = "192.0.2.79"

        def log_in_there() -> None:
            with Pop3Session(host.client.connect(OTHER_PORT, address)) as session:
                session.login("horn", "sesam")
        says_once_what_to_set(self, host, address, log_in_there,
                              "set ports = 110 143 993 995 1110 in pam_sap.conf")
        before = (host.root / CONF).read_text()
        self.addCleanup(host.settings, before)
        host.settings(before + "ports = 110 143 993 995 1110\n")
        log_in_there()
        is_logged_once(self, host, f"inserted {address} into .* for user horn ")


class Typed(unittest.TestCase):
    def test_the_page(self):
        self.addCleanup(host.run, "systemctl", "restart", "inetd.service")
        typist = Typist(self, host, ["192.0.2.90", "192.0.2.91"])
        typist.types("docs/guide/popa3d.md", first={"sapdb status": typist.waits_for(110)})
