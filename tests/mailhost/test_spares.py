# SPDX-License-Identifier: BSD-2-Clause
"""Retired tables that become the next one (map/spares.h), under the real mail server.

What a retired file must look like is shown with Debian's makemap: it has opened the
table, and waits for its lock, when the table is exchanged.
"""

import ctypes
import fcntl
import os
import shutil
import subprocess
import unittest
from pathlib import Path
from typing import NamedTuple

from . import pam_scenario
from .product import MAP, ProductHost, booted_product
from .waiting import wait_for

SPARES = ("/etc/mail/.access.db.pam_sap.1", "/etc/mail/.access.db.pam_sap.2")
TURNS = 3
AT_FDCWD, RENAME_EXCHANGE = -100, 2
CHANGED_AFTER_OPEN = 73  # makemap's exit code, EX_CANTCREAT

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook)
    host.stop_timer()


def log_in(n: int) -> int:
    """A new client's login; the inode of the table that it leaves."""
    host.client.pop3_login("horn", "sesam", source=f"192.0.2.{n}")
    return host.inside(MAP).stat().st_ino


class Turns(unittest.TestCase):
    def tearDown(self):
        self.assertEqual(host.problems(), [])

    def test_three_files_take_turns(self):
        """By the service of the path unit, sandbox and all."""
        tables = [log_in(n) for n in range(77, 87)]
        self.assertEqual(tables[TURNS + 1:], tables[1:-TURNS])
        for spare in SPARES:
            self.assertFalse(host.inside(spare).stat().st_mode & 0o077)
        records = host.records()
        for n in range(77, 87):
            self.assertEqual(records.get(f"192.0.2.{n}"), "RELAY")

    def test_a_table_that_a_session_reads_is_not_one_of_them(self):
        """sendmail's child has the table open from its first look-up to the next."""
        with host.client.smtp(source="192.0.2.96") as session:
            self.assertIn(session.relay_reply().code, (450, 550))
            before = host.inside(MAP).stat().st_ino
            later = [log_in(n) for n in range(87, 95)]
            self.assertNotIn(before, later)
            self.assertIn(session.relay_reply().code, (450, 550))
            log_in(96)
            self.assertEqual(session.relay_reply().code, 250)


class Mark(NamedTuple):
    label: str
    mark: str  # done to the retired file, under its lock
    gives_up: bool


MARKS = (
    Mark("as it was", "true", False),
    Mark("a second link", "ln retired retired.link", True),
    Mark("no link", "rm retired", True),
    Mark("another group: ours", "chgrp 0 retired", True),
)


class WaitingMakemap(unittest.TestCase):
    """`as it was` shows that the danger is real: makemap truncates the new table, which
    nobody has locked against it, and then fails."""

    def setUp(self):
        self.folder = Path(self.enterContext(CopiedTable()))

    def is_waiting(self) -> bool:
        table = self.folder / "access.db"
        inode = f":{table.stat().st_ino} "
        return any("->" in line and inode in line
                   for line in Path("/proc/locks").read_text().splitlines())

    def rebuild_across_exchange(self, mark: str) -> int:
        """makemap's exit code."""
        with (self.folder / "access.db").open("rb") as table:
            fcntl.flock(table, fcntl.LOCK_SH)
            makemap = host.container.start(
                "sh", "-c", "cd /root/marks && exec makemap hash access < access",
                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_for(self.is_waiting, 20, "makemap does not wait for the lock")
            shutil.copy2(self.folder / "access.db", self.folder / "retired")
            _exchange(self.folder / "access.db", self.folder / "retired")
            host.shell(f"cd /root/marks && {mark}")
        return makemap.wait(20)

    def records(self) -> int:
        shown = host.run("makemap", "-u", "hash", "/root/marks/access.db").stdout
        return len(shown.splitlines())

    def test_what_a_retired_file_must_look_like(self):
        for mark in MARKS:
            with self.subTest(mark.label):
                host.shell("cd /root/marks && rm -f retired* && "
                           "makemap hash access < access && chgrp smmsp access.db")
                before = self.records()
                self.assertGreater(before, 0)
                code = self.rebuild_across_exchange(mark.mark)
                self.assertEqual(code, CHANGED_AFTER_OPEN)
                self.assertEqual(self.records(), before if mark.gives_up else 0)


class CopiedTable:
    """A folder of its own with the table's text."""

    def __enter__(self) -> str:
        host.shell("mkdir /root/marks && cp /etc/mail/access /root/marks/access")
        return str(host.inside("/root/marks"))

    def __exit__(self, *exception) -> None:
        host.shell("rm -r /root/marks")


def _exchange(one: Path, other: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other),
                      RENAME_EXCHANGE) != 0:
        raise OSError(ctypes.get_errno(), "renameat2")


if __name__ == "__main__":
    unittest.main()
