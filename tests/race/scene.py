# SPDX-License-Identifier: BSD-2-Clause
"""A table, leases and records in a known state, and how to judge what became of them.

One scene serves many trials: what a trial leaves is judged, and is where the next
begins. Before each, one lease waits in the queue and one has lapsed.
"""

import os
import subprocess

from cli import table
from cli.place import Place

CLIENTS = 240
LEASES = 4
STATICS = 40
OWNER, GROUP, MODE = (8, 12, 0o640) if os.geteuid() == 0 else (os.getuid(), os.getgid(), 0o640)
LAPSED = 3600
WARM = 2  # commits, after which there are two spares


class Scene:
    def __init__(self, place: Place | None = None, kind: str = "hash"):
        self.place = place or Place()
        self.version = 0
        self.statics = self.next_statics()
        self.live: list[str] = []
        self.clients = 0
        table.make(self.place.map, self.statics, kind)
        os.chown(self.place.map, OWNER, GROUP)
        self.place.map.chmod(MODE)
        for _ in range(LEASES):
            self.enqueue()
        self.place.sapdb("expire")

    def close(self) -> None:
        self.place.close()

    def next_statics(self) -> dict[bytes, bytes]:
        """What the administrator's text says after his next change."""
        self.version += 1
        found = {f"203.0.113.{i}".encode(): b"REJECT" for i in range(STATICS)}
        return found | {b"version": str(self.version).encode()}

    def enqueue(self) -> None:
        self.clients = self.clients % CLIENTS + 1
        address = f"198.51.100.{self.clients}"
        self.place.add_lease("pending", address)
        self.live.append(address)

    def prepare(self, sealed: bool) -> None:
        """Something to do for a commit: one to open and one to close. With a whole seal it
        is made in a spare file (map/spares.h), without one in a fresh copy."""
        for _ in range(WARM if sealed else 0):
            self.enqueue()
            self.place.sapdb("commit")
        if sealed and os.geteuid() == 0 and len(self.place.spares()) < WARM:
            raise AssertionError("there is no spare for the commit to take")
        for _ in range(len(self.live) - LEASES + 1):
            self.place.date(self.place.state / "active" / self.live.pop(0), LAPSED)
        self.enqueue()
        if not sealed:
            (self.place.run / "seal").unlink()
            (self.place.run / "spares").unlink(missing_ok=True)

    def command(self, command: str) -> list[str]:
        return [str(self.place.sapdb_path), "-c", str(self.place.conf), command]

    def between_exchange_and_mark(self, before: int) -> bool:
        """The retired file, inode `before`, still looks like the table."""
        copy = self.place.map.with_name(".access.db.pam_sap")
        return (copy.exists() and copy.stat().st_ino == before
                and copy.stat().st_gid == GROUP)

    def heal(self) -> list[str]:
        """The next run of the timer; returns what is wrong after it."""
        done = subprocess.run(self.command("expire"), capture_output=True, text=True)
        found = self.faults()
        if done.returncode != 0 or done.stderr:
            found.insert(0, f"expire ended with {done.returncode}: {done.stderr}")
        return found

    def faults(self) -> list[str]:
        place = self.place
        try:
            records = table.records(place.map)
        except (OSError, subprocess.CalledProcessError) as error:
            return [f"no table: {error}"]
        live = set(self.live)
        owner = place.map.stat()
        checks = {
            "db5.3_verify": (table.faults(place.map), ""),
            "static records": (statics_of(records, live), self.statics),
            "records of ours": (table.opened(place.map), live),
            "markers": ({key for key in records if key.startswith(b"SAP:")},
                        {table.marker(address) for address in live}),
            "active leases": (place.leases("active"), live),
            "leases elsewhere": (set().union(*(place.leases(folder) for folder in (
                "pending", "deferred", "ending", "settled"))), set()),
            "the map's folder": (place.beside(), []),
            "owner, group, mode": ((owner.st_uid, owner.st_gid, owner.st_mode & 0o7777),
                                   (OWNER, GROUP, MODE)),
            "note": ((place.state / "commit.lock").read_bytes()[:1] or b"\n", b"\n"),
            "seal": ((place.run / "seal").exists(), True),
        }
        return [f"{name}: {found!r}, not {want!r}"
                for name, (found, want) in checks.items() if found != want]


def statics_of(records: dict[bytes, bytes], live: set[str]) -> dict[bytes, bytes]:
    """All but markers and what a live client's record must be."""
    return {key: value for key, value in records.items()
            if not key.startswith(b"SAP:") and key.decode() not in live}
