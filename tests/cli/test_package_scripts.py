# SPDX-License-Identifier: BSD-2-Clause
"""Debian's maintainer scripts by themselves, where something is not as it was installed.

The whole story, with dpkg and systemd, is mailhost/test_package.
"""

import os
import subprocess
import unittest
from pathlib import Path

from cli.setup_place import APART, WRITE_DOWN, SetupPlace

SERVICES = ("pam_sap-expire.service", "pam_sap-commit.service")
PROGRAMS = {
    "systemctl": "[ -e /var/lib/active ]\n",
    "deb-systemd-invoke": WRITE_DOWN,
    "sapdb": WRITE_DOWN,
}
MAIN_CF = "smtpd_relay_restrictions = check_client_access lmdb:/var/lib/pam_sap/map/relay reject\n"


@unittest.skipUnless(os.geteuid() == 0, "skipped: mounts of one's own need root")
class Scripts(unittest.TestCase):
    def place(self, files: dict[str, str]) -> SetupPlace:
        place = SetupPlace(files, PROGRAMS)
        self.addCleanup(place.close)
        return place

    def script(self, place: SetupPlace, name: str, word: str) -> str:
        path = Path(os.environ["SAP_SOURCE"]) / f"debian/libpam-sap.{name}"
        done = subprocess.run([*APART, str(place.root), "sh", str(path), word], cwd="/",
                              capture_output=True, text=True, timeout=60, check=False,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "WITHOUT": ""})
        self.assertEqual(done.returncode, 0, done)
        return done.stderr

    def test_an_upgrade_lets_logins_open_where_the_timer_runs(self):
        for label, active, want in (("the timer runs", True, ["sapdb expire --unattended"]),
                                    ("it is off", False, [])):
            with self.subTest(label):
                place = self.place({})
                if active:
                    (place.root / "var/lib/active").touch()
                self.script(place, "postinst", "configure")
                self.assertEqual(place.commands(), want)


if __name__ == "__main__":
    unittest.main()
