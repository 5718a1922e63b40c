# SPDX-License-Identifier: BSD-2-Clause
"""The stock host, without our module, is what the other tests take it for."""

import ctypes
import fcntl
import os
import shutil
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path

from . import pam_scenario
from .client import LoginRefused
from .host import Host
from .waiting import wait_for

AT_FDCWD = -100
AT_SYMLINK_FOLLOW = 0x400
RENAME_EXCHANGE = 2

_libc = ctypes.CDLL(None, use_errno=True)
host: Host


def setUpModule() -> None:
    """One host for all: each test has a client address of its own."""
    global host
    host = Host(progress=print)
    unittest.addModuleCleanup(host.stop)
    host.boot()


def write_access_record(record: str) -> None:
    """What an administrator does: add a line and compile the table."""
    with open(host.root / "etc/mail/access", "a", encoding="ascii") as access:
        access.write(record + "\n")
    host.run("make", "-C", "/etc/mail", "access_db")


def succeed(result: int) -> None:
    """The result of a system call."""
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Boot(unittest.TestCase):
    def test_nothing_has_failed(self):
        self.assertEqual(host.failed_units(), [])

    def test_access_table_is_as_debian_makes_it(self):
        shown = host.run("stat", "--format=%U %G %a", "/etc/mail", "/etc/mail/access.db")
        self.assertEqual(shown.stdout.splitlines(), ["smmta smmsp 2755", "smmta smmsp 640"])


class Relaying(unittest.TestCase):
    def test_is_refused_to_strangers(self):
        for source in ("192.0.2.80", "2001:db8::80"):
            with self.subTest(source=source):
                reply = host.client.relay_reply(source)
                self.assertEqual(reply.code, 550)
                self.assertIn("Relaying denied", reply.text)

    def test_is_granted_by_a_record(self):
        for source, key in (("192.0.2.81", "192.0.2.81"),
                            ("2001:db8::81", "IPv6:2001:db8:0:0:0:0:0:81")):
            with self.subTest(source=source):
                write_access_record(f"{key}\tRELAY")
                self.assertEqual(host.client.relay_reply(source).code, 250)

    def test_own_domain_needs_no_record(self):
        with host.client.smtp("192.0.2.82") as session:
            self.assertEqual(session.relay_reply("anna@example.net").code, 250)

    def test_relayed_mail_stays_here(self):
        write_access_record("192.0.2.83\tRELAY")
        with host.client.smtp("192.0.2.83") as session:
            session.mail()
            session.rcpt()
            self.assertEqual(session.data("Subject: far away\n\nhello\n").code, 250)
        wait_for(lambda: "Subject: far away" in host.relayed_mail(), 15.0,
                 "the mail has not arrived in the mailbox of the world")


class Logins(unittest.TestCase):
    def test_pop3(self):
        for source in ("192.0.2.77", "2001:db8::77"):
            with self.subTest(source=source):
                self.assertLess(host.client.pop3_login("horn", "sesam", source), 5.0)

    def test_imap(self):
        for source in ("192.0.2.77", "2001:db8::77"):
            with self.subTest(source=source):
                self.assertLess(host.client.imap_login("anna", "lesen", source), 5.0)

    def test_wrong_password(self):
        with self.assertRaises(LoginRefused):
            host.client.pop3_login("horn", "wrong", "192.0.2.84")

    def test_the_journal_knows_the_address(self):
        host.client.pop3_login("horn", "sesam", "192.0.2.77")
        wait_for(lambda: bool(host.journal(r"pop3-login: Login: .*rip=192\.0\.2\.77,")),
                 5.0, "no line of this login in the journal")


class Sandbox(unittest.TestCase):
    """dovecot.service has ProtectSystem=full, and it is in force."""

    def may_write(self, folder: str) -> bool:
        worker = host.shell("""
            for process in /proc/[0-9]*; do
                case $(tr '\\0' ' ' <$process/cmdline) in
                "dovecot/auth -w"*) echo ${process#/proc/} ;;
                esac
            done""").split()[0]
        return host.run("nsenter", f"--target={worker}", "--mount", "touch",
                        f"{folder}/written", check=False).returncode == 0

    def test_where_the_auth_worker_may_write(self):
        host.client.pop3_login("horn", "sesam", "192.0.2.85")
        for folder, may in (("/etc/mail", False), ("/var/lib", True),
                            ("/run", True)):
            with self.subTest(folder=folder):
                self.assertEqual(self.may_write(folder), may)


class FileSystem(unittest.TestCase):
    """What our commits need, in the folders that they need it in."""

    def in_each_folder(self, check: Callable[[Path], None]) -> None:
        for name in ("/etc/mail", "/var/lib"):
            with self.subTest(folder=name), \
                    tempfile.TemporaryDirectory(dir=host.inside(name)) as folder:
                check(Path(folder))

    def test_unnamed_file_gets_a_name(self):
        def check(folder: Path) -> None:
            file = os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600)
            self.addCleanup(os.close, file)
            os.write(file, b"whole")
            succeed(_libc.linkat(AT_FDCWD, b"/proc/self/fd/%d" % file, AT_FDCWD,
                                 bytes(folder / "named"), AT_SYMLINK_FOLLOW))
            self.assertEqual((folder / "named").read_text(), "whole")
        self.in_each_folder(check)

    def test_exchange(self):
        def check(folder: Path) -> None:
            for name in ("a", "b"):
                (folder / name).write_text(name)
            succeed(_libc.renameat2(AT_FDCWD, bytes(folder / "a"), AT_FDCWD,
                                    bytes(folder / "b"), RENAME_EXCHANGE))
            self.assertEqual((folder / "a").read_text(), "b")
        self.in_each_folder(check)

    def test_lock(self):
        def check(folder: Path) -> None:
            with open(folder / "x", "w") as one, open(folder / "x", "r") as other:
                fcntl.flock(one, fcntl.LOCK_EX)
                with self.assertRaises(BlockingIOError):
                    fcntl.flock(other, fcntl.LOCK_SH | fcntl.LOCK_NB)
        self.in_each_folder(check)


class PamScenarios(unittest.TestCase):
    """With modules of Linux-PAM in the place of ours."""

    def stand_in(self, module: str) -> None:
        original, = host.root.glob(f"usr/lib/*/security/{module}")
        place = original.with_name("pam_sap.so")
        shutil.copy(original, place)
        self.addCleanup(place.unlink, missing_ok=True)
        self.addCleanup(pam_scenario.stock, host)

    def test_session_hook(self):
        self.stand_in("pam_permit.so")
        pam_scenario.session_hook(host)
        host.client.pop3_login("horn", "sesam", "192.0.2.86")
        self.stand_in("pam_deny.so")
        with self.assertRaises(LoginRefused):
            host.client.imap_login("horn", "sesam", "192.0.2.86")

    def test_account_hook(self):
        self.stand_in("pam_warn.so")
        pam_scenario.account_hook(host)
        host.client.imap_login("anna", "lesen", "2001:db8::87")
        wait_for(lambda: bool(host.journal(
            r"pam_sm_acct_mgmt.*service=\[dovecot\].*rhost=\[2001:db8::87\]")), 5.0,
            "the account line was not reached")


if __name__ == "__main__":
    unittest.main()
