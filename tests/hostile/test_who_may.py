# SPDX-License-Identifier: BSD-2-Clause
"""What an unprivileged local user can do: see, force, fill, hold.

What a member of queue_group can do is in cli/test_queue_group and pam/test_worker, what
sapdb says to a normal user in cli/test_normal_user. Here he goes round sapdb: with
system calls of his own on the state, and with a lock on a table that he may read.
"""

import os
import subprocess
import sys
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cli import table
from cli.place import NOBODY, Place
from pam.daemon import CLIENT, Daemon

OTHER, WAITING, ENDING, MADE = "192.0.2.8", "192.0.2.9", "192.0.2.10", "198.51.100.1"
GROUP = "nogroup"
ODD_NAMES = ("192.0.2.77 ", "192.0.2.077", "192.0.2.77\n", "::ffff:192.0.2.77", "example.com",
             "SAP:192.0.2.77", "192.0.2", "192.0.2.0%2f24", "-r", "192.0.2.77,192.0.2.78")
FOLDERS = ("active", "pending", "deferred", "ending", "settled")
# On a lease of root's.
TRIES: dict[str, Callable[[Path], object]] = {
    "list": lambda lease: os.listdir(lease.parent),
    "read": lambda lease: lease.read_bytes(),
    "renew": os.utime,
    "make": lambda lease: (lease.parent / MADE).touch(),
    "remove": os.unlink,
    "take away": lambda lease: os.rename(lease, f"/tmp/{lease.name}"),
    "link out": lambda lease: os.link(lease, f"/tmp/{lease.name}"),
    "replace the folder": lambda lease: os.rename(lease.parent, f"{lease.parent}.old"),
}
STATE_TRIES: dict[str, Callable[[Place], object]] = {
    "make a folder": lambda place: (place.state / "more").mkdir(),
    "take the commit's lock": lambda place: (place.state / "commit.lock").open("rb"),
    "write a note for recovery": lambda place: (place.state / "commit.lock").write_text("x"),
    "say that the timer ran": lambda place: os.utime(place.state / "expired"),
    "make the table's copy": lambda place: place.map.with_name(".access.db.pam_sap").touch(),
    "write the seal": lambda place: (place.run / "seal").write_text("x"),
    "note a spare": lambda place: (place.run / "spares").write_text("x"),
    "silence a complaint": lambda place: (place.run / "complaint-map").touch(),
}
IN_THE_GROUP = {"list", "make"}  # and in pending/ alone
HOLD = f"import fcntl, os, sys; os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY}); " \
       "fd = os.open(sys.argv[1], os.O_RDONLY); exec(sys.argv[2]); print(flush=True); " \
       "sys.stdin.read()"
STRANGERS = 12345  # a group that nothing belongs to
LOCKS = {"hash": "fcntl.flock(fd, fcntl.LOCK_EX)", "lmdb": "fcntl.lockf(fd, fcntl.LOCK_SH)"}

HELD = (("hash", "{mail}/access.db"), ("hash", "{state}/map/relay.db"),
        ("lmdb", "{state}/map/relay.lmdb"))
SHORTEST, LONGEST = 15, 40  # seconds; 20 are promised (SECURITY.md), on a busy machine


class Held(NamedTuple):
    place: Place
    holder: subprocess.Popen
    commit: subprocess.Popen
    began: float


def can(what: Callable, on: Path | Place, group: int) -> bool:
    """Whether nobody, in this group, gets it done: in a process of its own."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(group)
            os.setuid(NOBODY)
            what(on)
        except PermissionError:
            os._exit(1)
        except BaseException:
            os._exit(2)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (0, 1):
        raise AssertionError(f"{on}: neither done nor forbidden")
    return status == 0


@unittest.skipUnless(os.geteuid() == 0, "skipped: another user needs root")
class WhoMay(unittest.TestCase):
    def start(self, **settings: str) -> None:
        self.daemon = Daemon(like_us=True, wait="0", **settings)
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place

    def start_with_leases(self, **settings: str) -> None:
        self.start(**settings)
        table.make(self.place.map, {"203.0.113.1": "REJECT"})
        self.assertEqual(self.place.sapdb("expire").returncode, 0)
        self.assertEqual(self.place.sapdb("grant", CLIENT).returncode, 0)
        (self.place.run / "complaint-map").write_text("x")
        for folder, address in (("pending", WAITING), ("deferred", OTHER), ("ending", ENDING)):
            self.place.add_lease(folder, address)
        self.place.add_lease("settled", OTHER)

    def lease_in(self, folder: str) -> Path:
        return self.place.state / folder / min(self.place.leases(folder))

    def snapshot(self) -> list[tuple]:
        state = [path for path in self.place.root.rglob("*") if "state" in path.parts]
        return sorted((str(path), found.st_ino, found.st_mtime_ns, found.st_uid, found.st_mode)
                      for path in state for found in [path.lstat()])

    def test_a_stranger_sees_and_changes_nothing(self):
        self.start_with_leases()
        before = self.snapshot()
        for folder in FOLDERS:
            for label, what in TRIES.items():
                with self.subTest(folder, does=label):
                    self.assertFalse(can(what, self.lease_in(folder), STRANGERS))
        for label, what in STATE_TRIES.items():
            with self.subTest(does=label):
                self.assertFalse(can(what, self.place, STRANGERS))
        self.assertEqual(self.snapshot(), before)

    def test_a_member_of_the_group_has_the_queue_alone(self):
        self.start_with_leases(queue_group=GROUP)
        for folder in FOLDERS:
            for label, what in TRIES.items():
                with self.subTest(folder, does=label):
                    self.assertEqual(can(what, self.lease_in(folder), NOBODY),
                                     folder == "pending" and label in IN_THE_GROUP)
        for label, what in STATE_TRIES.items():
            with self.subTest(does=label):
                self.assertFalse(can(what, self.place, NOBODY))

    def test_a_file_names_an_address_by_its_name_only(self):
        """What a member writes into it names nobody else, and no path."""
        self.start_with_leases(queue_group=GROUP)
        self.assertEqual(self.place.sapdb("expire").returncode, 0)
        opened = table.opened(self.place.map)
        for name in ODD_NAMES:
            path = self.place.state / "pending" / name
            path.write_text("user=x service=imap opened=1 address=192.0.2.78\n192.0.2.79\n")
            os.chown(path, NOBODY, NOBODY)
        self.assertEqual(self.place.sapdb("commit").returncode, 0)
        self.assertEqual(table.opened(self.place.map), opened)
        self.assertEqual(os.listdir(self.place.state / "pending"), [])

    def hold(self, path: Path, lock: str) -> subprocess.Popen:
        """A local user who has opened it for reading, and keeps it locked."""
        holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path), lock],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (holder.kill(), holder.communicate()))
        holder.stdout.readline()
        return holder

    def start_a_commit(self, kind: str, map_setting: str) -> Held:
        """On a table that somebody else has locked."""
        self.start()
        path = map_setting.format(state=self.place.state, mail=self.place.map.parent)
        self.place.configure(map=f"{kind}:{path}")
        if path == str(self.place.map):
            table.make(self.place.map, {"203.0.113.1": "REJECT"})
            for his in (self.place.map, self.place.map.parent):
                os.chown(his, NOBODY, NOBODY)
        self.assertEqual(self.place.sapdb("expire").returncode, 0)
        holder = self.hold(Path(path), LOCKS[kind])
        self.place.add_lease("pending", CLIENT)
        command = [str(self.place.sapdb_path), "-c", str(self.place.conf), "commit"]
        began = time.monotonic()
        commit = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True, cwd="/")
        self.addCleanup(lambda: (commit.kill(), commit.communicate()))
        return Held(self.place, holder, commit, began)

    def expect_that_it_gives_up(self, held: Held) -> None:
        errors = held.commit.communicate(timeout=LONGEST)[1]
        took = time.monotonic() - held.began
        self.assertEqual(held.commit.returncode, 3, errors)
        self.assertGreater(took, SHORTEST)
        self.assertLess(took, LONGEST)
        self.assertIn(f"process {held.holder.pid} (", errors)
        self.assertIn(f"uid {NOBODY}) holds its lock", errors)
        self.assertEqual(errors.count("\n"), 1)
        held.holder.kill()
        held.holder.wait()
        self.assertEqual(held.place.sapdb("expire").returncode, 0)
        self.assertEqual(held.place.where(CLIENT), "active")

    def test_who_holds_a_lock_on_the_table_is_waited_for_and_named(self):
        """All at once: each takes as long as sapdb is patient."""
        held = {(kind, path): self.start_a_commit(kind, path) for kind, path in HELD}
        for label, one in held.items():
            with self.subTest(label):
                self.expect_that_it_gives_up(one)

    def test_after_chmod_640_he_cannot_lock_it(self):
        """The cure in SECURITY.md; a commit keeps the mode."""
        for kind, name in (("hash", "relay.db"), ("lmdb", "relay.lmdb")):
            with self.subTest(kind):
                self.start(map=f"{kind}:STATE/map/{name}")
                path = self.place.state / "map" / name
                self.place.configure(map=f"{kind}:{path}")
                self.place.sapdb("expire")
                path.chmod(0o640)
                self.assertEqual(self.place.sapdb("grant", CLIENT).returncode, 0)
                self.assertEqual(path.stat().st_mode & 0o777, 0o640)
                self.assertFalse(can(Path.read_bytes, path, STRANGERS))


if __name__ == "__main__":
    unittest.main()
