# SPDX-License-Identifier: BSD-2-Clause
"""planted - faults that are planted on a running host, and what sapdb check says of each.

    for fault in FAULTS:
        with self.subTest(fault.label):
            planted.try_out(self, host, fault)

A fault is found by its own id, and nothing else is; then the line that sapdb check gives is
run as it stands, and nothing is found any more. Where no line can know what was there
before (the text of a file), `restore` puts it back instead.
"""

import json
import unittest
from typing import NamedTuple

from .product import ProductHost

COLUMNS = 80
MEMBERS = {"id", "severity", "what", "why", "mend", "where"}


class Fault(NamedTuple):
    label: str
    want: str  # the id
    plant: str  # for a shell in the host
    restore: str = ""  # in the place of the line that was told
    tidy: str = ""  # behind it: what the fault has left


# The timer is there, and starts nothing while the test looks: the runs are those that it asks
# for. And daemons may be restarted as often as it likes.
QUIET = "[Timer]\nOnCalendar=\nOnCalendar=*-02-29 00:00:00\n"
OFTEN = "[Unit]\nStartLimitIntervalSec=0\n"
DROP_INS = {"pam_sap-expire.timer": QUIET, "dovecot.service": OFTEN, "sendmail.service": OFTEN,
            "saslauthd.service": OFTEN}


def prepare(host: ProductHost) -> None:
    """Before the boot."""
    for unit, text in DROP_INS.items():
        folder = host.root / f"etc/systemd/system/{unit}.d"
        folder.mkdir(parents=True)
        (folder / "planted.conf").write_text(text)


def findings(test: unittest.TestCase, host: ProductHost) -> list[dict]:
    """All but notes."""
    done = host.run("sapdb", "--json", "check", check=False)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for one in found:
        test.assertEqual(set(one), MEMBERS, one)
        test.assertTrue(all(one.values()), one)
    counting = [one for one in found if one["severity"] != "note"]
    test.assertEqual(done.returncode, 1 if counting else 0, done)
    test.assertEqual(done.stderr, "")
    return counting


def finds_nothing(test: unittest.TestCase, host: ProductHost) -> None:
    host.run_expire()
    test.assertEqual(findings(test, host), [])


def _is_readable(test: unittest.TestCase, host: ProductHost, want: str) -> None:
    printed = host.run("sapdb", "check", check=False).stdout
    test.assertIn(f": {want} (", printed)
    test.assertNotIn("\033", printed)
    test.assertEqual([line for line in printed.splitlines() if len(line) > COLUMNS], [])


def try_out(test: unittest.TestCase, host: ProductHost, fault: Fault) -> None:
    """On a host of which finds_nothing() was true just now."""
    host.shell(fault.plant)
    try:
        found = findings(test, host)
        test.assertEqual({one["id"] for one in found}, {fault.want}, found)
        _is_readable(test, host, fault.want)
        if not fault.restore:
            for one in found:
                host.shell(one["mend"])
            finds_nothing(test, host)
    finally:
        host.shell(f"{fault.restore}\n{fault.tidy}")
    if fault.restore or fault.tidy:
        finds_nothing(test, host)
