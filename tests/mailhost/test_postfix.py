# SPDX-License-Identifier: BSD-2-Clause
"""Postfix: lmdb: is looked into anew for each recipient, hash: for each connection."""

import time
import unittest

from .earning import Login, log_in, relay_is_earned
from .postfix_host import HASH, LMDB, RESTARTED, Kind, PostfixHost, booted_postfix

PROTOCOLS = ("pop3", "imap")
STRANGER = "192.0.2.96"


class OnPostfix(unittest.TestCase):
    """What is asked of each type of table."""

    KIND: Kind
    host: PostfixHost

    @classmethod
    def setUpClass(cls):
        cls.host = booted_postfix(cls.addClassCleanup, cls.KIND)

    def tearDown(self):
        self.assertEqual(self.host.problems(), [])

    def is_earned(self, address: str, same_session: bool) -> None:
        """`address` for each protocol another one."""
        for number, protocol in enumerate(PROTOCOLS, 77):
            with self.subTest(protocol):
                relay_is_earned(self, self.host, f"{address}{number}", Login(protocol),
                                same_session)

    def is_there_before_the_first_look(self) -> None:
        """A boot without a table: the first answer is a refusal, and our run at boot
        has made what Postfix looked into."""
        begun = time.time()
        self.host.reboot()
        reply = self.host.client.relay_reply(source=STRANGER)
        self.assertEqual(reply.code, 554, reply.text)
        self.assertEqual(self.host.journal("(warning|error|fatal): ", "--facility=mail"), [])
        self.assertEqual(self.host.records(), {})
        self.assertEqual(self.host.problems(), [])
        born, started = (self.host.shell(command) for command in (
            f"stat --format=%.W {self.host.TABLE}",
            "stat --format=%.Y /var/spool/postfix/pid/master.pid"))
        self.assertLess(begun, float(born))
        self.assertLess(float(born), float(started))


class Lmdb(OnPostfix):
    KIND = LMDB

    def test_ipv4(self):
        self.is_earned("192.0.2.", same_session=True)

    def test_ipv6(self):
        self.is_earned("2001:db8::", same_session=True)

    def test_refused_session_is_accepted_at_its_next_rcpt(self):
        address = "192.0.2.79"
        with self.host.client.smtp(source=address) as session:
            session.mail()
            self.assertEqual(session.rcpt().code, 554)
            before = self.host.smtpds()
            log_in(self.host, address)
            self.assertEqual(session.rcpt().code, 250)
        self.assertEqual(self.host.client.relay_reply(source=address).code, 250)
        self.assertEqual(self.host.smtpds(), before)
        self.assertEqual(self.host.journal(RESTARTED), [])

    def test_table_is_there_before_the_first_look(self):
        self.is_there_before_the_first_look()

    def test_smtpd_is_chrooted(self):
        with self.host.client.smtp(source=STRANGER):
            smtpds = self.host.smtpds()
            self.assertNotEqual(smtpds, [])
            for smtpd in smtpds:
                root = self.host.run("readlink", f"/proc/{smtpd}/root").stdout.strip()
                self.assertEqual(root, "/var/spool/postfix")


class Hash(OnPostfix):
    KIND = HASH

    def test_ipv4(self):
        self.is_earned("192.0.2.", same_session=False)

    def test_ipv6(self):
        self.is_earned("2001:db8::", same_session=False)

    def test_refused_session_stays_refused_and_the_next_one_is_not(self):
        address = "192.0.2.79"
        before = len(self.host.journal(RESTARTED))
        with self.host.client.smtp(source=address) as session:
            self.assertEqual(session.relay_reply().code, 554)
            log_in(self.host, address)
            self.assertEqual(session.relay_reply().code, 554)
        self.assertEqual(self.host.client.relay_reply(source=address).code, 250)
        self.assertGreater(len(self.host.journal(RESTARTED)), before)

    def test_table_is_there_before_the_first_look(self):
        self.is_there_before_the_first_look()
