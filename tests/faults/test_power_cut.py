# SPDX-License-Identifier: BSD-2-Clause
"""A power cut at any instant of some commits: what the disk holds then opens, verifies,
has the administrator's records, and one run of the timer makes the rest right.

The commands run on a tmpfs, where a commit syncs the folder before it takes a spare
(map/spares.h). Without these syncs the recording is what ext4 and XFS get to see. With
one kind of sync left out, the same states must be found faulty: so these can be seen.
"""

import os
import random
import tempfile
import unittest
from dataclasses import dataclass, field
from pathlib import Path

from cli import table
from cli.place import Place
from pam import apart

from .boot import Ground
from .disk_states import Choices, Disk, Kind, Operation, states
from .disks import Ext4
from .recording import Recording

SEED = int(os.environ.get("SAP_SEED", "6"))
SAMPLES = 10_000
ENOUGH = 3  # faults, after which nothing more is looked at
DISK_KIB = 16384

STATICS = {f"203.0.113.{i}": "REJECT" for i in range(40)}
LAPSED, STAYS, REVOKED = (f"198.51.100.{i}" for i in (200, 201, 202))
WARM = ("grant 198.51.100.1", "grant 198.51.100.2")
# The first two are made in fresh copies, the others in spares.
COMMITS = ("grant 198.51.100.3", "expire", "grant 198.51.100.4", f"revoke {REVOKED}",
           "grant 198.51.100.5", "revoke 198.51.100.3")


def setUpModule():
    if os.geteuid() != 0:
        raise unittest.SkipTest("only root keeps spares")
    apart.own_mounts()
    folder = Path(tempfile.mkdtemp(prefix="sap-power-"))
    apart.mount_small_disk(folder, DISK_KIB)
    unittest.addModuleCleanup(folder.rmdir)
    unittest.addModuleCleanup(apart.unmount, folder)
    Case.folder = folder


@dataclass
class Seen:
    built: int = 0
    distinct: dict[frozenset, tuple[int, Disk]] = field(default_factory=dict)
    healed: int = 0
    faults: list[str] = field(default_factory=list)

    def enough(self) -> bool:
        return len(self.faults) >= ENOUGH


def without(done: list[Operation], folders: bool) -> list[Operation]:
    """A program that does not sync folders, or files; the places of the others stay."""
    return [Operation("nothing") if one.what == "sync" and bool(one.folder) == folders else one
            for one in done]


class Case(unittest.TestCase):
    folder: Path
    KIND = "hash"
    COMMITS = COMMITS
    HEALED = 500

    @classmethod
    def setUpClass(cls):
        cls.place = Place(below=str(cls.folder))
        cls.addClassCleanup(cls.place.close)
        cls.place.configure(map=f"{cls.KIND}:{cls.place.map}", refuse_own="no")
        cls.prepare()
        cls.ground = Ground(cls.place)
        cls.recording = Recording(cls.place.map.parent, cls.place.state)
        for command in cls.COMMITS:
            done = cls.recording.run(*cls.command(command))
            if "ptrace" in done.stderr:
                raise unittest.SkipTest(f"strace cannot trace here: {done.stderr}")
            if done.returncode != 0 or done.stderr:
                raise AssertionError(f"{command}: {done.stderr}")
        # What it has missed would be no state that a disk can have.
        if cls.recording.differences():
            raise AssertionError(f"not recorded: {cls.recording.differences()}")

    @classmethod
    def command(cls, words: str) -> list[str]:
        return [str(cls.place.sapdb_path), "-c", str(cls.place.conf), *words.split()]

    @classmethod
    def prepare(cls):
        table.make(cls.place.map, STATICS, cls.KIND)
        for client in (LAPSED, STAYS, REVOKED):
            cls.place.add_lease("pending", client)
        cls.place.sapdb("expire")
        cls.place.date(cls.place.state / "active" / LAPSED, 3600)

    def look(self, kind: Kind, done: list[Operation]) -> list[str]:
        rng = random.Random(SEED)
        seen = Seen()
        choices = Choices(done, kind, str(self.place.map.parent), rng)
        for cut, disk in states(self.recording.start, done, choices, SAMPLES):
            seen.built += 1
            seen.distinct[disk.key()] = cut, disk
            seen.faults += self.ground.faults_of_table(disk)
            if seen.enough():
                break
        self.heal(seen, kind, rng)
        print(f"figure: power cut: {type(self).__name__}, {self.id().rpartition('.')[2]}, "
              f"{kind.value}, seed {SEED}: {seen.built} states, {len(seen.distinct)} distinct, "
              f"{seen.healed} healed, {len(seen.faults)} faults", flush=True)
        return seen.faults

    def heal(self, seen: Seen, kind: Kind, rng: random.Random) -> None:
        drawn = rng.sample(list(seen.distinct.values()), min(self.HEALED, len(seen.distinct)))
        for cut, disk in drawn:
            if seen.enough():
                break
            seen.healed += 1
            found = self.ground.faults_after_boot(self.recording.numbers, disk)
            if kind is Kind.JOURNAL:
                found += self.ground.faults_of_owner()
            seen.faults += found or self.faults_of_clients(kind, cut)

    def faults_of_clients(self, kind: Kind, cut: int) -> list[str]:
        """A revocation is carried by the commit that follows it, where names are in order."""
        opened = table.opened(self.place.map)
        shut = {LAPSED} | (self.revoked_at(cut) if kind is Kind.JOURNAL else set())
        return [f"{client} is open" for client in sorted(shut & opened)] + [
            f"{client} is closed" for client in sorted({STAYS} - opened)]

    def revoked_at(self, cut: int) -> set[str]:
        ended = [self.COMMITS[i] for i, end in enumerate(self.recording.ends) if cut >= end]
        return {REVOKED} if f"revoke {REVOKED}" in ended else set()


class Commits(Case):
    """Fresh copies first, then spares."""

    def test_strict(self):
        self.assertEqual(self.look(Kind.STRICT, self.recording.done), [])

    def test_journal(self):
        done = without(self.recording.done, folders=True)
        self.assertEqual(self.look(Kind.JOURNAL, done), [])

    def test_no_file_synced(self):
        done = without(self.recording.done, folders=False)
        for kind in Kind:
            self.assertNotEqual(self.look(kind, done), [], kind)

    def test_no_folder_synced(self):
        """A spare is written to whose retirement may not be on the disk."""
        done = without(self.recording.done, folders=True)
        self.assertNotEqual(self.look(Kind.STRICT, done), [])


class OnExt4(Case):
    """What it is asked itself: no folder is synced for a spare."""

    COMMITS = COMMITS[:3]
    HEALED = 50  # with syncs that take their time

    @classmethod
    def setUpClass(cls):
        disk = Ext4()
        cls.addClassCleanup(disk.close)
        cls.folder = disk.folder
        super().setUpClass()

    def test_journal(self):
        self.assertEqual([one for one in self.recording.done if one.folder], [])
        self.assertEqual(len(self.place.spares()), 2)
        self.assertEqual(self.look(Kind.JOURNAL, self.recording.done), [])


class Rebuilt(Case):
    """The administrator has compiled his text anew; our records are not in it."""

    COMMITS = ("expire", "grant 198.51.100.3", "grant 198.51.100.4")

    @classmethod
    def prepare(cls):
        super().prepare()
        for command in WARM:
            cls.place.sapdb(*command.split())
        new = cls.place.root / "new.db"
        table.make(new, STATICS | {"203.0.113.99": "REJECT"}, cls.KIND).rename(cls.place.map)

    def test_strict(self):
        self.assertEqual(self.look(Kind.STRICT, self.recording.done), [])

    def test_journal(self):
        done = without(self.recording.done, folders=True)
        self.assertEqual(self.look(Kind.JOURNAL, done), [])


class Lmdb(Case):
    """In place, by transactions of libmdb."""

    KIND = "lmdb"

    def test_strict(self):
        self.assertEqual(self.look(Kind.STRICT, self.recording.done), [])

    def test_no_file_synced(self):
        done = without(self.recording.done, folders=False)
        self.assertNotEqual(self.look(Kind.STRICT, done), [])


if __name__ == "__main__":
    unittest.main()
