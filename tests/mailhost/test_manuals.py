# SPDX-License-Identifier: BSD-2-Clause
"""The examples of sapdb's manual pages are typed; what they show is what is said."""

import json
import re
import shutil
import subprocess
import unittest

from . import pam_scenario
from .network import CLIENTS
from .pages import SOURCE, Command, examples
from .product import UNITS, ProductHost, booted_product
from .typist import Typist

MAN = "docs/man"
VIRTUAL = "/etc/mail/virtusertable"
ENDS = {"sapdb setup sendmail dovecot": 1}  # it would change something
TIMER = UNITS[0]

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook)
    host.shell(f"echo '@example.net horn' >{VIRTUAL}; makemap hash {VIRTUAL} <{VIRTUAL}")


def without_times(line: str) -> str:
    return re.sub(r"\d+min( \d+s)?", "TIME", re.sub(r"\d{4}-\S+Z", "WHEN", line)).strip()


class Manuals(unittest.TestCase):
    def setUp(self):
        self.typist = Typist(self, host, CLIENTS)
        self.typist.logs_in()

    def types(self, page: str) -> None:
        for command in examples(f"{MAN}/{page}"):
            with self.subTest(command.line):
                typed, _bar, jq = command.line.partition(" | jq -r ")
                said = self.typist.type(Command(typed), ENDS.get(typed, 0))
                if jq:
                    self.filtered(jq, said)

    def filtered(self, jq: str, said: str) -> None:
        """The members are there; and jq says so, if this machine has it."""
        for line in said.splitlines():
            self.assertLessEqual(set(re.findall(r"\.(\w+)", jq)), set(json.loads(line)))
        if shutil.which("jq"):
            subprocess.run(["bash", "-c", f"jq -r {jq}"], input=said, text=True, check=True,
                           stdout=subprocess.DEVNULL)

    def test_sapdb(self):
        self.addCleanup(host.sapdb, "unblock", "--all")
        self.types("sapdb.8")
        shown, = re.findall(rf"^{re.escape(CLIENTS[0])} may relay.*$",
                            (SOURCE / MAN / "sapdb.8").read_text(), re.M)
        said = self.typist.said[f"sapdb status {CLIENTS[0]}"]
        self.assertEqual(without_times(said), without_times(shown))

    def test_rebuild(self):
        self.types("sapdb-rebuild.8")
        self.assertIn("@example.net", host.sapdb("-m", f"{VIRTUAL}.db", "list"))

    def test_setup(self):
        self.addCleanup(host.run, "systemctl", "enable", "--now", *UNITS)
        self.types("sapdb-setup.8")

    def test_check(self):
        """Its example is of a timer that somebody has masked."""
        self.types("sapdb-check.8")
        host.run("systemctl", "mask", TIMER)
        self.addCleanup(host.run, "systemctl", "unmask", TIMER)
        text = (SOURCE / MAN / "sapdb-check.8").read_text()
        shown = re.search(r"^error: timer-masked.*?(?=\.\.\.\n\.Ed)", text, re.M | re.S)[0]
        self.assertIn(shown.rstrip(), self.typist.type(Command("sapdb check"), 1))
        self.filtered(".id", self.typist.type(Command("sapdb --json check"), 1))


if __name__ == "__main__":
    unittest.main()
