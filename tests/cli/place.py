# SPDX-License-Identifier: BSD-2-Clause
"""Settings, leases and a table of a test's own.

A Place is a scratch folder below /tmp, or where a subclass says:

    pam_sap.conf    names everything below
    mail/access.db  the table (not made by Place)
    state/ run/     the leases; made by the programs when missing
    lib/            copies of the backends, and of what else `bring` brings

With `uid` it belongs to that user, and sapdb runs as him: nothing outside the folder
has to be readable to him but the system's own files. No test has to wait: the times of
leases are set with `date`.
"""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

NOBODY = 65534
FOLDERS = ("active", "pending", "deferred", "ending", "settled")


def unprivileged() -> int | None:
    """The user for what must not run as root, or None: we are no root anyway, or only
    called so in a user namespace that has nobody else."""
    ranges = [tuple(map(int, line.split()))
              for line in Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()]
    has_nobody = any(first <= NOBODY < first + count for first, _outside, count in ranges)
    return NOBODY if os.geteuid() == 0 and has_nobody else None


class Place:
    BELOW = "/tmp"

    def __init__(self, uid: int | None = None, below: str | None = None, **settings: str):
        self.uid = uid
        self.root = Path(tempfile.mkdtemp(prefix="sap-test-", dir=below or self.BELOW))
        self.root.chmod(0o755)
        self.conf = self.root / "pam_sap.conf"
        self.map = self.root / "mail/access.db"
        self.state = self.root / "state"
        self.run = self.root / "run"
        self.lib = self.root / "lib"
        for folder in (self.map.parent, self.lib):
            folder.mkdir()
        for backend in Path(os.environ["SAP_BACKENDS"]).glob("map_*.so"):
            self.bring(backend)
        self.sapdb_path = self.bring(Path(os.environ["SAP_SAPDB"]))
        self.settings = {
            "map": f"hash:{self.map}", "state_dir": str(self.state), "run_dir": str(self.run),
            "backend_dir": str(self.lib), "expiry_watch": "0",
        }
        self.configure(**settings)
        self.own()

    def bring(self, file: Path) -> Path:
        return Path(shutil.copy(file, self.lib))

    def configure(self, **changes: str) -> None:
        """Change settings; None removes one."""
        self.settings |= changes
        lines = (f"{name} = {value}\n" for name, value in self.settings.items()
                 if value is not None)
        self.conf.write_text("".join(lines), encoding="ascii")
        self.own(self.conf)

    def own(self, *paths: Path) -> None:
        """Give these, or all there is, to the place's user."""
        if self.uid is None:
            return
        for path in paths or (self.root, *self.root.rglob("*")):
            os.chown(path, self.uid, self.uid, follow_symlinks=False)

    def ready(self) -> None:
        """The table is made: the timer's first run, as at boot. Before it no login changes
        the table, since pam_sap did not write it."""
        self.own()
        done = self.sapdb("expire")
        if done.returncode != 0:
            raise AssertionError(f"sapdb expire: {done.stderr}")

    def who(self) -> dict:
        """The arguments that make subprocess run something as the place's user."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.uid, "extra_groups": []}

    def sapdb(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        command = [str(self.sapdb_path), "-c", str(self.conf), *arguments]
        options = {"capture_output": True, "text": True, "timeout": 60} | self.who() | options
        return subprocess.run(command, cwd="/", **options)

    def spares(self) -> set[str]:
        """The names of the retired files that are kept beside the map (map/spares.h)."""
        return {f".{self.map.name}.pam_sap.{slot}" for slot in (1, 2)} & set(
            os.listdir(self.map.parent))

    def beside(self) -> list[str]:
        """What is in the map's folder but the map and its spares."""
        return sorted(set(os.listdir(self.map.parent)) - {self.map.name} - self.spares())

    def leases(self, folder: str) -> set[str]:
        path = self.state / folder
        return set(os.listdir(path)) if path.is_dir() else set()

    def where(self, address: str) -> str:
        """The folders in which this address is, joined by a blank."""
        return " ".join(folder for folder in FOLDERS if address in self.leases(folder))

    def add_lease(self, folder: str, address: str, user: str = "horn",
                  service: str = "dovecot", age: float = 0) -> None:
        """A lease file as the product writes it."""
        self.prepare()
        path = self.state / folder / address
        path.write_text(f"user={user} service={service} opened={int(time.time() - age)}\n")
        path.chmod(0o600)
        self.own(path)
        self.date(path, age)

    def forget_what_was_said(self) -> None:
        """What lasts is said once: now it is news again."""
        for complaint in self.run.glob("complaint-*"):
            complaint.unlink()

    def prepare(self) -> None:
        """The state folders, where no program has made them yet."""
        for folder in (self.state, *(self.state / name for name in FOLDERS)):
            if not folder.is_dir():
                folder.mkdir(mode=0o755 if folder == self.state else 0o700)
                self.own(folder)

    @staticmethod
    def date(path: Path, age: float) -> None:
        """Its last change was `age` seconds ago."""
        when = time.time() - age
        os.utime(path, (when, when), follow_symlinks=False)

    def inode(self) -> int:
        """Another one after each commit."""
        return self.map.stat().st_ino

    def close(self) -> None:
        """Removes all of it, also what a test made unwritable."""
        for folder, _folders, _files in os.walk(self.root):
            os.chmod(folder, 0o700)
        shutil.rmtree(self.root)
