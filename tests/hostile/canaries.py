# SPDX-License-Identifier: BSD-2-Clause
"""Files outside the map's folder that nobody who works in it for root may touch or tell."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from cli import table

SECRET = b"canary-c0ffee"
LONG_AGO = 1_000_000_000
MODES = {"root-only": 0o600, "a-table": 0o600, "readable": 0o644, "for-all": 0o666,
         "set-uid": 0o4755}


class State(NamedTuple):
    content: bytes
    owner: tuple[int, int]
    mode: int
    mtime_ns: int


class Canaries:
    """Root's, of several modes, in a folder of their own. One is a table that libdb accepts."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir()
        self.files = [folder / name for name in MODES]
        for file in self.files:
            if file.name == "a-table":
                table.make(file, {SECRET: b"REJECT"})
            else:
                file.write_bytes(SECRET + b" of " + file.name.encode() + b"\n")
            file.chmod(MODES[file.name])
            os.utime(file, (LONG_AGO, LONG_AGO))
        self.names = sorted(os.listdir(folder))
        self.before = {file.name: self.state(file) for file in self.files}

    @staticmethod
    def state(file: Path) -> State:
        found = file.stat(follow_symlinks=False)
        return State(file.read_bytes(), (found.st_uid, found.st_gid), found.st_mode,
                     found.st_mtime_ns)

    def harmed(self) -> list[str]:
        """What has become of them, and of their folder, that should not have."""
        names = sorted(os.listdir(self.folder))
        if names != self.names:
            return [f"in the canaries' folder is {names}"]
        return [f"{file.name}: {self.state(file)}, not {self.before[file.name]}"
                for file in self.files if self.state(file) != self.before[file.name]]

    def told(self, *folders: Path) -> list[str]:
        """The files in these, no links to a canary, that have the secret."""
        canaries = {os.stat(file).st_ino for file in self.files}
        return [f"{parent}/{name}" for folder in folders
                for parent, _folders, names in os.walk(folder) for name in names
                if SECRET in content_of(Path(parent, name), canaries)]


def content_of(path: Path, but_of: set[int]) -> bytes:
    """Of a regular file that is none of these; it may be swapped at any instant."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return b""
    try:
        found = os.fstat(fd)
        is_plain = stat.S_ISREG(found.st_mode) and found.st_ino not in but_of
        return os.pread(fd, found.st_size, 0) if is_plain else b""
    finally:
        os.close(fd)
