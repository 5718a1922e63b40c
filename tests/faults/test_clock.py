# SPDX-License-Identifier: BSD-2-Clause
"""The clock is set back or forth by a day.

To all programs that is the same as if every file had been dated a day later or earlier:
so all files of the map, the leases and the run folder are dated so, and what follows is
done with the clock as it is. That the table is still the sealed one is written into the
seal, and that the spares are still what was noted into their note: a clock changes no file.
"""

import os
import re
import struct
import subprocess
import time
import unittest
from pathlib import Path

from cli import table
from pam import daemon
from pam.daemon import Daemon

DAY = 24 * 3600
LIFETIME = 900
SLACK = 60
STATICS = {f"203.0.113.{i}": "REJECT" for i in range(40)}
KNOWN, GONE, WAITS, NEW, LATER = (f"198.51.100.{i}" for i in range(1, 6))
BACK, FORTH = DAY, -DAY  # what becomes of the files' dates
TURNS = (BACK, FORTH, FORTH, BACK, BACK, BACK, FORTH)


def times_of(path: Path) -> bytes:
    """Of the last changes, as a struct map_identity has them."""
    found = path.stat()
    return struct.pack("=4q", *divmod(found.st_mtime_ns, 10**9),
                       *divmod(found.st_ctime_ns, 10**9))


def file_of(path: Path) -> str:
    """The number of a removed file is soon another's, its birth is not."""
    return subprocess.run(["stat", "-c", "%i %w", str(path)], capture_output=True, text=True,
                          check=True).stdout


class Clock(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(like_us=True, refuse_own="no", expiry_watch="10min", wait="1s")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, STATICS)
        self.expire()
        for client in (KNOWN, GONE):
            self.log_in(client)

    def log_in(self, client: str) -> list[str]:
        begun = time.monotonic()
        said = self.daemon.run(*daemon.opening(client))
        self.assertEqual(set(said.values), {daemon.SUCCESS})
        self.assertLess(time.monotonic() - begun, 10)
        return said.texts()

    def files(self) -> list[Path]:
        place = self.place
        found = [place.map, *(place.map.parent / name for name in place.spares())]
        for folder in (place.state, place.run):
            found += [path for path in folder.rglob("*") if path.is_file()]
        return found

    def shift(self, by: int) -> None:
        dates = {path: path.stat().st_mtime + by for path in self.files()}
        known = {path: times_of(path) for path in self.files()}
        for path, date in dates.items():
            os.utime(path, (date, date))
        self.seal_again()
        self.note_again(known)
        seal = self.place.run / "seal"
        os.utime(seal, (dates[seal],) * 2)

    def seal_again(self) -> None:
        found = self.place.map.stat()
        dates = " ".join(f"{name}={date // 10**9}.{date % 10**9:09}" for name, date in (
            ("mtime", found.st_mtime_ns), ("ctime", found.st_ctime_ns)))
        seal = self.place.run / "seal"
        text, count = re.subn(r"mtime=\S+ ctime=\S+", dates, seal.read_text(encoding="ascii"))
        self.assertEqual(count, 1)
        seal.write_text(text, encoding="ascii")

    def note_again(self, known: dict[Path, bytes]) -> None:
        """Of the table and its spares (map/spare_note.c)."""
        note = self.place.run / "spares"
        text = note.read_bytes()
        if not text:
            return
        place = self.place
        for path in (place.map, *(place.map.parent / name for name in place.spares())):
            self.assertEqual(text.count(known[path]), 1, path)
            text = text.replace(known[path], times_of(path))
        note.write_bytes(text)

    def expire(self):
        done = self.place.sapdb("expire")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def expect(self, *clients: str):
        self.assertEqual(table.faults(self.place.map), "")
        self.assertEqual(len(table.statics(self.place.map)), len(STATICS))
        self.assertEqual(table.opened(self.place.map), set(clients))
        self.assertEqual(self.place.leases("active"), set(clients))
        for folder in ("pending", "deferred", "ending", "settled"):
            self.assertEqual(self.place.leases(folder), set(), folder)
        self.assertEqual(self.place.beside(), [])
        for client in clients:
            self.assertLessEqual(self.mtime(client), time.time() + SLACK)

    def mtime(self, client: str) -> float:
        return (self.place.state / "active" / client).stat().st_mtime

    def expect_all_end(self):
        """With their lifetime, whatever their dates were."""
        for client in self.place.leases("active"):
            path = self.place.state / "active" / client
            os.utime(path, (0, self.mtime(client) - LIFETIME - SLACK))
        self.expire()
        self.expect()

    def test_set_back(self):
        self.place.add_lease("pending", WAITS)
        self.shift(BACK)
        self.log_in(KNOWN)
        self.assertTrue(any("inserted" in text for text in self.log_in(NEW)))
        self.assertLessEqual(self.mtime(WAITS), time.time() + SLACK)
        self.expire()
        self.expect(KNOWN, GONE, WAITS, NEW)
        self.expect_all_end()

    def test_set_forth(self):
        """Who has logged in since stays; nothing new is opened until the timer has run."""
        self.place.add_lease("pending", WAITS)
        self.shift(FORTH)
        self.log_in(KNOWN)
        self.assertTrue(any("expiry_watch" in text or "sapdb expire" in text
                            for text in self.log_in(NEW)))
        self.expire()
        self.expect(KNOWN)
        self.assertTrue(any("inserted" in text for text in self.log_in(NEW)))
        self.expect(KNOWN, NEW)
        self.expect_all_end()

    def test_a_failure_from_the_future(self):
        """What was wrong yesterday, or tomorrow, keeps nobody waiting for a day."""
        self.place.configure(expiry_watch="0")
        for by in (BACK, FORTH):
            with self.subTest(by=by):
                self.place.configure(backend_dir=str(self.place.root / "none"))
                self.assertTrue(any("not installed" in text for text in self.log_in(LATER)))
                self.place.configure(backend_dir=str(self.place.lib))
                self.shift(by)
                self.log_in(LATER)
                self.assertIn(LATER, table.opened(self.place.map))
                self.place.sapdb("revoke", "--all")

    def test_rebuilds_while_the_clock_is_wrong(self):
        for by in TURNS:
            new = table.make(self.place.root / "new.db", STATICS)
            os.utime(new, (time.time() + by,) * 2)
            new.rename(self.place.map)
            self.log_in(KNOWN)
            self.assertEqual(self.place.leases("pending"), {KNOWN}, "the bell of the path unit")
            self.assertEqual(self.place.sapdb("commit").returncode, 0)
            self.assertEqual(table.opened(self.place.map), {KNOWN, GONE})
        self.expire()
        self.expect(KNOWN, GONE)

    def test_spares_are_taken(self):
        if os.geteuid() != 0:
            self.skipTest("only root keeps spares")
        self.place.configure(expiry_watch="0")
        for n, by in enumerate(TURNS):
            self.log_in(f"198.51.100.{n + 100}")
            kept = {file_of(self.place.map.parent / name) for name in self.place.spares()}
            self.assertEqual(len(kept), 2)
            self.shift(by)
            self.log_in(f"198.51.100.{n + 200}")
            self.assertIn(file_of(self.place.map), kept)
            self.assertIn(f"198.51.100.{n + 200}", table.opened(self.place.map))
        self.expire()
        self.expect(*self.place.leases("active"))

    def test_to_and_fro(self):
        for n, by in enumerate(TURNS):
            self.shift(by)
            self.log_in(KNOWN)
            self.expire()
            self.log_in(f"198.51.100.{n + 10}")
            self.assertIn(f"198.51.100.{n + 10}", table.opened(self.place.map))
        self.assertIn(KNOWN, table.opened(self.place.map))
        self.expect(*self.place.leases("active"))
        self.expect_all_end()
        print(f"figure: clock: set {len(TURNS)} times by a day, every login opened", flush=True)


if __name__ == "__main__":
    unittest.main()
