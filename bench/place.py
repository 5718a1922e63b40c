# SPDX-License-Identifier: BSD-2-Clause
"""place - a throw-away place on the measured disk, with a PAM service for each way.

    base            pam_permit alone: the same stack without us
    ours            and pam_sap.so, as the product is set up
    a               and pam_1999.so, on a table of its own (a/access.db, a/popips/)
    a_daring        the same, and the login goes on when it fails, as in 1999
    a_mended        the same with a lock around all that it does
    nothing         and a module that does nothing
    nothing_libdb   the same, linked with libdb

`run_dir` is in memory, as /run is, all the rest on the disk that is measured.

The folder stays until the end of the run, and each place is in another group of ext4's
blocks (see `spread_out`): files that are deleted make the creation of others in the same
group ten times slower for a minute, and that would be charged to whoever comes next.

Every other module is `required` and ours answers a failure with one (on_error = fail): a
login that was not carried out stops the benchmark.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from cli.place import Place

from .bench import Bench

PERMIT = "".join(f"{kind} required pam_permit.so\n" for kind in ("auth", "account", "session"))
LINES_AT_ONCE = 2000
TIMEOUT = 600
LEASED = "130.100.0.1"  # the first client that has a lease from the beginning


class Ground(Place):
    def __init__(self, bench: Bench, records: int = 100, leases: int = 0, **settings: str):
        self.BELOW = str(bench.folder)
        run = tempfile.mkdtemp(prefix="run-", dir=bench.memory)
        super().__init__(**{"expiry_watch": "10min", "on_error": "fail", "run_dir": run}
                         | settings)
        self.run = Path(run)
        self._environment = os.environ | bench.log()
        self.services = self.root / "pam.d"
        self.a_table = self.root / "a/access.db"
        self.stamps = self.root / "a/popips"
        for folder in (self.services, self.a_table.parent, self.stamps):
            folder.mkdir()
        self._write_services(bench)
        make_table(self.map, statics(records))
        if leases:
            self.fill(range(leases))
        self.expire()
        self.a_before = Path(shutil.copy(self.map, self.a_table.parent / "before.db"))
        self.renew_a()

    def __enter__(self) -> "Ground":
        return self

    def __exit__(self, *_error: object) -> None:
        """See above: nothing is deleted now."""

    def _write_services(self, bench: Bench) -> None:
        def bring(name: str) -> str:
            return str(self.bring(bench.built / f"peers/{name}.so"))

        theirs = f"{bring('pam_1999')} {self.a_table} {self.stamps}"
        lines = {
            "base": "",
            "ours": f"required {self.bring(Path(os.environ['SAP_MODULE']))} conf={self.conf}",
            "a": f"required {theirs}",
            "a_daring": f"optional {theirs}",
            "a_mended": f"required {theirs} {self.a_table.parent}/lock",
            "nothing": f"required {bring('pam_nothing')}",
            "nothing_libdb": f"required {bring('pam_nothing_libdb')}",
        }
        for name, line in lines.items():
            text = PERMIT + (f"session {line}\n" if line else "")
            (self.services / name).write_text(text, encoding="ascii")

    def renew_a(self) -> None:
        """A's table as it was in the beginning."""
        shutil.copy(self.a_before, self.a_table)

    def fill(self, numbers: Iterable[int], age: float = 60) -> None:
        """Live leases; `expire` gives them their records. A has a stamp file for each."""
        self.prepare()
        opened = int(time.time() - age)
        for number in numbers:
            lease, stamp = self.lease(number), self.stamp(number)
            lease.write_text(f"user=horn service=dovecot opened={opened}\n", encoding="ascii")
            lease.chmod(0o600)
            stamp.touch()
            self.date(lease, age)
            self.date(stamp, age)

    def lease(self, number: int) -> Path:
        return self.state / "active" / address(LEASED, number)

    def stamp(self, number: int) -> Path:
        return self.stamps / address(LEASED, number)

    def expire(self) -> None:
        """What the timer runs each minute."""
        done = self.sapdb("expire", timeout=TIMEOUT, env=self._environment)
        if done.returncode != 0:
            raise RuntimeError(f"sapdb expire: {done.stderr}")

    def timer_has_run(self) -> None:
        """As on a host whose timer works: a late one gives a commit more to do."""
        self.date(self.state / "expired", 0)

    def missing(self, table: Path, addresses: Iterable[str]) -> list[str]:
        """Those that the table does not let relay."""
        wanted = list(addresses)
        found = set()
        for at in range(0, len(wanted), LINES_AT_ONCE):
            listed = self.sapdb("-m", f"hash:{table}", "list", *wanted[at:at + LINES_AT_ONCE])
            found |= {line.split("\t")[0] for line in listed.stdout.splitlines()
                      if line.endswith("\tRELAY")}
        return [address for address in wanted if address not in found]


def spread_out(folder: Path) -> None:
    """Ask ext4 to treat the folders in it as unrelated; other file systems need not."""
    subprocess.run(["chattr", "+T", str(folder)], check=False, stderr=subprocess.DEVNULL)


def statics(count: int) -> Iterable[tuple[str, str]]:
    """Records of the administrator's: single addresses that no client here has."""
    return ((f"11.{i >> 16}.{i >> 8 & 255}.{i & 255}", "REJECT") for i in range(count))


def make_table(path: Path, records: Iterable[tuple[str, str]]) -> None:
    text = "".join(f"{key}\n{value}\n" for key, value in records)
    subprocess.run(["db5.3_load", "-T", "-t", "hash", str(path)], input=text, text=True,
                   check=True)


def address(first: str, number: int) -> str:
    """The address that the programs here count to: FIRST+1's login `number`."""
    parts = [int(part) for part in first.split(".")]
    value = (parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3]) + number
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
