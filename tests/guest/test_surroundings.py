# SPDX-License-Identifier: BSD-2-Clause
"""Whatever the host has done to itself: the login passes, and the host is what it was.

Each case is a process of its own. What it looks at before and after our calls stands in
tests/pam/login_snapshot.c.
"""

import os
import re
import shutil
import stat
import subprocess
import time
import unittest
from pathlib import Path

from cli import table
from cli.place import NOBODY
from guest.sanitized import SANITIZER, not_under_a_sanitizer
from guest.surroundings import SCARCE, WELCOMING, Host
from pam import apart, daemon
from pam.daemon import CLIENT, SUCCESS, Daemon, Said

OTHER = "192.0.2.9"
CALLS = (f"rhost={CLIENT}", "open", "close")
# Whatever the umask: how they are made stands in the design, not in the host.
MODES = {"state": 0o755, "state/active": 0o700, "state/pending": 0o700, "state/settled": 0o700,
         f"state/active/{CLIENT}": 0o600, "state/commit.lock": 0o600, "run/seal": 0o644,
         "mail/access.db": 0o640}
TABLE_MODE = 0o640
# AddressSanitizer's search for leaks needs what some of these hosts have no more: threads,
# descriptors, /proc. It has its turn in test_handles.
FOR_ALL = {"LOG_CATCHER_EARLY": "1", "ASAN_OPTIONS": "detect_leaks=0"}
WITHOUT_US = "session required pam_permit.so"
# Tried in this build.
SHORT = [host for host in SCARCE
         if SANITIZER == "none" or not host.behind[0].startswith("memory")]
AT_ONCE = 5  # seconds of two logins; libdb alone would wait for 12 until descriptors are free
INSIDE = {"map": "hash:/mail/access.db", "state_dir": "/state", "run_dir": "/run",
          "backend_dir": "/lib"}


class OfAHost(unittest.TestCase):
    def make(self, **settings: str) -> None:
        """A new place."""
        self.daemon = Daemon(f"session optional OURS\n{WITHOUT_US}", like_us=True,
                             **({"wait": "0"} | settings))
        self.addCleanup(self.daemon.close)
        self.daemon.write_service("without", WITHOUT_US)
        self.place = self.daemon.place
        table.make(self.place.map, {"192.0.2.60": "REJECT"})
        self.place.map.chmod(TABLE_MODE)

    def begin(self, **settings: str) -> None:
        """A new place, with a first run of the timer behind it."""
        self.make(**settings)
        self.place.ready()

    def steps(self, host: Host) -> list[str]:
        thread = ("repeat=1",) if "threads=1" in host.before else ()
        return [step.replace("DIR", str(self.place.root)) for step in (
            *host.before, *thread, "start", *host.behind, "snapshot", *CALLS, "same", "end")]

    def log_in(self, host: Host, **options) -> Said:
        """Nothing of the host has changed, or the program would not end with 0; what libpam
        answers is what it answers without us."""
        plain = self.daemon.environment()
        self.daemon.environment = lambda: plain | FOR_ALL | host.environment
        said = self.daemon.run(*self.steps(host), **options)
        self.daemon.service = "without"
        self.assertEqual(self.daemon.run(*self.steps(host), **options).values, said.values)
        self.daemon.service = "imap"
        return said

    def modes(self) -> dict[str, int]:
        return {name: stat.S_IMODE((self.place.root / name).stat().st_mode) for name in MODES}


class Surroundings(OfAHost):
    def test_it_is_opened_as_ever(self):
        for host in WELCOMING:
            with self.subTest(host.label):
                self.begin()
                said = self.log_in(host)
                self.assertEqual(set(said.values), {SUCCESS})
                self.assertEqual(len(daemon.openings(said.log)), len(said.log), said.log)
                self.assertEqual(table.opened(self.place.map), {CLIENT})
                self.assertEqual(self.modes(), MODES)
                self.assertEqual(self.place.beside(), [])
        print(f"\nfigure: surroundings: {len(WELCOMING)} hosts, each opened and unchanged")

    def test_a_known_client(self):
        for host in WELCOMING:
            with self.subTest(host.label):
                self.begin()
                self.daemon.run(*daemon.opening())
                before = self.place.inode()
                self.assertEqual(self.log_in(host).log, [])
                self.assertEqual(self.place.inode(), before)

    def test_what_is_scarce(self):
        """Opened, or one reason; or left to sapdb, when even the seal could not be read.
        What waits is opened by the timer."""
        opened = left = 0
        for host in SHORT:
            with self.subTest(host.label):
                self.begin()
                began = time.monotonic()
                said = self.log_in(host)
                self.assertLess(time.monotonic() - began, AT_ONCE)
                if CLIENT in table.opened(self.place.map):
                    opened += 1
                elif not said.log and self.place.where(CLIENT) == "pending":
                    left += 1
                else:
                    ours = [text for text in said.texts() if text.startswith("pam_sap(")]
                    self.assertEqual(len(ours), 1, said.log)
                    self.assertNotIn("not installed", ours[0])
                    self.assertRegex(ours[0], ": .*(Too many open files|[Mm]emory|failed to map)")
                self.assertEqual(table.faults(self.place.map), "")
                self.place.sapdb("expire")
                waited = self.place.where(CLIENT)
                self.assertIn(waited, ("active", ""), said.log)
                self.assertEqual(self.daemon.run(*daemon.opening()).values[2], SUCCESS)
                self.assertEqual(self.place.where(CLIENT), "active")
        print(f"\nfigure: surroundings: {len(SHORT)} scarce hosts, {opened} opened at once, "
              f"{left} left to sapdb, the others say why")
        self.assertGreater(opened, 3)
        self.assertLess(opened + left, len(SHORT))
        self.assertLess(left, 4)

    def test_little_memory_is_among_them(self):
        not_under_a_sanitizer("it reserves terabytes of addresses itself")
        self.assertEqual(len(SHORT), len(SCARCE))

    def test_what_one_host_lacks_is_no_trouble_for_the_next(self):
        """The map can be changed: by sapdb, or by the next login."""
        for host in SHORT:
            with self.subTest(host.label):
                self.begin(wait="100ms")
                said = self.log_in(host)
                self.assertNotIn("somebody else", str(said.texts()))
                waits = self.place.leases("pending")
                self.daemon.run(*daemon.opening(OTHER))
                self.assertEqual(self.place.leases("active") - {CLIENT}, {OTHER}, said.log)
                self.assertEqual(self.place.leases("active") & waits, waits)

    def test_a_limit_of_file_size(self):
        self.begin()
        said = self.log_in(Host("no file", behind=("fsize=4096",)))
        self.assertEqual(len(said.log), 1, said.log)
        self.assertIn("LimitFSIZE=", said.log[0].text)


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Privileges(OfAHost):
    def test_a_host_that_has_become_nobody(self):
        """The state is root's: the module says that it may not."""
        self.begin()
        said = self.log_in(Host("nobody", (f"uid={NOBODY}",)))
        self.assertEqual(len(said.log), 1, said.log)
        self.assertIn("Permission denied", said.log[0].text)
        self.assertEqual(self.place.where(CLIENT), "")

    def test_a_host_of_nobody(self):
        self.make()
        self.place.uid = NOBODY
        self.place.ready()
        self.log_in(Host("nobody", ("nproc=0", "umask=077")))
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_chroot_with_nothing_inside(self):
        self.begin()
        empty = self.place.root / "empty"
        empty.mkdir()
        said = self.log_in(Host("chroot", behind=(f"chroot={empty}",)))
        self.assertEqual(len(said.log), 1, said.log)
        self.assertIn(str(self.place.conf), said.log[0].text)

    def test_chroot_with_everything_inside(self):
        self.begin_inside()
        said = self.log_in_inside(preexec_fn=self.bring_proc)
        self.assertEqual(len(daemon.openings(said.log)), 1, said.log)
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_chroot_without_something(self):
        for label, settings, want in (
                ("no /proc", {}, "/proc is not mounted here"),
                ("no backend", {"backend_dir": "/none"}, "a backend that is not installed"),
                ("no table", {"map": "hash:/mail/none.db"}, "cannot open the table /mail/none.db")):
            with self.subTest(label):
                self.begin_inside()
                self.place.configure(**settings)
                said = self.log_in_inside()
                self.assertEqual(len(said.log), 1, said.log)
                self.assertIn(want, said.log[0].text)
                self.assertIn(self.place.where(CLIENT), ("pending", "deferred"))

    def begin_inside(self) -> None:
        """A new place for whoever has it as his root; the timer's run is there, too."""
        self.make(**INSIDE)
        sapdb, backend = self.place.sapdb_path, self.place.lib / "map_berkeley.so"
        self.bring_libraries(sapdb, backend)
        (self.place.root / "proc").mkdir()
        inside = [f"/{path.relative_to(self.place.root)}" for path in (sapdb, self.place.conf)]
        subprocess.run(["chroot", str(self.place.root), inside[0], "-c", inside[1], "expire"],
                       preexec_fn=self.bring_proc, check=True)

    def bring_proc(self) -> None:
        """In a child: to a mount namespace of its own."""
        apart.bring_proc(self.place.root / "proc")

    def bring_libraries(self, *programs: Path) -> None:
        """What they need, where the loader looks: there is no ld.so.cache inside."""
        for program in programs:
            needs = subprocess.run(["ldd", str(program)], text=True, capture_output=True,
                                   check=True).stdout
            for library in re.findall(r"(/\S+)", needs):
                inside = self.place.root / library.lstrip("/")
                inside.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(library, inside)

    def log_in_inside(self, **options) -> Said:
        """The daemon has loaded the module, then goes where these paths are."""
        conf = Path("/") / self.place.conf.name
        self.daemon.write_service(
            "imap", f"session optional {self.daemon.module} conf={conf}\n{WITHOUT_US}")
        return self.log_in(Host("chroot", behind=(f"chroot={self.place.root}",)), **options)


if __name__ == "__main__":
    unittest.main()
