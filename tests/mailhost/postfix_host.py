# SPDX-License-Identifier: BSD-2-Clause
"""postfix_host - a mail host with Postfix and Dovecot, set up as docs/guide/postfix.md tells.

    host = booted_postfix(unittest.addModuleCleanup, LMDB)
    host.reboot()               # anew, and nobody has made the table yet
    host.postmap("-q", "192.0.2.77")
"""

import re
import shutil
from collections.abc import Callable
from typing import NamedTuple

from . import pam_scenario
from .product import STATE, ProductHost

MAIN = "etc/postfix/main.cf"
WHO_MAY = "smtpd_relay_restrictions"
FOLDER = f"{STATE}/map"
RESTARTED = "has changed -- restarting"


class Kind(NamedTuple):
    """A type of table. Its suffix stands in pam_sap.conf and not in main.cf."""

    name: str
    suffix: str
    settings: str
    verify: tuple[str, ...]
    dump: tuple[str, ...]  # prints each byte that is no text as \XX

    def file(self, path: str) -> str:
        """The name of a table's file."""
        return path + self.suffix

    def of_postfix(self, path: str) -> str:
        """How Postfix names the table."""
        return f"{self.name}:{path}"

    def of_ours(self, path: str) -> str:
        """How we name it."""
        return f"{self.name}:{self.file(path)}"


# LMDB's own tools lock in another way than Postfix does: they get a copy.
ON_A_COPY = ("sh", "-euc", 'cp "$1" /run/copy.lmdb; mdb_dump -np /run/copy.lmdb', "copy")
LMDB = Kind("lmdb", ".lmdb", "mta = postfix\n", ON_A_COPY, ON_A_COPY)
HASH = Kind("hash", ".db", f"mta = postfix\nmap = hash:{FOLDER}/relay.db\n",
            ("db5.3_verify",), ("db5.3_dump", "-p"))
KINDS = (LMDB, HASH)


class PostfixHost(ProductHost):
    """smtpd runs in its chroot, as Debian ships it."""

    PARTS = ("postfix", "dovecot")
    PORTS = {25, 110, 143}
    OWNER = "root:root 644"
    RELAY = f"{FOLDER}/relay"

    def __init__(self, kind: Kind):
        super().__init__()
        self.kind = kind
        self.TABLE, self.VERIFY = kind.file(self.RELAY), kind.verify

    def set_up(self) -> None:
        """All but the table, before the boot."""
        self.install_product()
        pam_scenario.account_hook(self)
        pam_scenario.without_penalty(self)
        self.settings(self.kind.settings)
        self._let_in(f"permit_mynetworks permit_sasl_authenticated check_client_access "
                     f"{self.kind.of_postfix(self.RELAY)} reject_unauth_destination")

    def reboot(self) -> None:
        """No table, and no lease."""
        self.power_cut()
        shutil.rmtree(self.root / STATE.lstrip("/"))
        self.boot()
        self.stop_timer()

    def _let_in(self, restrictions: str) -> None:
        main = self.root / MAIN
        changed, count = re.subn(rf"^{WHO_MAY} =.*$", f"{WHO_MAY} = {restrictions}",
                                 main.read_text(), flags=re.M)
        if count != 1:
            raise LookupError(f"{main} has {count} lines of {WHO_MAY}")
        main.write_text(changed)

    def postmap(self, *options: str, path: str = FOLDER + "/relay", stdin: str = "",
                check: bool = True) -> str:
        """What it prints about a table of the type in use."""
        return self.run("postmap", *options, self.kind.of_postfix(path), input=stdin,
                        stdin=None, check=check).stdout

    def records(self) -> dict[str, str]:
        """The whole table, by Postfix's own tool."""
        return dict(line.split("\t", 1) for line in self.postmap("-s").splitlines())

    def smtpds(self) -> list[str]:
        """The process ids of those that live; there has to be one."""
        found = self.shell("grep -lx smtpd /proc/[0-9]*/comm")
        return [line.split("/")[2] for line in found.splitlines()]


def booted_postfix(add_cleanup: Callable, kind: Kind) -> PostfixHost:
    """A running host; `add_cleanup` is called with its stop(). No timer runs."""
    host = PostfixHost(kind)
    add_cleanup(host.stop)
    host.set_up()
    host.boot()
    host.stop_timer()
    return host
