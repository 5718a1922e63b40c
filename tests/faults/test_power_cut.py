# SPDX-License-Identifier: BSD-2-Clause
"""A power cut at any instant of some commits: what the disk holds then opens, verifies,
has the administrator's records, and one run of the timer makes the rest right.

The commands run on a tmpfs, where a commit syncs the folder before it takes a spare
(map/spares.h). Without these syncs the recording is what ext4 and XFS get to see. With
one sync left out, or all of a kind, the same states must be found faulty: so these can be
seen.

Each distinct state is opened and verified. The timer runs on as many of them as HEALED says,
drawn from all; with SAP_HEAL_ALL=1 on each.
"""

import os
import random
import tempfile
import unittest
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cli import table
from cli.place import Place
from guest.sanitized import SANITIZER
from pam import apart

from .boot import Ground
from .disk_states import Choices, Disk, Kind, Operation, states
from .disks import Ext4
from .recording import Recording

SEED = int(os.environ.get("SAP_SEED", "6"))
SAMPLES = 10_000  # of each moment
FEW_SAMPLES = 1_000  # where a fault is looked for
META_PAGES = 2 * 4096
ALL = bool(os.environ.get("SAP_HEAL_ALL"))
ENOUGH = 3  # faults, after which nothing more is looked at
DISK_KIB = 16384

LIFETIME = 12 * 3600  # longer than any test
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
    """Of the distinct states those that are to be healed: each as likely as any other."""
    rng: random.Random
    room: int
    built: int = 0
    distinct: set[int] = field(default_factory=set)
    drawn: list[tuple[int, Disk]] = field(default_factory=list)
    healed: int = 0
    faults: list[str] = field(default_factory=list)

    def enough(self) -> bool:
        return len(self.faults) >= ENOUGH

    def is_new(self, disk: Disk) -> bool:
        key, known = hash(disk.key()), len(self.distinct)
        self.built += 1
        self.distinct.add(key)
        return len(self.distinct) > known

    def draw(self, cut: int, disk: Disk) -> None:
        place = self.rng.randrange(len(self.distinct))
        if len(self.drawn) < self.room:
            self.drawn.append((cut, disk))
        elif place < self.room:
            self.drawn[place] = cut, disk


def syncs(done: list[Operation], folders: bool) -> list[int]:
    """Where files, or folders, are synced."""
    return [i for i, one in enumerate(done) if one.what == "sync" and bool(one.folder) == folders]


def without(done: list[Operation], places: Collection[int]) -> list[Operation]:
    """A program that leaves these out; the places of the others stay."""
    return [Operation("nothing") if i in places else one for i, one in enumerate(done)]


class Case(unittest.TestCase):
    folder: Path
    KIND = "hash"
    COMMITS = COMMITS
    HEALED = 2_000 if SANITIZER == "none" else 200

    @classmethod
    def setUpClass(cls):
        cls.place = Place(below=str(cls.folder))
        cls.addClassCleanup(cls.place.close)
        cls.place.configure(map=f"{cls.KIND}:{cls.place.map}", refuse_own="no",
                            lifetime=f"{LIFETIME}s")
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
        cls.place.date(cls.place.state / "active" / LAPSED, LIFETIME + 3600)

    def look(self, kind: Kind, done: list[Operation]) -> list[str]:
        seen = self.see(kind, done, ALL)
        for cut, disk in seen.drawn:
            self.heal(seen, kind, cut, disk)
        print(f"figure: power cut: {type(self).__name__}, {self.id().rpartition('.')[2]}, "
              f"{kind.value}, seed {SEED}: {seen.built} states, {len(seen.distinct)} distinct, "
              f"{seen.healed} healed, {len(seen.faults)} faults", flush=True)
        return seen.faults

    def see(self, kind: Kind, done: list[Operation], heal_all: bool, since: int = 0,
            samples: int = SAMPLES) -> Seen:
        rng = random.Random(SEED)
        seen = Seen(rng, 0 if heal_all else self.HEALED)
        choices = Choices(self.recording.start, done, kind, str(self.place.map.parent), rng)
        for cut, disk in states(self.recording.start, done, choices, samples, since):
            if seen.enough():
                break
            if seen.is_new(disk):
                seen.faults += self.ground.faults_of_table(disk)
                if heal_all:
                    self.heal(seen, kind, cut, disk)
                seen.draw(cut, disk)
        return seen

    def heal(self, seen: Seen, kind: Kind, cut: int, disk: Disk) -> None:
        if seen.enough():
            return
        seen.healed += 1
        found = self.ground.faults_after_boot(self.recording.numbers, disk)
        if kind is Kind.JOURNAL:
            found += self.ground.faults_of_owner()
        seen.faults += found or self.faults_of_clients(kind, cut)

    def expect_missed(self, kind: Kind, done: list[Operation],
                      left_out: Iterable[Collection[int]]) -> None:
        """A program that does without any one of these is found out."""
        missed = 0
        for places in left_out:
            with self.subTest(kind.value, without=places):
                # Much that is wrong with an LMDB table shows when it is changed.
                seen = self.see(kind, without(done, places), self.KIND == "lmdb",
                                min(places) + 1, FEW_SAMPLES)
                self.assertNotEqual(seen.faults, [])
                missed += 1
        print(f"figure: power cut: {type(self).__name__}, {kind.value}: each of {missed} syncs, "
              "or of their pairs, left out alone, is missed", flush=True)

    def faults_of_clients(self, kind: Kind, cut: int) -> list[str]:
        """A revocation is carried by the commit that follows it, where names are in order."""
        opened = self.ground.opened()
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
        done = without(self.recording.done, syncs(self.recording.done, folders=True))
        self.assertEqual(self.look(Kind.JOURNAL, done), [])

    def test_no_file_synced(self):
        done = without(self.recording.done, syncs(self.recording.done, folders=False))
        for kind in Kind:
            self.assertNotEqual(self.look(kind, done), [], kind)

    def test_each_sync(self):
        """One of a file is in each commit. A folder's is before each use of a spare; it
        carries the exchanges of two commits, and that spare is two commits old: the first
        alone is missed, of the others each two in a row."""
        done = self.recording.done
        files, folders = syncs(done, folders=False), syncs(done, folders=True)
        self.assertEqual((len(files), len(folders)), (len(COMMITS), len(COMMITS) - 2))
        self.expect_missed(Kind.STRICT, done, [
            *((i,) for i in files), (folders[0],), *zip(folders, folders[1:])])
        self.expect_missed(Kind.JOURNAL, without(done, folders), [(i,) for i in files])

    def test_no_folder_synced(self):
        """A spare is written to whose retirement may not be on the disk."""
        done = without(self.recording.done, syncs(self.recording.done, folders=True))
        self.assertNotEqual(self.look(Kind.STRICT, done), [])


class OnExt4(Case):
    """What it is asked itself: no folder is synced for a spare."""

    COMMITS = COMMITS[:3]
    HEALED = 200 if SANITIZER == "none" else 50  # with syncs that take their time

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

    def test_each_sync(self):
        done = self.recording.done
        self.expect_missed(Kind.JOURNAL, done, [(i,) for i in syncs(done, folders=False)])


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
        done = without(self.recording.done, syncs(self.recording.done, folders=True))
        self.assertEqual(self.look(Kind.JOURNAL, done), [])


class Blocks(Case):
    """What the administrator has blocked is blocked once the command has ended."""

    COMMITS = (f"block {REVOKED}", "block -u maria", "unblock -u maria")

    def faults_of_clients(self, kind: Kind, cut: int) -> list[str]:
        ended = [self.COMMITS[i] for i, end in enumerate(self.recording.ends) if cut >= end]
        if self.COMMITS[0] not in ended:
            return []
        opened = self.ground.opened()
        return [f"{REVOKED} is {word}" for word, wrong in (
            ("open", REVOKED in opened), ("not blocked", REVOKED not in self.ground.blocked()))
            if wrong]

    def test_strict(self):
        self.assertEqual(self.look(Kind.STRICT, self.recording.done), [])

    def test_journal(self):
        done = without(self.recording.done, syncs(self.recording.done, folders=True))
        self.assertEqual(self.look(Kind.JOURNAL, done), [])


class Lmdb(Case):
    """In place, by transactions of libmdb."""

    KIND = "lmdb"

    def test_strict(self):
        self.assertEqual(self.look(Kind.STRICT, self.recording.done), [])

    def test_no_file_synced(self):
        done = without(self.recording.done, syncs(self.recording.done, folders=False))
        self.assertNotEqual(self.look(Kind.STRICT, done), [])

    def test_each_sync(self):
        """Of the pages. That of the meta page behind them, libmdb's own, is missed by no
        table: what the last two meta pages name is not written to."""
        done = self.recording.done
        pages = [i for i in syncs(done, folders=False) if done[i - 1].at >= META_PAGES]
        self.assertEqual(len(pages), len(COMMITS))
        self.expect_missed(Kind.STRICT, done, [(i,) for i in pages])


if __name__ == "__main__":
    unittest.main()
