# SPDX-License-Identifier: BSD-2-Clause
"""What the traces of the model (tests/model/repairs.py) have in common on the real programs.

The place is that of test_renewals.py: a CLIENT and an OTHER, logins that do not wait. What
a login leaves in the queue the path unit would commit, here `sapdb commit`.
"""

import os
import re
import subprocess

from cli import table
from pam.daemon import CLIENT
from race.stopped import Stopped
from race.test_renewals import LOGIN, OTHER, Steps

EXCHANGE = "renameat2 .access.db.pam_sap access.db"
REFUSING = {CLIENT: "REJECT"}


class Traces(Steps):
    def one_lapsed(self) -> None:
        """Both are open. The timer has run, or `commit` would do its work as well."""
        self.run_sapdb("expire")
        super().begin()

    begin = one_lapsed

    def both_open(self) -> None:
        self.one_lapsed()
        self.place.date(self.place.state / "active" / CLIENT, 0)

    def one_waits(self) -> None:
        """The other is open."""
        self.both_open()
        self.run_sapdb("revoke", CLIENT)
        self.place.add_lease("pending", CLIENT)

    def hold(self, command: list[str], call: str) -> Stopped:
        """In front of this call; A is the client. That it comes there is part of the test."""
        stopped = Stopped(self.place.root, command, 1)
        self.go_to(stopped, call)
        return stopped

    def hold_login(self, call: str) -> Stopped:
        return self.hold(self.daemon.command(*LOGIN), call)

    def hold_sapdb(self, command: str, call: str) -> Stopped:
        return self.hold(self.sapdb(*command.replace("A", CLIENT).split()), call)

    def go_to(self, stopped: Stopped, call: str) -> None:
        stopped.step_to_call(re.sub(r"/A\b", f"/{CLIENT}", call))
        self.assertTrue(stopped.is_held, f"it {stopped.said} without a call: {call}")

    def finish(self, *commands: Stopped) -> None:
        for stopped in commands:
            self.assertEqual(stopped.go_on(), "ended 0")

    def replace_table(self, records: dict[str, str]) -> None:
        """Debian's way."""
        table.make(self.place.map.with_name("new.db"), records).replace(self.place.map)

    def run_sapdb(self, *arguments: str) -> None:
        done = subprocess.run(self.sapdb(*arguments), capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)

    def expect(self, opened: set[str]) -> None:
        self.assertEqual(table.opened(self.place.map), opened)
        self.assertEqual(self.place.leases("active"), opened)
        for folder in ("pending", "deferred", "ending"):
            self.assertEqual(self.place.leases(folder), set(), folder)
        self.assertEqual(table.faults(self.place.map), "")
        self.assertEqual(self.place.beside(), [])

    def expect_statics(self, statics: dict[str, str]) -> None:
        """The administrator's records are these, byte for byte."""
        want = {key.encode(): value.encode() for key, value in statics.items()}
        self.assertEqual(table.statics(self.place.map), want)

    def expect_refused(self, where: str) -> None:
        """The client, by the administrator's record; the other is open."""
        self.run_sapdb("expire")
        self.expect({OTHER})
        self.expect_statics(REFUSING)
        self.assertEqual(self.place.where(CLIENT), where)

    def age_of(self, folder: str, address: str) -> float:
        """Above 0: dated since the test began."""
        path = self.place.state / folder / address
        return os.stat(path).st_mtime - os.stat(self.place.conf).st_mtime


__all__ = ["CLIENT", "EXCHANGE", "OTHER", "REFUSING", "Stopped", "Traces"]
