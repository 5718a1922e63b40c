# SPDX-License-Identifier: BSD-2-Clause
"""product - a mail host with pam_sap installed, and what can be asked of it.

    host = booted_product(test_case_or_module_cleanup, pam_scenario.session_hook)
    host.sapdb("status")
    host.make_old("192.0.2.77"); host.run_expire()

SAP_BUILD names the build folder whose `meson install` is put into the host.
"""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from .host import Host

MAP = "/etc/mail/access.db"
STATE = "/var/lib/pam_sap"
CONF = "etc/security/pam_sap.conf"
UNITS = ("pam_sap-expire.timer", "pam_sap-expire.service", "pam_sap-commit.path")
DROP_IN = "etc/systemd/system/dovecot.service.d/pam_sap.conf"
DOC = "usr/share/doc/pam_sap/examples"


class ProductHost(Host):
    """The host after the installation that README.md tells of. A subclass with another
    mail server says what its table is."""

    TABLE = MAP
    OWNER = "smmta:smmsp 640"
    VERIFY = ("db5.3_verify",)

    def install_product(self) -> None:
        """`meson install`, and the units enabled."""
        with tempfile.TemporaryDirectory() as tree:
            subprocess.run(["meson", "install", "-C", os.environ["SAP_BUILD"],
                            "--no-rebuild", "--quiet", "--destdir", tree], check=True)
            self.install(Path(tree))
        self.enable(*UNITS)

    def settings(self, text: str) -> None:
        """Replace pam_sap.conf."""
        (self.root / CONF).write_text(text)

    def add_drop_in(self) -> None:
        """Let Dovecot write /etc/mail, as the example drop-in says."""
        target = self.root / DROP_IN
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((self.root / DOC / "dovecot-pam_sap.conf").read_text())

    def sapdb(self, *arguments: str, check: bool = True) -> str:
        """What it prints."""
        return self.run("sapdb", *arguments, check=check).stdout

    def records(self) -> dict[str, str]:
        """The whole table, markers and all, by the mail server's own tool."""
        lines = self.run("makemap", "-u", "hash", self.TABLE).stdout.splitlines()
        return dict(line.split("\t", 1) for line in lines)

    def lease(self, folder: str, address: str) -> Path:
        """Where the lease of an address is, or would be."""
        return self.inside(f"{STATE}/{folder}/{address}")

    def has_lease(self, address: str, folder: str = "active") -> bool:
        """Whether it is there."""
        return self.lease(folder, address).exists()

    def make_old(self, address: str, seconds: float = 3600) -> None:
        """Date the last login of an address back."""
        then = time.time() - seconds
        os.utime(self.lease("active", address), (then, then))

    def run_expire(self) -> None:
        """One run of the timer's service, to its end."""
        self.run("systemctl", "start", "pam_sap-expire.service")

    def stop_timer(self) -> None:
        """No run but those that the test asks for."""
        self.run("systemctl", "stop", "pam_sap-expire.timer")

    def log_starts(self, unit: str) -> None:
        """The unit keeps systemd's lines out of the journal: have them there."""
        self.shell(f"mkdir -p /run/systemd/system/{unit}.d; "
                   "printf '[Service]\\nLogLevelMax=debug\\n' "
                   f"> /run/systemd/system/{unit}.d/log.conf; systemctl daemon-reload")

    def starts_of(self, unit: str) -> int:
        """How often systemd has started it since log_starts()."""
        lines = self.run("journalctl", "--boot", "--quiet", "--output=cat",
                         f"--unit={unit}", "_PID=1", check=False).stdout
        return lines.count("Starting ")

    def log(self, pattern: str) -> list[str]:
        """What sapdb and the module logged."""
        return [line for line in self.journal(pattern)
                if re.search(r"(sapdb|pam_sap\()", line)]

    def problems(self) -> list[str]:
        """What no test may leave behind: a table that does not verify, a file of
        ours in the map's folder, a changed owner or mode."""
        verified = self.run(*self.VERIFY, self.TABLE, check=False)
        found = [] if verified.returncode == 0 else [verified.stderr]
        found += [path.name for path in self.inside(str(Path(self.TABLE).parent)).iterdir()
                  if path.name.endswith(".pam_sap")]
        owner = self.run("stat", "--format=%U:%G %a", self.TABLE).stdout.strip()
        if owner != self.OWNER:
            found.append(f"{self.TABLE} is {owner}")
        return found


def booted_product(add_cleanup: Callable, scenario: Callable[[Host], None],
                   before_boot: Callable[[ProductHost], None] = lambda host: None,
                   kind: type[ProductHost] = ProductHost) -> ProductHost:
    """A running host; `add_cleanup` is called with its stop()."""
    host = kind()
    add_cleanup(host.stop)
    host.install_product()
    scenario(host)
    before_boot(host)
    host.boot()
    return host
