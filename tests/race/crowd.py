# SPDX-License-Identifier: BSD-2-Clause
"""Logins, timer, path unit, administrator and readers, all at once, for some seconds.

Each is a thread that runs the real programs one after the other; the readers, and the
sixteen logins, are processes of their own. When the time is over all have ended: the
table stands still and can be judged (standstill.py), and the next round begins.

Where nobody rebuilds the table each client is asked for when its login has returned: a
reader that just came must find it. Where somebody does, he is done some seconds before the
others: what the administrator inserts by sapdb after that, nobody may lose.
"""

import os
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from cli import table
from pam.daemon import Daemon
from pam.events import IN_MOVED_TO, FolderEvents
from race.clients import KEPT, PROCESSES, Client, log_in
from race.rebuilders import InPlace, Move
from race.scene import GROUP, MODE, OWNER

TIMER, BELL, EDITS, REBUILDS = 0.2, 0.01, 0.1, 0.2  # seconds between two of them
REBUILT = 0.75  # of a round: the rest is calm
PATIENCE = 60
ALONE = 0.05  # between rebuilds without us: the readers find as many changes as with us
STATICS = {f"10.1.{i // 250}.{i % 250}".encode(): b"REJECT" for i in range(300)}


class Crowd:
    KIND = "hash"
    READERS: tuple[str, ...] = ("sendmail", "sendmail", "postfix", "postfix")
    TALLY: tuple[str, ...] = (
        "openings", "refused", "changed", "behind", "lookups", "missing", "emptied", "ours",
        "rewritten", "unsure", "recycled", "lost", "broken", "died")

    def __init__(self, rebuild: type[InPlace | Move] | None, with_us: bool = True):
        """Not `with_us`: all are at work, but on a table that nobody rebuilds or reads."""
        self.daemon = Daemon(like_us=True, wait="10s", refuse_own="no")
        self.place = self.daemon.place
        self.place.configure(map=f"{self.KIND}:{self.place.map}")
        self.rebuild, self.with_us = rebuild, with_us
        self.is_rebuilt = bool(rebuild) or not with_us
        self.statics = text_of(0)
        self.edits: dict[bytes, bytes] = {}  # the administrator's, by sapdb, while it is calm
        self.deleted: set[bytes] = set()  # of these
        self.is_whole = True  # the table, as far as rebuilds go
        self.figures: Counter[str] = Counter()
        self.faults: list[str] = []
        self.over, self.calm, self.edited = (threading.Event() for _ in range(3))
        self.counting = threading.Lock()
        self.table = self.place.map if with_us else self.place.root / "theirs/access.db"
        for path in {self.place.map, self.table}:
            path.parent.mkdir(exist_ok=True)
            table.make(path, self.statics, self.KIND)
            os.chown(path, OWNER, GROUP)  # a mail user's, as Debian's: our spares are marked
            path.chmod(MODE)
        self.events = FolderEvents(self.place.map.parent, IN_MOVED_TO)
        self.place.sapdb("expire")
        self.clients = [Client(self.daemon, number) for number in range(PROCESSES)]
        log_in(self.daemon, KEPT)

    def close(self) -> None:
        self.events.close()
        self.daemon.close()

    def count_reader(self, kind: str, said: str) -> None:
        tally = dict(zip(self.TALLY, map(int, said.split()), strict=True))
        self.figures.update({f"{kind} {name}": value for name, value in tally.items()})

    def run(self, seconds: int) -> None:
        self._begin(seconds)
        actors = [threading.Thread(target=self._act, args=(actor,)) for actor in self._actors()]
        readers = [(kind, self._start_reader(kind, seconds)) for kind in self.READERS]
        for actor in actors:
            actor.start()
        for kind, reader in readers:
            self.count_reader(kind, reader.communicate(timeout=seconds + 120)[0])
        self.edited.wait(PATIENCE)  # at once, but on a slow machine
        self.over.set()
        for actor in actors:
            actor.join()
        self.figures["lapsed"] = sum(client.lapsed for client in self.clients)
        self.figures["seconds"] += seconds
        self.figures["exchanges"] = self.events.replaced(self.place.map.name)

    def _begin(self, seconds: int) -> None:
        self.over.clear()
        self.edited.clear()
        self.last_rebuild = time.monotonic() + REBUILT * seconds
        if not self.rebuild:
            self.calm.set()
            return
        self.calm.clear()
        self.edits.clear()
        self.deleted.clear()

    def _actors(self) -> list[Callable[[], None]]:
        ours = [self._timer, self._path_unit, self._administrator]
        ours += [lambda client=client: self._logins(client) for client in self.clients]
        return ours + ([self._rebuilds] if self.rebuild else [])

    def _act(self, actor: Callable[[], None]) -> None:
        """What goes wrong in a thread is a fault of the race."""
        try:
            actor()
        except Exception as error:  # pylint: disable=broad-except
            self.faults.append(f"{actor}: {error!r}")

    def _count(self, name: str, number: int) -> None:
        """What several threads count."""
        with self.counting:
            self.figures[name] += number

    def _reader(self, kind: str, seconds: int, keys: Sequence[str]) -> subprocess.Popen:
        return subprocess.Popen(
            [os.environ["SAP_READER"], kind, str(self.table), str(seconds),
             table.marker(KEPT[0]).decode(), *keys], stdout=subprocess.PIPE, text=True)

    def _start_reader(self, kind: str, seconds: int) -> subprocess.Popen:
        """Its keys are there throughout; a rebuild takes the clients' for a while."""
        keys = [key.decode() for key in STATICS]
        return self._reader(kind, seconds, keys + ([] if self.is_rebuilt else list(KEPT)))

    def _logins(self, client: Client) -> None:
        while not self.over.is_set():
            done = client.step(self._accept if self.is_rebuilt else self._are_open)
            self._count("logins", done)

    def _accept(self, addresses: Sequence[str]) -> None:
        """A rebuild may have come since."""

    def _are_open(self, addresses: Sequence[str]) -> None:
        reader = self._reader(self.READERS[0], 0, addresses)
        closed = reader.communicate(timeout=60)[0].split()
        self._count("asked for", len(addresses))
        if closed or reader.returncode != 0:
            self.faults.append(f"not open after their logins: {closed}, and the reader "
                               f"ended with {reader.returncode}")

    def _sapdb(self, *arguments: str) -> bool:
        """Where a rebuild is under way it may be put off, or fail."""
        is_calm = self.calm.is_set()
        done = self.place.sapdb(*arguments)
        how = {0: arguments[0], 1: "failed", 3: "put off"}.get(done.returncode, "strange")
        self._count(how, 1)
        if how == "strange" or done.returncode != 0 and is_calm:
            self.faults.append(f"{arguments}: {done.returncode} {done.stderr}")
        return done.returncode == 0

    def _timer(self) -> None:
        while not self.over.wait(TIMER):
            self._sapdb("expire")

    def _path_unit(self) -> None:
        """DirectoryNotEmpty=STATE/pending."""
        while not self.over.wait(BELL):
            if self.place.leases("pending"):
                self._sapdb("commit")

    def _administrator(self) -> None:
        """What he has inserted stands until he deletes it, or rebuilds."""
        number = 0
        while not self.over.wait(EDITS):
            number += 1
            is_calm = self.calm.is_set()
            key, old = (f"host{n}.example" for n in (number, number - 3))
            if self._sapdb("insert", key, f"550 {number}") and is_calm:
                self.edits[key.encode()] = f"550 {number}".encode()
                self.deleted.discard(key.encode())
                self._count("inserted for good", 1)
                self.edited.set()
            if old.encode() in self.edits and self._sapdb("delete", old):
                del self.edits[old.encode()]
                self.deleted.add(old.encode())

    def _rebuild(self, wanted: dict[bytes, bytes]) -> bool:
        assert self.rebuild
        return self.rebuild(self.table, wanted).succeeded()

    def _rebuilds(self) -> None:
        pause = REBUILDS if self.with_us else ALONE
        while time.monotonic() < self.last_rebuild and not self.over.wait(pause):
            version = int(self.statics[b"version"]) + 1
            wanted = text_of(version)
            while not self._rebuild(wanted):
                self.figures["run again"] += 1
                self._look_for_emptied()
            self.figures["rebuilds"] += 1
            self.statics, self.is_whole = wanted, True
        self.calm.set()

    def _look_for_emptied(self) -> None:
        """By this rebuild, that is: another one may have done it, and all since have failed."""
        copy = self.place.root / "look.db"
        shutil.copyfile(self.table, copy)  # of one file, whoever exchanges it meanwhile
        is_whole = STATICS.items() <= records(copy).items()
        self.figures["emptied"] += self.is_whole and not is_whole
        self.is_whole = is_whole


def text_of(version: int) -> dict[bytes, bytes]:
    """The administrator's text: it grows and shrinks, so that a reader that has kept pages
    of an older table finds other keys on the new ones."""
    more = {f"more{i}".encode(): b"550 %d" % version for i in range(version % 2 * 700)}
    return STATICS | more | {b"version": str(version).encode()}


def records(path: Path) -> dict[bytes, bytes]:
    """{}: not even a table."""
    try:
        return table.records(path)
    except subprocess.CalledProcessError:
        return {}
