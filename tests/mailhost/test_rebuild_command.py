# SPDX-License-Identifier: BSD-2-Clause
"""sapdb rebuild with makemap itself, by hand and by make, while leases live."""

import unittest

from . import pam_scenario
from .pages import blocks
from .product import MAP, ProductHost, booted_product

TEXT = "/etc/mail/access"
LEASED, REFUSED, AGAIN = "192.0.2.77", "192.0.2.78", "192.0.2.79"

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook)
    host.stop_timer()
    host.run_expire()


def gnumakefile() -> str:
    """As the guide has it."""
    return next(block.text for block in blocks("docs/guide/sendmail.md")
                if "DEFAULT_GOAL" in block.text)


def log_in(address: str) -> None:
    host.client.pop3_login("horn", "sesam", source=address)


def add(line: str) -> None:
    with open(host.root / TEXT.lstrip("/"), "a", encoding="ascii") as text:
        text.write(line + "\n")


def is_newer() -> bool:
    return host.inside(MAP).stat().st_mtime >= host.inside(TEXT).stat().st_mtime


class Rebuild(unittest.TestCase):
    def tearDown(self):
        self.assertEqual(host.problems(), [])

    def keeps(self, script: str, line: str) -> None:
        """A line more in the text: after the rebuild it is in the table, and the lease, too."""
        log_in(LEASED)
        before = host.records()
        add(line)
        host.shell(script)
        key, value = line.split()
        self.assertEqual(host.records(), before | {key: value})
        self.assertTrue(host.has_lease(LEASED))
        self.assertTrue(is_newer())

    def test_by_hand(self):
        self.keeps(f"sapdb rebuild {TEXT}", "by.hand.example REJECT")

    def test_it_says_what_makemap_would_make(self):
        add("alike.example REJECT")
        host.sapdb("rebuild", TEXT)
        said = host.shell(f"cd /root; makemap hash theirs < {TEXT}; makemap -u hash theirs")
        theirs = dict(line.split("\t", 1) for line in said.splitlines())
        ours = {key: value for key, value in host.records().items()
                if LEASED not in key}
        self.assertEqual(ours, theirs)

    def test_an_open_session_sees_it(self):
        with host.client.smtp(source=AGAIN) as session:
            self.assertNotEqual(session.relay_reply().code, 250)
            log_in(AGAIN)
            self.assertEqual(session.relay_reply().code, 250)
            host.sapdb("rebuild", TEXT)
            self.assertEqual(session.relay_reply().code, 250)
            host.sapdb("revoke", AGAIN)
            self.assertNotEqual(session.relay_reply().code, 250)

    def test_a_refusal_in_the_text_ends_the_lease(self):
        log_in(REFUSED)
        add(f"connect:{REFUSED} REJECT")
        said = host.sapdb("rebuild", TEXT)
        self.assertIn(f"refused {REFUSED}", said)
        self.assertFalse(host.has_lease(REFUSED))
        self.assertNotIn(f"SAP:{REFUSED}", host.records())

    def test_a_mistake_changes_nothing(self):
        good = host.inside(TEXT).read_bytes()
        before = host.inside(MAP).stat()
        add("twice.example OK\ntwice.example REJECT")
        done = host.run("sapdb", "rebuild", TEXT, check=False)
        host.inside(TEXT).write_bytes(good)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, rf"^sapdb: .*{TEXT}: line \d+: key twice\.example: "
                                      "duplicate key; the table stays as it was\n$")
        self.assertEqual(host.inside(MAP).stat(), before)

    def test_where_there_is_no_table_it_is_debians(self):
        log_in(LEASED)
        host.inside(MAP).unlink()
        host.sapdb("rebuild", TEXT)
        self.assertEqual(host.records().get(LEASED), "RELAY")

    def test_make_uses_it(self):
        host.inside("/etc/mail/GNUmakefile").write_text(gnumakefile())
        self.addCleanup(host.inside("/etc/mail/GNUmakefile").unlink)
        for n, target in enumerate(("", "access_db", f"{TEXT}.db", "all")):
            with self.subTest(target):
                self.keeps(f"make -C /etc/mail {target}", f"make{n}.example REJECT")
        before = host.inside(MAP).stat()
        host.shell("make -C /etc/mail")
        self.assertEqual(host.inside(MAP).stat(), before, "it was up to date")
