# SPDX-License-Identifier: BSD-2-Clause
"""Both kinds of rebuild, and a kill, between any two steps of a commit.

The commit is sapdb's own, the rebuilds are makemap and the mv of Debian's makefile.
Two windows are named in docs/promises.md and cannot show here: makemap is never
stopped itself, and a commit that is killed has no makemap waiting for it.
"""

import subprocess
import unittest

from . import pam_scenario
from .product import MAP, ProductHost, booted_product
from .stop_points import Call, killed_at, stopped_at, system_calls

KNOWN, OTHER = "192.0.2.77", "2001:db8::78"
STATE = "/var/lib/pam_sap"
NEW_TABLE = """cd /etc/mail && makemap hash access.new < access &&
    chown smmta:smmsp access.new.db && chmod 640 access.new.db &&
    mv -f access.new.db access.db"""
REBUILDS = {"makemap in place": "cd /etc/mail && makemap hash access < access",
            "a new file and mv": NEW_TABLE}
BLOCKED = 0.15  # seconds after which a rebuild is taken to wait for a lock

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook)
    host.stop_timer()
    host.run("systemctl", "stop", "pam_sap-commit.path")


def edit_text(generation: int) -> None:
    """The administrator's text has another record in each generation."""
    text = host.inside("/etc/mail/access")
    lines = [line for line in text.read_text().splitlines() if "generation" not in line]
    text.write_text("\n".join([*lines, f"from:generation@example.org\t{generation}", ""]))


def generation_of(records: dict[str, str]) -> int:
    return int(records["from:generation@example.org"])


class StopPoints(unittest.TestCase):
    """`prepare` makes the state that `command` works on, each time anew; `leased` have
    their records in the end."""

    generation = 0

    def rebuild_at(self, label: str, command: str, call: Call) -> bool:
        """Whether the rebuild succeeded."""
        type(self).generation += 1
        edit_text(self.generation)
        with stopped_at(host, command, call):
            rebuild = host.container.start("sh", "-c", REBUILDS[label],
                                           stdin=subprocess.DEVNULL,
                                           stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL)
            try:
                rebuild.wait(BLOCKED)
            except subprocess.TimeoutExpired:
                pass  # it waits for our lock
        return rebuild.wait(30) == 0

    def check(self, generation: int, leased: set[str]) -> None:
        """One quiet run of the timer's command, and all is as it should be."""
        host.sapdb("expire")
        records = host.records()
        self.assertEqual(generation_of(records), generation)
        self.assertEqual({key.removeprefix("SAP:") for key in records
                          if key.startswith("SAP:")}, leased)
        self.assertEqual(records.get(KNOWN), "RELAY" if KNOWN in leased else None)
        self.assertEqual(host.problems(), [])
        for folder in ("pending", "deferred", "ending"):
            self.assertEqual(list(host.inside(f"{STATE}/{folder}").iterdir()), [])

    def rebuild_everywhere(self, command: str, prepare, leased: set[str]) -> None:
        prepare()
        calls = system_calls(host, command, STATE)
        installed = self.install_first()
        failed = 0
        for label in REBUILDS:
            for call in calls:
                with self.subTest(f"{label} behind {call[0]} {call[1]}"):
                    prepare()
                    if self.rebuild_at(label, command, call):
                        installed = self.generation
                    else:
                        failed += 1
                        self.assertEqual(label, "makemap in place")
                    self.check(installed, leased)
        print(f"{command}: {len(calls)} stop points, {len(REBUILDS)} rebuilds at each; "
              f"{failed} rebuilds had to give up")

    def install_first(self) -> int:
        type(self).generation += 1
        edit_text(self.generation)
        host.shell(NEW_TABLE)
        return self.generation

    def kill_everywhere(self, command: str, prepare, leased: set[str]) -> None:
        prepare()
        calls = system_calls(host, command, STATE)
        installed = self.install_first()
        for call in calls:
            with self.subTest(f"killed behind {call[0]} {call[1]}"):
                prepare()
                killed_at(host, command, call)
                self.check_after_kill(installed, leased)
        print(f"{command}: killed at {len(calls)} points")

    def check_after_kill(self, installed: int, leased: set[str]) -> None:
        """Before it is healed, the table is whole already."""
        self.assertEqual(host.run("db5.3_verify", MAP, check=False).returncode, 0)
        host.sapdb("expire")
        alive = {path.name for path in host.inside(f"{STATE}/active").iterdir()}
        self.assertLessEqual(leased, alive)
        self.check(installed, alive)


def prepare_grant() -> None:
    """OTHER is known, KNOWN is not."""
    host.sapdb("revoke", KNOWN, check=False)
    host.sapdb("grant", OTHER)


def prepare_expire() -> None:
    """KNOWN has lapsed, OTHER lives."""
    host.sapdb("grant", KNOWN)
    host.sapdb("grant", OTHER)
    host.make_old(KNOWN)


class Rebuild(StopPoints):
    def test_in_a_grant(self):
        self.rebuild_everywhere(f"sapdb grant {KNOWN}", prepare_grant, {KNOWN, OTHER})

    def test_in_an_expiry(self):
        self.rebuild_everywhere("sapdb expire", prepare_expire, {OTHER})


class Kill(StopPoints):
    def test_in_a_grant(self):
        self.kill_everywhere(f"sapdb grant {KNOWN}", prepare_grant, {OTHER})

    def test_in_an_expiry(self):
        self.kill_everywhere("sapdb expire", prepare_expire, {OTHER})
