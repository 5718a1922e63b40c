# SPDX-License-Identifier: BSD-2-Clause
"""Daemons of the UW and the qpopper kind under inetd: acct_mgmt and setcred.

Debian 12 has neither: uw_daemon.c makes their PAM calls. PAM_RHOST is the client's
number, UNKNOWN, a name, or comes too late; the client is at descriptor 0. UW calls
setcred(PAM_DELETE_CRED) after a failure and at logout; both end PAM with PAM_SUCCESS.
"""

import os
import shutil
import unittest
from pathlib import Path

from . import pam_stack
from .earning import a_wrong_password_opens_nothing, log_in
from .login_cells import earned_on_both, passes_without_state, says_once_what_to_set
from .product import ProductHost, booted_product
from .typist import Typist

PROGRAM = "/usr/local/sbin/uw_daemon"
SERVICES = {"": "pop", "-q": "qpopper"}
STACK = "@include common-auth\n@include common-account\n"
# Behind a failed `required` line ours is still in the chain.
LAX_STACK = ("auth required pam_unix.so\nauth optional pam_sap.so\n"
             "account required pam_unix.so\n")


class InetdHost(ProductHost):
    PARTS = ("sendmail", "inetd", "popa3d")
    PORTS = {25}


host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, configure, kind=InetdHost)
    host.stop_timer()


def configure(inetd: ProductHost) -> None:
    built = Path(os.environ["SAP_BUILD"]) / "tests/mailhost/uw_daemon"
    shutil.copy(built, inetd.root / PROGRAM[1:])
    for service in SERVICES.values():
        (inetd.root / "etc/pam.d" / service).write_text(STACK)


def serve(*options: str) -> None:
    """inetd starts the daemon with these options."""
    command = " ".join(["nowait root", PROGRAM, "uw_daemon", *options])
    (host.root / "etc/inetd.conf").write_text(
        "".join(f"pop3 stream {family} {command}\n" for family in ("tcp", "tcp6")))
    host.run("systemctl", "restart", "inetd.service")


class Uw(unittest.TestCase):
    def test_pop3_account_rhost(self):
        serve("-r", "numeric")
        pam_stack.hook(host, "account", ["pop"], "peer=rhost")
        earned_on_both(self, host, "pop3", 77)

    def test_pop3_account(self):
        serve("-r", "UNKNOWN")
        pam_stack.hook(host, "account", ["pop"])
        earned_on_both(self, host, "pop3", 78)

    def test_pop3_setcred(self):
        serve("-r", "UNKNOWN")
        pam_stack.hook(host, "auth", ["pop"])
        earned_on_both(self, host, "pop3", 79)

    def test_pop3_setcred_with_a_name(self):
        serve("-r", "client.example.org")
        pam_stack.hook(host, "auth", ["pop"])
        earned_on_both(self, host, "pop3", 80)

    def test_pop3_passes_without_state(self):
        serve("-r", "UNKNOWN")
        for number, kind in enumerate(("account", "auth"), 81):
            with self.subTest(kind):
                pam_stack.hook(host, kind, ["pop"])
                passes_without_state(self, host, "pop3", number)

    def test_stdin_has_to_be_named(self):
        """By default it is."""
        serve("-r", "UNKNOWN")
        pam_stack.hook(host, "account", ["pop"], "peer=rhost")
        says_once_what_to_set(
            self, host, "192.0.2.83", lambda: log_in(host, "192.0.2.83"),
            "set peer = rhost stdin in pam_sap.conf or on the PAM line of this service")

    def test_deleting_credentials_after_a_failure_opens_nothing(self):
        serve("-r", "numeric")
        service = host.root / "etc/pam.d/pop"
        self.addCleanup(service.write_text, STACK)
        service.write_text(LAX_STACK)
        a_wrong_password_opens_nothing(self, host, "192.0.2.84")
        log_in(host, "192.0.2.84")  # with this very stack a right one does
        self.assertTrue(host.has_lease("192.0.2.84"))


class Qpopper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        serve("-q")

    def test_pop3_account(self):
        pam_stack.hook(host, "account", ["qpopper"])
        earned_on_both(self, host, "pop3", 86)

    def test_pop3_setcred(self):
        pam_stack.hook(host, "auth", ["qpopper"])
        earned_on_both(self, host, "pop3", 87)

    def test_pop3_passes_without_state(self):
        pam_stack.hook(host, "account", ["qpopper"])
        passes_without_state(self, host, "pop3", 88)


class Typed(unittest.TestCase):
    def test_the_page(self):
        serve("-r", "UNKNOWN")
        typist = Typist(self, host, [f"192.0.2.{number}" for number in (90, 91, 92)])
        typist.types("docs/guide/uw-qpopper.md")
