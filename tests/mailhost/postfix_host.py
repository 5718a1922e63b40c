# SPDX-License-Identifier: BSD-2-Clause
"""postfix_host - a host with Postfix and Dovecot, and a table of our own of either type.

    host = booted_postfix(unittest.addModuleCleanup)
    host.use("hash")     # pam_sap; the table of the other type is left empty
    host.serve("lmdb")   # Postfix too, which is started anew
"""

import re
from collections.abc import Callable

from . import pam_scenario
from .product import STATE, ProductHost, booted_product
from .waiting import wait_for

TABLE = f"{STATE}/map/relay"  # as Postfix names it
SUFFIX = {"lmdb": "lmdb", "hash": "db"}
# lmdb-utils lock in LMDB's own way, beside the file: they get a copy.
VERIFY = {"hash": ("db5.3_verify",),
          "lmdb": ("sh", "-euc", "cp $0 /tmp/copy; mdb_dump -n /tmp/copy >/dev/null")}
# Prints each byte that is no text as \XX.
DUMP = {"hash": ("db5.3_dump", "-p"),
        "lmdb": ("sh", "-euc", "cp $0 /tmp/copy; mdb_dump -np /tmp/copy")}
MAIN = "etc/postfix/main.cf"
RESTARTED = "has changed -- restarting"


class PostfixHost(ProductHost):
    """Configured as docs/guide/postfix.md says."""

    PARTS = ("postfix", "dovecot")
    PORTS = {25, 110, 143}
    OWNER = "root:root 644"

    def use(self, kind: str) -> None:
        """Let pam_sap write a table of this type; it makes the table."""
        if self.booted:
            self.close_all()
        self.table = f"{kind}:{TABLE}"
        self.TABLE, self.VERIFY = f"{TABLE}.{SUFFIX[kind]}", VERIFY[kind]
        own = f"map = hash:{self.TABLE}\n" if kind == "hash" else ""
        self.settings(f"mta = postfix\n{own}")
        if self.booted:
            self.run_expire()

    def serve(self, kind: str) -> None:
        """Let Postfix look into it as well."""
        self.use(kind)
        main = self.root / MAIN
        main.write_text(re.sub(
            r"^smtpd_relay_restrictions =.*$",
            "smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated "
            f"check_client_access {self.table} reject_unauth_destination",
            main.read_text(), flags=re.M))
        if self.booted:
            self.restart()

    def restart(self) -> None:
        """Postfix; ready on return."""
        self.run("systemctl", "restart", "postfix.service")
        wait_for(lambda: 25 in self.listening_ports(), 10.0, "Postfix does not listen")

    def close_all(self) -> None:
        """Revoke what lives, if any does."""
        done = self.run("sapdb", "revoke", "--all", check=False)
        if done.returncode > 1:
            raise RuntimeError(done.stderr)

    def records(self) -> dict[str, str]:
        lines = self.run("postmap", "-s", self.table).stdout.splitlines()
        return dict(line.split("\t", 1) for line in lines)

    def asked(self, key: str) -> str:
        """What Postfix finds in the table, as its own user."""
        found = self.run("runuser", "-u", "postfix", "--", "postmap", "-q", key, self.table,
                         check=False)
        return found.stdout.strip() or found.stderr

    def serving(self, address: str) -> str:
        """The process id of the smtpd that the address has connected to last."""
        lines = self.journal(rf"^connect from .*\[{re.escape(address)}\]")
        return re.search(r"smtpd\[(\d+)\]", lines[-1]).group(1)

    def postmap(self, option: str, record: str) -> None:
        """What an administrator does to single records; -d wants a key alone."""
        if option == "-d":
            self.run("postmap", "-d", record, self.table)
        else:
            self.run("postmap", option, self.table, stdin=None, input=record + "\n")

    def nuls(self, kind: str, path: str) -> int:
        """How many NULs there are in the keys and values of a table."""
        return self.run(*DUMP[kind], path).stdout.count(r"\00")

    def smtpds(self) -> set[str]:
        """The process ids of all that run."""
        names = self.shell("grep -lx smtpd /proc/[0-9]*/comm || true").split()
        return {name.split("/")[2] for name in names}

    def restarts(self) -> int:
        """How many smtpd have ended since a table has changed."""
        return len(self.journal(RESTARTED))


def booted_postfix(add_cleanup: Callable) -> PostfixHost:
    """Running, with lmdb: as the guide says; the timer does nothing unasked."""
    host = booted_product(add_cleanup, pam_scenario.account_hook,
                          lambda ours: ours.serve("lmdb"), PostfixHost)
    host.stop_timer()
    return host


def ours(address: str) -> dict[str, str]:
    """A record of ours and its marker."""
    return {address: "OK", f"SAP:{address}": f"DUNNO pam_sap {address} OK"}
