# SPDX-License-Identifier: BSD-2-Clause
"""Dovecot's POP3 and IMAP: open_session and acct_mgmt, and an auth-worker that is not root."""

import unittest
from pathlib import Path

from . import pam_scenario
from .login_cells import earned_on_both, passes_without_state
from .product import CONF, ProductHost, booted_product

CONF_D = "etc/dovecot/conf.d"
# It may read /etc/shadow, and leave leases in the queue.
WORKER = """service auth-worker {
  user = dovecot
  extra_groups = shadow,popsmtp
}
"""
GROUP = "popsmtp"

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook)
    host.stop_timer()


def write_conf(dovecot: ProductHost, name: str, text: str) -> Path:
    path = dovecot.root / CONF_D / name
    path.write_text(text)
    return path


class Session(unittest.TestCase):
    """session=yes and a PAM service for each protocol."""

    @classmethod
    def setUpClass(cls):
        pam_scenario.session_hook(host)

    def test_pop3_session(self):
        earned_on_both(self, host, "pop3", 77)

    def test_imap_session(self):
        earned_on_both(self, host, "imap", 78)

    def test_passes_without_state(self):
        passes_without_state(self, host, "pop3", 79)


class Account(unittest.TestCase):
    """Dovecot's own configuration as Debian ships it."""

    @classmethod
    def setUpClass(cls):
        pam_scenario.account_hook(host)

    def test_pop3_account(self):
        earned_on_both(self, host, "pop3", 80)

    def test_imap_account(self):
        earned_on_both(self, host, "imap", 81)

    def test_passes_without_state(self):
        passes_without_state(self, host, "imap", 82)


class Worker(unittest.TestCase):
    """An auth-worker that is not root."""

    @classmethod
    def setUpClass(cls):
        stock = (host.root / CONF).read_text()
        host.run("groupadd", "--system", GROUP)
        host.settings(f"{stock}queue_group = {GROUP}\n")
        host.run_expire()  # it gives the queue to the group
        cls.addClassCleanup(host.settings, stock)
        cls.addClassCleanup(write_conf(host, "98-worker.conf", WORKER).unlink)

    def test_pop3_worker_account(self):
        pam_scenario.account_hook(host)
        earned_on_both(self, host, "pop3", 83)

    def test_imap_worker_account(self):
        pam_scenario.account_hook(host)
        earned_on_both(self, host, "imap", 84)

    def test_pop3_worker_session(self):
        pam_scenario.session_hook(host)
        earned_on_both(self, host, "pop3", 85)

    def test_imap_worker_session(self):
        pam_scenario.session_hook(host)
        earned_on_both(self, host, "imap", 86)

    def test_the_worker_is_not_root(self):
        pam_scenario.account_hook(host)
        with host.client.pop3(source="192.0.2.87") as session:
            session.login("horn", "sesam")
            users = host.shell("ps -o user= -p $(pgrep -f '^dovecot/auth -w' | paste -sd,)")
        self.assertEqual(set(users.split()), {"dovecot"})

    def test_passes_without_state(self):
        pam_scenario.account_hook(host)
        passes_without_state(self, host, "pop3", 88)
