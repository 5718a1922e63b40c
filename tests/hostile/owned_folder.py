# SPDX-License-Identifier: BSD-2-Clause
"""A map folder that belongs to an unprivileged user, and what he may put into it.

Root's state, root's sapdb, and daemons that run as root, as with Debian's smmta. A plant
is made by root where the owner could not make it on every host (a hard link to a file
that is not his: fs.protected_hardlinks).
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from cli import table
from cli.place import NOBODY
from hostile.canaries import SECRET, Canaries
from pam.daemon import Daemon

STATICS = {f"203.0.113.{i}": "REJECT" for i in range(40)}
COPY, SPARES = ".access.db.pam_sap", (".access.db.pam_sap.1", ".access.db.pam_sap.2")


class OwnedFolder:
    def __init__(self):
        self.daemon = Daemon(like_us=True, wait="1s")
        self.place = self.daemon.place
        self.folder = self.place.map.parent
        self.canaries = Canaries(self.place.root / "canaries")
        self.good = table.make(self.place.root / "good.db", STATICS)
        self.good.chmod(0o644)
        os.chown(self.folder, NOBODY, NOBODY)
        self.clients = 0
        self.told: list[str] = []
        self.put_right()

    def close(self) -> None:
        self.daemon.close()

    def empty(self) -> None:
        for entry in list(self.folder.iterdir()):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def put_right(self) -> None:
        """What the administrator does when he has had enough: a good table, alone."""
        self.empty()
        new = shutil.copy(self.good, self.folder / "new")
        os.chown(new, NOBODY, NOBODY)
        os.rename(new, self.place.map)

    def start_over(self) -> None:
        """No lease of before, and a good table that is sealed."""
        self.put_right()
        for folder in (self.place.state, self.place.run):
            shutil.rmtree(folder, ignore_errors=True)
        self.clients = 0
        self.place.sapdb("expire")

    def next_address(self) -> str:
        self.clients += 1
        return f"198.18.{self.clients // 250}.{self.clients % 250 + 1}"

    def enqueue(self) -> str:
        address = self.next_address()
        self.place.add_lease("pending", address)
        return address

    def warm_up(self) -> None:
        """After these the commits are made in spares."""
        for _ in range(2):
            self.enqueue()
            self.place.sapdb("expire")

    def plant(self, name: str, make: Callable[["OwnedFolder", Path], None]) -> None:
        """Whatever has the name goes, and what `make` makes takes it."""
        evil = self.folder / "evil"
        make(self, evil)
        target = self.folder / name
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)
        if os.path.lexists(evil):
            os.rename(evil, target)

    def hear(self, command: list[str], *said: str) -> None:
        """What a command has written to anybody."""
        if SECRET.decode() in "".join(said):
            self.told.append(f"{command} tells the secret")

    def wrong(self) -> list[str]:
        places = self.folder, self.place.state, self.place.run
        found = [f"{name} has the secret" for name in self.canaries.told(*places)]
        if self.daemon.log.exists() and SECRET in self.daemon.log.read_bytes():
            found.append("the log has the secret")
        return self.canaries.harmed() + self.told + found


def _his(path: Path) -> None:
    os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def symlink_to(canary: str) -> Callable[[OwnedFolder, Path], None]:
    return lambda owned, path: path.symlink_to(owned.canaries.folder / canary)


def link_to(canary: str) -> Callable[[OwnedFolder, Path], None]:
    return lambda owned, path: os.link(owned.canaries.folder / canary, path)


def fifo(_owned: OwnedFolder, path: Path) -> None:
    os.mkfifo(path)
    _his(path)


def folder(_owned: OwnedFolder, path: Path) -> None:
    path.mkdir()
    (path / "x").touch()
    _his(path)


def nothing(_owned: OwnedFolder, _path: Path) -> None:
    pass


def other_table(owned: OwnedFolder, path: Path) -> None:
    shutil.copy(owned.good, path)
    _his(path)


def second_link(owned: OwnedFolder, path: Path) -> None:
    """Of the table itself."""
    try:
        os.link(owned.place.map, path, follow_symlinks=False)
    except FileNotFoundError:
        pass


def zero_device(_owned: OwnedFolder, path: Path) -> None:
    path.symlink_to("/dev/zero")
