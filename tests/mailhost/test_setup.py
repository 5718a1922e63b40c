# SPDX-License-Identifier: BSD-2-Clause
"""sapdb setup on booted hosts: what it puts in opens the relay, and comes out to the byte.

Texts that no daemon has to read are in cli/test_setup; Dovecot with sendmail is in
test_package.
"""

import re
import unittest
from collections.abc import Callable
from typing import NamedTuple

from .client import LoginRefused
from .earning import REFUSED, log_in
from .product import UNITS, ProductHost
from .waiting import wait_for

CLIENT = "192.0.2.77"
# sendmail's own table, and what enabling a unit is.
OURS = re.compile(r"mail/\.?access\.db.*|systemd/system/.*/pam_sap[^/]*")
FOLDED = """smtpd_relay_restrictions =
    permit_mynetworks,
# strangers who have not logged in
    reject_unauth_destination
"""


class SetupHost(ProductHost):
    """Installed, and nothing more."""

    def enable(self, *units: str) -> None:
        """`sapdb setup` is to do it."""


def write(host: ProductHost, name: str, change: Callable[[str], str]) -> None:
    path = host.root / "etc" / name
    path.write_text(change(path.read_text()))


def as_an_administrator_folds_it(host: ProductHost) -> None:
    write(host, "postfix/main.cf", lambda text: re.sub(
        r"^smtpd_relay_restrictions =.*\n", FOLDED, text, flags=re.M))


def as_debian_has_cyrus(host: ProductHost) -> None:
    """With the cache, and passwords from elsewhere."""
    write(host, "default/saslauthd", lambda text: re.sub(
        r"^OPTIONS=.*", 'OPTIONS="-c -m /var/run/saslauthd"', text, flags=re.M)
        .replace("START=yes\n", "START=no\n"))
    write(host, "imapd.conf", lambda text: re.sub(
        r"^sasl_pwcheck_method:.*", "sasl_pwcheck_method: auxprop", text, flags=re.M)
        .replace("sasl_mech_list: PLAIN LOGIN\n", ""))


def as_debian_has_mailutils(host: ProductHost) -> None:
    """Neither file is there."""
    for name in ("mailutils.conf", "pam.d/mailutils"):
        (host.root / "etc" / name).unlink()
    host.run("systemctl", "start", "inetd.service")


class Row(NamedTuple):
    roots: tuple[str, ...]
    ports: set[int]
    words: str
    before: Callable[[ProductHost], None] = lambda host: None


ROWS = (
    Row(("postfix", "dovecot"), {25, 110, 143}, "postfix dovecot", as_an_administrator_folds_it),
    Row(("exim", "dovecot"), {25, 110, 143}, "exim dovecot"),
    Row(("sendmail", "cyrus"), {25, 110, 143}, "sendmail cyrus", as_debian_has_cyrus),
    Row(("sendmail", "courier"), {25, 110, 143}, "sendmail courier"),
    Row(("sendmail", "inetd", "mailutils"), {25}, "sendmail mailutils", as_debian_has_mailutils),
)


def etc(host: ProductHost) -> dict[str, tuple]:
    """Each file of /etc: what is in it, whose it is and who may what."""
    folder, found = host.root / "etc", {}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if path.is_dir() and not path.is_symlink() or OURS.fullmatch(name):
            continue
        said, content = path.lstat(), path.readlink() if path.is_symlink() else path.read_bytes()
        found[name] = content, said.st_mode, said.st_uid, said.st_gid
    return found


class Setup(unittest.TestCase):
    def booted(self, row: Row) -> SetupHost:
        kind = type("RowHost", (SetupHost,), {"PARTS": row.roots, "PORTS": row.ports})
        host = kind()
        self.addCleanup(host.stop)
        host.install_product()
        host.boot()
        row.before(host)
        return host

    def test_parts(self):
        for row in ROWS:
            with self.subTest(row.words):
                host = self.booted(row)
                self.put_in_and_taken_out(host, row.words.split())
                host.stop()

    def put_in_and_taken_out(self, host: SetupHost, words: list[str]) -> None:
        before = etc(host)
        shown = host.run("sapdb", "setup", *words, check=False)
        self.assertEqual((shown.returncode, etc(host)), (1, before), "it was only shown")
        host.sapdb("setup", "--apply", *words)
        self.assertEqual(host.sapdb("setup", "--apply", *words), "nothing to do\n")
        for unit in UNITS:
            self.assertEqual(host.run("systemctl", "is-enabled", unit).stdout, "enabled\n")
        self.relay_is_earned(host)
        checked = host.run("sapdb", "check", check=False)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""), checked.stdout)

        host.sapdb("setup", "--remove", *words)
        after = etc(host)
        self.assertEqual({name for name in after.keys() | before.keys()
                          if after.get(name) != before.get(name)}, set())
        self.assertEqual(host.sapdb("setup", "--remove"), "nothing to do\n")
        self.assertIn(self.reply(host), REFUSED)
        self.assertEqual(len(host.log(f"removed {CLIENT} .*revoked")), 1)
        for unit in UNITS:
            self.assertEqual(host.run("systemctl", "is-enabled", unit, check=False).stdout,
                             "disabled\n")

    @staticmethod
    def reply(host: SetupHost) -> int:
        wait_for(lambda: 25 in host.listening_ports(), 20, "the mail server does not listen")
        return host.client.relay_reply(source=CLIENT).code

    def relay_is_earned(self, host: SetupHost) -> None:
        self.assertIn(self.reply(host), REFUSED)
        wait_for(lambda: 110 in host.listening_ports(), 20, "the daemon does not listen")
        wait_for(lambda: self.logged_in(host), 20, "nobody can log in")
        self.assertEqual(self.reply(host), 250)

    @staticmethod
    def logged_in(host: SetupHost) -> bool:
        """A daemon that has just been started anew may not be ready."""
        try:
            log_in(host, CLIENT)
        except (LoginRefused, EOFError, OSError):
            return False
        return True
