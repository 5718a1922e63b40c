# SPDX-License-Identifier: BSD-2-Clause
"""Postfix of Debian 12: a login opens the relay, by an lmdb: table and by a hash: one."""

import shutil
import unittest

from .earning import Login, log_in, relay_is_earned
from .postfix_host import PostfixHost, booted_postfix, ours
from .product import STATE
from .typist import Typist

# What smtpd says, and logs, of a table that is not there.
NO_TABLE = "(451 4.3.5|is unavailable|open database)"
COMPLAINT = "^(warning|error|fatal): "
POSTFIX_MAP_SIZE = 16 * 2**20  # lmdb_map_size, by default
LONG, A_CALL = 100_000, 16     # bytes of a value, and how many fit into a command line

host: PostfixHost


def setUpModule() -> None:
    global host
    host = booted_postfix(unittest.addModuleCleanup)


def reply_code(address: str) -> int:
    return host.client.relay_reply(source=address).code


class Kind:
    """What both types of tables have to show."""

    KIND: str
    SAME_SESSION: bool

    @classmethod
    def setUpClass(cls):
        host.serve(cls.KIND)

    def setUp(self):
        self.addCleanup(lambda: self.assertEqual(host.problems(), []))
        self.addCleanup(host.close_all)

    def earned(self, address: str, protocol: str) -> None:
        with self.subTest(address):
            relay_is_earned(self, host, address, Login(protocol), self.SAME_SESSION)
            log_in(host, address, Login(protocol))
            self.assertEqual(host.records(), ours(address))
            host.sapdb("revoke", address)
            self.assertEqual(host.records(), {})

    def test_table_is_there_before_the_first_look(self):
        host.power_cut()
        shutil.rmtree(host.root / STATE.lstrip("/"))
        host.boot()
        host.stop_timer()
        self.assertEqual(reply_code("192.0.2.81"), 554)
        self.assertEqual(host.journal(NO_TABLE), [])
        started = host.run("systemctl", "show", "--property=InactiveExitTimestamp", "--value",
                           "--timestamp=us+utc", "postfix@-.service").stdout.strip()
        older = host.run("find", host.TABLE, "!", "-newermt", started).stdout.strip()
        self.assertEqual(older, host.TABLE, f"it was not there before Postfix, {started}")
        self.assertEqual(host.records(), {})
        self.assertEqual(host.problems(), [])
        self.assertEqual(host.failed_units(), [])

    def test_without_the_table_it_is_451(self):
        """What the other test would see."""
        host.run("rm", host.TABLE)
        host.restart()
        self.assertEqual(reply_code("192.0.2.82"), 451)
        self.assertNotEqual(host.journal(NO_TABLE), [])
        host.run_expire()
        host.restart()
        self.assertEqual(reply_code("192.0.2.82"), 554)
        self.assertEqual(host.problems(), [])


class Lmdb(Kind, unittest.TestCase):
    """A change is seen at the next look-up of a session that is open."""

    KIND = "lmdb"
    SAME_SESSION = True

    def test_ipv4(self):
        self.earned("192.0.2.77", "pop3")
        self.earned("192.0.2.78", "imap")

    def test_ipv6(self):
        self.earned("2001:db8::77", "pop3")
        self.earned("2001:db8::78", "imap")

    def test_refused_session_is_accepted_at_its_next_rcpt(self):
        for address in ("192.0.2.79", "2001:db8::79"):
            with self.subTest(address), host.client.smtp(source=address) as session:
                before, restarts = host.smtpds(), host.restarts()
                self.assertIn(host.serving(address), before)
                session.mail()
                self.assertEqual(session.rcpt().code, 554)
                log_in(host, address)
                self.assertEqual(session.rcpt().code, 250)
                self.assertEqual(reply_code(address), 250)
                host.sapdb("revoke", address)
                self.assertEqual(session.rcpt().code, 554)
                self.assertLessEqual(before, host.smtpds(), "one has ended")
                self.assertEqual(host.restarts(), restarts)

    def test_an_open_session_sees_a_map_that_has_grown(self):
        """smtpd has mapped what it found at its first look; a commit needs more."""
        address = "192.0.2.91"
        with host.client.smtp(source=address) as session:
            self.assertEqual(session.relay_reply().code, 554)
            before, restarts = host.smtpds(), host.restarts()
            complaints = host.journal(COMPLAINT)
            self.fill_beyond(POSTFIX_MAP_SIZE)
            self.assertEqual(session.relay_reply().code, 554)
            log_in(host, address)
            self.assertEqual(session.relay_reply().code, 250)
            self.assertLessEqual(before, host.smtpds(), "one has ended")
        self.assertEqual(host.restarts(), restarts)
        self.assertEqual(host.journal(COMPLAINT), complaints)

    def fill_beyond(self, size: int) -> None:
        """With few records, but long ones."""
        for call in range(size // (LONG * A_CALL) + 1):
            keys = [f"n{call}-{number}.example.org" for number in range(A_CALL)]
            self.addCleanup(host.sapdb, "delete", *keys)
            host.sapdb("insert", *(word for key in keys for word in (key, "5" * LONG)))
        self.assertGreater(host.inside(host.TABLE).stat().st_size, size)

    def test_smtpd_is_chrooted(self):
        with host.client.smtp(source="192.0.2.80") as session:
            log_in(host, "192.0.2.80")
            self.assertEqual(session.relay_reply().code, 250)
            serving = host.serving("192.0.2.80")
            self.assertEqual(host.run("readlink", f"/proc/{serving}/root").stdout.strip(),
                             "/var/spool/postfix")
            self.assertEqual(host.run("stat", "--format=%U", f"/proc/{serving}").stdout.strip(),
                             "postfix")
        self.assertFalse(host.inside("/var/spool/postfix/var/lib/pam_sap").exists())


class Hash(Kind, unittest.TestCase):
    """A change is seen with the next connection."""

    KIND = "hash"
    SAME_SESSION = False

    def test_ipv4(self):
        self.earned("192.0.2.83", "pop3")
        self.earned("192.0.2.84", "imap")

    def test_ipv6(self):
        self.earned("2001:db8::83", "pop3")
        self.earned("2001:db8::84", "imap")

    def test_a_change_restarts_smtpd_with_its_next_connection(self):
        """What Lmdb's test would see."""
        with host.client.smtp(source="192.0.2.85") as session:
            before, restarts = host.smtpds(), host.restarts()
            log_in(host, "192.0.2.85")
            self.assertEqual(session.relay_reply().code, 554)
        self.assertEqual(reply_code("192.0.2.85"), 250)
        self.assertGreater(host.restarts(), restarts)
        self.assertFalse(before & host.smtpds(), "none has ended")


class Typed(unittest.TestCase):
    def test_the_page(self):
        host.serve("lmdb")
        typist = Typist(self, host, ["192.0.2.92"])
        typist.types("docs/guide/postfix.md",
                     first={"map = hash:/var/lib/pam_sap/map/relay.db":
                            lambda block: typist.opens("192.0.2.93")})
        host.run("postfix", "reload")
        typist.opens("192.0.2.94")
        typist.types_inline("docs/guide/postfix.md")
        self.assertIn("192.0.2.77", typist.said["sapdb status 192.0.2.77"])
