# SPDX-License-Identifier: BSD-2-Clause
"""What is static is the administrator's, in a table of a thousand records."""

import unittest

from . import pam_scenario
from .network import CLIENTS
from .product import MAP, ProductHost, booted_product

GRANTED, REFUSED, TAGGED, NETWORK = "192.0.2.77", "192.0.2.78", "192.0.2.79", "192.0.2.80"
AGAIN = ("192.0.2.81", "192.0.2.82")  # RELAY and REJECT, for the repeated logins
FREE = CLIENTS[10:]
OUTSIDE = "198.51.100.7"  # its network is refused

# label, address, log line, what sendmail says then
DECIDED = (
    ("RELAY for the address itself", GRANTED, "lets it relay already", (250,)),
    ("REJECT for the address itself", REFUSED, "keeps it shut", (450, 550, 554)),
    ("REJECT by connect:", TAGGED, "keeps it shut", (450, 550, 554)),
    ("REJECT for its network", OUTSIDE, "keeps it shut", (450, 550, 554)),
)

host: ProductHost


def access_text() -> str:
    """Debian's own records, ours for the test, and a thousand others."""
    lines = [f"{GRANTED}\tRELAY", f"{REFUSED}\tREJECT", f"connect:{TAGGED}\tREJECT",
             "198.51.100\tREJECT", f"{AGAIN[0]}\tRELAY", f"{AGAIN[1]}\tREJECT"]
    lines += [f"from:sender{n}@example.org\tERROR:5.7.1:550 reason {n}" for n in range(1000)]
    return "\n".join(lines) + "\n"


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook)
    host.network.add_clients([OUTSIDE])
    host.stop_timer()
    with open(host.root / "etc/mail/access", "a", encoding="ascii") as access:
        access.write(access_text())
    host.run("make", "-C", "/etc/mail", "access_db")
    host.run_expire()


def log_in(address: str) -> None:
    host.client.pop3_login("horn", "sesam", source=address)


def answer_of(address: str) -> int:
    """The reply's code, or the greeting's when that is a refusal already."""
    with host.client.smtp(source=address) as session:
        if session.greeting.code != 220:
            return session.greeting.code
        return session.relay_reply().code


class Static(unittest.TestCase):
    def tearDown(self):
        self.assertEqual(host.problems(), [])

    def test_his_decisions_stand(self):
        before = host.records()
        for label, address, words, codes in DECIDED:
            with self.subTest(label):
                log_in(address)
                host.run_expire()
                self.assertIn(answer_of(address), codes)
                self.assertFalse(host.has_lease(address))
                lines = host.log(rf"{address}\b.*{words}")
                self.assertEqual(len(lines), 1, lines)
        self.assertEqual(host.records(), before)

    def test_a_decided_client_costs_nothing_from_then_on(self):
        for address in AGAIN:
            log_in(address)
        table = host.inside(MAP).stat()
        said = len(host.log("the administrator's record"))
        for _ in range(5):
            for address in AGAIN:
                log_in(address)
        self.assertEqual(host.inside(MAP).stat(), table)
        self.assertEqual(len(host.log("the administrator's record")), said)

    def test_a_hundred_grants_and_expiries_leave_the_rest_alone(self):
        before = host.records()
        text = host.inside("/etc/mail/access")
        written = (text.stat(), text.read_bytes())
        for _ in range(10):
            for address in FREE:
                log_in(address)
            self.assertEqual(set(host.records()) - set(before),
                             set(FREE) | {f"SAP:{address}" for address in FREE})
            for address in FREE:
                host.make_old(address)
            host.run_expire()
        self.assertEqual(host.records(), before)
        self.assertEqual((text.stat().st_mtime_ns, text.read_bytes()),
                         (written[0].st_mtime_ns, written[1]))

    def test_a_refusal_ends_a_lease_that_lives(self):
        address = NETWORK
        log_in(address)
        self.assertEqual(answer_of(address), 250)
        host.sapdb("insert", f"connect:{address}", "REJECT")
        self.assertNotIn(f"SAP:{address}", host.records())
        self.assertFalse(host.has_lease(address))
        self.assertNotEqual(answer_of(address), 250)
        host.sapdb("delete", f"connect:{address}")
        log_in(address)
        self.assertEqual(answer_of(address), 250)
