# SPDX-License-Identifier: BSD-2-Clause
"""What is interrupted: each way in which leases and the table are changed.

A work is prepared, run with a fault in it, and judged: `settle` looks at what it came
to, since a kill may leave it done or undone; the next run of the timer must make the
rest of it right either way.
"""

import os
import re

from cli import compilers, table
from faults import injected
from pam.daemon import Daemon, opening
from race.scene import GROUP, LEASES, MODE, OWNER, WARM, Scene

PATIENCE = "20ms"  # nobody else is there to wait for
# The login program counts its descriptors before and after; the second look ends our part.
COUNTED = ("start", "fds", *opening()[1:3], "fds", "end")
NAME = re.compile(r"^[a-z0-9_]+$", re.MULTILINE)  # of a call, as inject lists them
END_OF_LOGIN = "/proc/self/fd"
RENEWED_FROM = 300  # seconds ago
IN_STATE = {"active", "pending", "deferred", "ending", "settled", "commit.lock", "expired",
            "blocked", "rebuild"}
IN_RUN = {"seal", "spares", "counters", "first-run"}


class Work(Scene):
    """One for many trials. With a spare: a retired file becomes the copy."""

    label = ""
    fewest = 0  # calls, in place or by a copy; some ten percent below what Debian 12 makes
    begin, until = injected.FROM, injected.TO_THE_END
    wanders = 0  # calls more or less in another run: of the wait for a program
    has_spares = True  # does it change the table by a copy at all?

    def __init__(self, spare: bool, kind: str = "hash"):
        self.daemon = Daemon(like_us=True, wait=PATIENCE)
        place = self.daemon.place
        place.configure(map=f"{kind}:{place.map}")
        self.spare, self.kind = spare, kind
        self.clean = 0  # commits by an exchange since the last fault
        super().__init__(place, kind)

    def set_up(self) -> None:
        """All is well, and there is something to do."""
        while self.spare and self.clean < WARM:
            self.enqueue()
            self.place.sapdb("commit")
            self.clean += 1
        self.clean = 0
        self.end_surplus()
        self.place.sapdb("expire")
        self.make_work()
        self.before = self.identity()
        self.place.forget_what_was_said()
        if not self.spare:
            (self.place.run / "spares").unlink(missing_ok=True)

    def make_work(self) -> None:
        raise NotImplementedError

    def words(self) -> list[str]:
        raise NotImplementedError

    def is_done(self) -> bool:
        """Does the table, and what is beside it, say so?"""
        raise NotImplementedError

    def settle(self) -> None:
        """What must be there in the end."""

    def run(self, n: int, action: str) -> injected.Injected:
        return injected.run(self.words(), n, action, (self.begin, self.until),
                            self.daemon.environment() if self.until != "-" else None)

    def identity(self) -> tuple:
        """Equal: not a byte of the table has changed."""
        found = self.place.map.stat()
        return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def copies(self) -> bool:
        """Is its table a new copy, and no spare?"""
        return self.kind == "hash" and not self.spare

    def calls(self) -> list[str]:
        """The names of those of one run in which nothing fails."""
        self.set_up()
        spares = len(self.place.spares())
        names = NAME.findall(self.run(0, "list").err)
        self.settle()
        premises = {
            "done": (self.is_done(), True), "calls": (len(names) >= self.fewest, True),
            "spares": (spares, WARM if self.spare else spares),
            "a copy": ("copy_file_range" in names, self.copies()), "healed": (self.heal(), []),
        }
        for name, (is_so, want) in premises.items():
            if is_so != want:
                raise AssertionError(f"{self.label}: {name}: {is_so}, not {want}: {names}")
        return names

    def end_surplus(self) -> None:
        while len(self.live) > LEASES:
            self.place.date(self.place.state / "active" / self.live.pop(0), 3600)

    def faults_now(self) -> list[str]:
        """Promises 1 and 2, whatever has just happened."""
        if self.identity() == self.before:
            return []
        broken = table.faults(self.place.map)
        if broken:
            return [f"the table: {broken}"]
        found = table.records(self.place.map)
        lost = {key for key, value in self.statics.items() if found.get(key) != value}
        return [f"static records lost: {lost}"] if lost - self.may_differ() else []

    def may_differ(self) -> set[bytes]:
        return set()

    def heal(self) -> list[str]:
        inode = self.place.inode()
        found = super().heal()
        self.clean = int(self.place.inode() != inode and not found)
        return found + self.strays()

    def strays(self) -> list[str]:
        place = self.place
        beyond = (set(os.listdir(place.state)) - IN_STATE) | {
            name for name in set(os.listdir(place.run)) - IN_RUN}
        return [f"left behind: {sorted(beyond)}"] if beyond else []


class Grant(Work):
    """A client that is not known logs in."""

    label = "a grant by a login"
    fewest = 165
    until = END_OF_LOGIN

    def make_work(self) -> None:
        self.clients = self.clients % 240 + 1
        self.address = f"198.51.100.{self.clients}"

    def words(self) -> list[str]:
        steps = (f"rhost={self.address}" if step.startswith("rhost") else step
                 for step in COUNTED)
        return self.daemon.command(*steps)

    def is_done(self) -> bool:
        return (self.place.where(self.address) == "active"
                and self.address in table.opened(self.place.map))

    def settle(self) -> None:
        if self.place.where(self.address):
            self.live.append(self.address)


class Renewal(Grant):
    """A client that is known logs in again."""

    label = "a renewal"
    fewest = 12
    has_spares = False

    def make_work(self) -> None:
        self.address = self.live[0]
        self.lease = self.place.state / "active" / self.address
        self.place.date(self.lease, RENEWED_FROM)
        self.dated = self.lease.stat().st_mtime

    def is_done(self) -> bool:
        return self.lease.stat().st_mtime > self.dated + RENEWED_FROM / 2

    def settle(self) -> None:
        """It is live, renewed or not."""

    def copies(self) -> bool:
        return False


class Commit(Work):
    label = "a grant by sapdb commit"
    fewest = 190

    def make_work(self) -> None:
        self.enqueue()

    def words(self) -> list[str]:
        return self.command("commit")

    def is_done(self) -> bool:
        return self.place.leases("active") == set(self.live) == table.opened(self.place.map)


class Expiry(Commit):
    label = "an expiry"
    fewest = 210

    def make_work(self) -> None:
        self.place.date(self.place.state / "active" / self.live.pop(0), 3600)

    def set_up(self) -> None:
        while len(self.live) <= LEASES:
            self.enqueue()
        super().set_up()

    def words(self) -> list[str]:
        return self.command("expire")


class Reconcile(Expiry):
    """The administrator has rebuilt the table: nothing of ours is in it."""

    label = "a reconcile"
    fewest = 220

    def set_up(self) -> None:
        Work.set_up(self)

    def copies(self) -> bool:
        """The files that were kept are of another table."""
        return self.kind == "hash"

    def make_work(self) -> None:
        self.statics = self.next_statics()
        new = self.place.map.with_name("rebuilt")
        table.make(new, self.statics, self.kind)
        os.chown(new, OWNER, GROUP)
        new.chmod(MODE)
        new.rename(self.place.map)


class Insert(Work):
    label = "sapdb insert"
    fewest = 150

    def make_work(self) -> None:
        self.wanted = self.next_statics()

    def words(self) -> list[str]:
        return [*self.command("insert"), "version", self.wanted[b"version"].decode()]

    def is_done(self) -> bool:
        return table.records(self.place.map).get(b"version") == self.wanted[b"version"]

    def may_differ(self) -> set[bytes]:
        return {b"version"} if self.is_done() else set()

    def settle(self) -> None:
        if self.is_done():
            self.statics = self.wanted


class Rebuild(Insert):
    """Of a text; the leases stay in."""

    label = "sapdb rebuild"
    fewest = 260
    wanders = 30
    has_spares = False

    def make_work(self) -> None:
        super().make_work()
        self.text = self.place.root / "access"
        self.text.write_bytes(b"".join(b"%s\t%s\n" % pair for pair in self.wanted.items()))

    def words(self) -> list[str]:
        name = "postmap" if self.kind == "lmdb" else "makemap"
        program = self.place.root / name
        if not program.exists():
            getattr(compilers, name)(self.place.root)
        return [*self.command("rebuild"), f"--{name}={program}", str(self.text)]

    def copies(self) -> bool:
        return self.kind == "hash"


class RebuildOfCompiled(Rebuild):
    """From where the compiler has ended: before that calls wander, and a fault meant for one
    would meet another."""

    fewest = 175
    wanders = 0

    def __init__(self, spare: bool, kind: str = "hash"):
        super().__init__(spare, kind)
        self.begin = "table.lmdb" if kind == "lmdb" else "table.db"


class Block(Work):
    """The administrator keeps a client shut."""

    label = "a block"
    fewest = 215

    def make_work(self) -> None:
        self.place.sapdb("unblock", "--all")
        self.address = self.live[0]

    def words(self) -> list[str]:
        return [*self.command("block"), self.address]

    def is_blocked(self) -> bool:
        path = self.place.state / "blocked"
        return path.exists() and f"network={self.address} " in path.read_text()

    def is_done(self) -> bool:
        return (self.is_blocked() and not self.place.where(self.address)
                and self.address not in table.opened(self.place.map))

    def settle(self) -> None:
        """Written, it counts: the next run of the timer does the rest."""
        if self.is_blocked():
            self.live.remove(self.address)

    def set_up(self) -> None:
        while len(self.live) <= LEASES:
            self.enqueue()
        super().set_up()


WORKS = (Grant, Renewal, Commit, Expiry, Reconcile, Insert, Rebuild, Block)
