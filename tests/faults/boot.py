# SPDX-License-Identifier: BSD-2-Clause
"""A disk that was built (disk_states.py), the first run of the timer on it, and what is
wrong before and after.

The files stand where they stood when they were recorded, with other inodes: the numbers
in the exchange's note (map/exchange_note.h) are translated, and its boot is another one.
"""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from cli import table
from cli.place import Place

from .disk_states import Disk

THIS_BOOT = Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
EARLIER = b"00000000-0000-4000-8000-000000000000"
NUMBER = re.compile(rb"(?<==)\d+\b")


class Looked(NamedTuple):
    """What is wrong with a table, and whom a whole one lets relay."""
    faults: list[str]
    opened: set[str]


class Ground:
    def __init__(self, place: Place):
        """The place as it is before anything is recorded."""
        self.place = place
        self.statics = table.statics(place.map)
        self.owner = owner_of(place.map)
        self.known: dict[bytes, Looked] = {}

    def faults_of_table(self, disk: Disk) -> list[str]:
        """As the mail server finds it."""
        content = disk.content(str(self.place.map))
        return ["there is no table"] if content is None else self.look(content).faults

    def look(self, content: bytes) -> "Looked":
        """At each content once."""
        key = hashlib.blake2b(content).digest()
        if key not in self.known:
            path = self.place.root / "looked-at.db"
            path.write_bytes(content)
            faults = faults_of(path, self.statics)
            self.known[key] = Looked(faults, set() if faults else table.opened(path))
        return self.known[key]

    def opened(self) -> set[str]:
        return self.look(self.place.map.read_bytes()).opened

    def blocked(self) -> str:
        path = self.place.state / "blocked"
        return path.read_text() if path.exists() else ""

    def restore(self, numbers: dict[int, int], disk: Disk) -> None:
        shutil.rmtree(self.place.run, ignore_errors=True)
        for folder in (self.place.map.parent, self.place.state):
            for path in folder.rglob("*"):
                if not path.is_dir():
                    path.unlink()
        now = {}
        for name, number in disk.names.items():
            self.write(Path(name), disk.files[number])
            now[b"%d" % numbers[number]] = b"%d" % os.stat(name).st_ino
        note = self.place.state / "commit.lock"
        if note.exists():
            text = NUMBER.sub(lambda found: now.get(found[0], found[0]), note.read_bytes())
            note.write_bytes(text.replace(THIS_BOOT, EARLIER))

    @staticmethod
    def write(path: Path, file) -> None:
        path.write_bytes(file.data)
        if "owner" in file.stamp:
            os.chown(path, *file.stamp["owner"])
        path.chmod(file.stamp.get("mode", 0o600))
        if "mtime" in file.stamp:
            os.utime(path, ns=(file.stamp["mtime"],) * 2)

    def faults_after_boot(self, numbers: dict[int, int], disk: Disk) -> list[str]:
        self.restore(numbers, disk)
        place = self.place
        done = place.sapdb("expire")
        said = done.stderr.strip()
        if done.returncode != 0:
            return [f"expire ended with {done.returncode}: {said}"]
        found = (self.look(place.map.read_bytes()).faults if place.map.exists()
                 else ["there is no table"])
        if found:
            return found
        checks = {
            "opened": (self.opened(), place.leases("active")),
            "waits or ends": (set().union(*(place.leases(folder) for folder in (
                "pending", "deferred", "ending", "settled"))), set()),
            "the map's folder": (place.beside(), []),
            "note": ((place.state / "commit.lock").read_bytes()[:1] or b"\n", b"\n"),
            "seal": ((place.run / "seal").exists(), True),
        }
        return [f"{name}: {is_so!r}, not {want!r}"
                for name, (is_so, want) in checks.items() if is_so != want]

    def faults_of_owner(self) -> list[str]:
        found = owner_of(self.place.map)
        return [] if found == self.owner else [f"owner, mode: {found}, not {self.owner}"]


def owner_of(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid, found.st_mode & 0o7777


def faults_of(path: Path, statics: dict[bytes, bytes]) -> list[str]:
    damage = table.faults(path)
    if damage:
        return [f"the table is damaged: {damage.strip()}"]
    try:
        found = table.statics(path)
    except subprocess.CalledProcessError as error:
        return [f"the table cannot be read: {error}"]
    return [] if found == statics else [f"static records: {found!r}"]
