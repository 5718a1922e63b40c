# SPDX-License-Identifier: BSD-2-Clause
"""Tried as a new user would: the lines of README.md, and those of the guide's from-source.md,
on a fresh Debian 12 with its own sendmail and Dovecot, from a clone to a relayed mail.

Nothing else is typed. The packages of Debian that they want are in the host's cache.
"""

import os
import shutil
import subprocess
import time
import unittest
from pathlib import Path

from . import package_cache
from .client import OUTSIDE
from .earning import REFUSED
from .network import CLIENTS
from .package import DEBS, SOURCE, PackageHost, copy_of_source
from .pages import Block, Command, commands
from .product import STATE
from .typist import Typist
from .waiting import wait_for

README, BY_HAND = "README.md", "docs/guide/from-source.md"
MOST_SECONDS = 300
SUBJECT = "Subject: from a scanner"
FROM_SOURCE = ("install gcc meson pkg-config libpam0g-dev libdb-dev liblmdb-dev libmnl-dev "
               "libjansson-dev libsystemd-dev").split()

host: PackageHost


def setUpModule() -> None:
    global host
    if shutil.which("git") is None:
        raise unittest.SkipTest("skipped: git is not installed")
    host = PackageHost()
    unittest.addModuleCleanup(host.stop)
    clone = copy_of_source(host.root / DEBS)
    package_cache.fill(host.root, ["install", "build-essential"], ["build-dep", str(clone)],
                       FROM_SOURCE)
    package_cache.answer_yes(host.root)
    host.boot()


class NewUser(unittest.TestCase):
    """First the packages, and away with them; then by hand."""

    def setUp(self):
        self.typist = Typist(self, host, CLIENTS, folder=f"/{DEBS}/{SOURCE}")

    def sends_a_mail(self, _block: Block | None = None) -> None:
        """Which was refused before the login."""
        def ready() -> bool:
            return {25, 110} <= host.listening_ports()
        client = self.typist.client
        wait_for(ready, 20, "the mail servers do not listen")
        self.assertIn(host.client.relay_reply(client).code, REFUSED)
        self.typist.logs_in()
        before = host.relayed_mail().count(SUBJECT)
        with host.client.smtp(client) as session:
            session.mail()
            self.assertEqual(session.rcpt(OUTSIDE).code, 250)
            self.assertEqual(session.data(f"{SUBJECT}\n\nOne page.\n").code, 250)
        wait_for(lambda: host.relayed_mail().count(SUBJECT) > before, 20, "it was not relayed")
        self.assertRegex(self.typist.type(Command("sapdb status")), rf"(?m)^{client} .*\bopen\b")

    def test_packages_as_readme_has_it(self):
        start = time.monotonic()

        def is_there_in_time(block: Block) -> None:
            self.sends_a_mail(block)
            took = time.monotonic() - start
            print(f"\nfigure: readme: from a clone to a relayed mail {took:.1f} s")
            self.assertLess(took, MOST_SECONDS)
        self.typist.types(README, own={"sudo tools/demo": self.tools_are_there},
                          first={"sapdb setup --remove sendmail dovecot": is_there_in_time})
        self.assertIn(host.client.relay_reply(self.typist.client).code, REFUSED)
        self.assertEqual(host.left(), [])

    def tools_are_there(self, block: Block) -> None:
        """They make hosts of their own: run for themselves, outside of this one."""
        for command in commands(block):
            tool = Path(os.environ["SAP_SOURCE"], command.line.removeprefix("sudo "))
            said = subprocess.run([tool, "--help"], check=True, capture_output=True,
                                  text=True).stdout
            self.assertIn(f"usage: {command.line}", said)

    def test_sources_as_the_guide_has_it(self):
        self.typist.types(
            BY_HAND,
            first={"sapdb status": self.sends_a_mail,
                   "sapdb revoke --all": self.drop_in_works})
        self.assertIn(host.client.relay_reply(self.typist.client).code, REFUSED)
        for path in (STATE, "/usr/sbin/sapdb"):
            self.assertFalse(host.inside(path).exists(), path)

    def drop_in_works(self, _block: Block) -> None:
        """With it the login makes the change itself."""
        host.sapdb("revoke", "--all")
        self.sends_a_mail()
        line, = host.log(f"inserted {self.typist.client} into ")[-1:]
        self.assertIn("pam_sap(", line)


if __name__ == "__main__":
    unittest.main()
