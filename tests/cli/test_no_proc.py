# SPDX-License-Identifier: BSD-2-Clause
"""A sandbox without /proc: files are opened by way of it, and the error says so.

"No such file", of a file that is there, would send the reader the wrong way.
"""

import os
import shutil
import subprocess
import unittest

from cli import table
from cli.place import Place, unprivileged
from guest.sanitized import not_under_a_sanitizer

CLIENT = "192.0.2.7"
HIDE = 'mount -t tmpfs none /proc && exec "$@"'
APART = ("unshare", "--mount", "--propagation", "private", "sh", "-c", HIDE, "sh")


@unittest.skipUnless(os.geteuid() == 0, "skipped: mounts of one's own need root")
@unittest.skipUnless(shutil.which("setpriv"), "skipped: setpriv is not installed")
class NoProc(unittest.TestCase):
    def setUp(self):
        not_under_a_sanitizer("its run time needs /proc")

    def place_of(self, uid: int | None) -> Place:
        place = Place(uid=uid)
        self.addCleanup(place.close)
        table.make(place.map, {"192.0.2.60": "REJECT"})
        place.own()
        done = self.sapdb(place, "--version")
        self.assertEqual(done.returncode, 0, f"it runs without /proc at all: {done.stderr}")
        return place

    def sapdb(self, place: Place, *arguments: str) -> subprocess.CompletedProcess:
        become = () if place.uid is None else (
            "setpriv", f"--reuid={place.uid}", f"--regid={place.uid}", "--clear-groups")
        return subprocess.run(
            [*APART, *become, str(place.sapdb_path), "-c", str(place.conf), *arguments],
            cwd="/", capture_output=True, text=True, timeout=60, check=False)

    def expect_reason(self, done: subprocess.CompletedProcess, what: str):
        self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1), done)
        self.assertIn(what, done.stderr)
        self.assertIn("/proc is not mounted", done.stderr)
        self.assertNotIn("damaged", done.stderr)

    def test_the_table(self):
        place = self.place_of(None)
        for command in (("list",), ("grant", CLIENT), ("insert", "a", "b")):
            with self.subTest(command):
                self.expect_reason(self.sapdb(place, *command), str(place.map))
        self.assertEqual(place.sapdb("expire").returncode, 0)
        self.assertEqual(table.opened(place.map), {CLIENT})

    def test_by_another_user(self):
        """Whose kernel may want /proc for the lease already (before Linux 6.10)."""
        uid = unprivileged()
        if uid is None:
            self.skipTest("skipped: there is no other user here")
        place = self.place_of(uid)
        self.expect_reason(self.sapdb(place, "grant", CLIENT), "cannot ")


if __name__ == "__main__":
    unittest.main()
