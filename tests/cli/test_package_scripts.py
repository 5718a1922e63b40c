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

    def test_purge_where_a_mail_server_still_names_the_table(self):
        for label, folders, left in (("the table stays", ("map", "active"), ["map"]),
                                     ("there is no state", (), None)):
            with self.subTest(label):
                place = self.place({"postfix/main.cf": MAIN_CF})
                state = place.root / "var/lib/pam_sap"
                for name in folders:
                    (state / name).mkdir(parents=True)
                told = self.script(place, "postrm", "purge")
                self.assertEqual(os.listdir(state) if state.exists() else None, left)
                self.assertEqual("stays" in told, left is not None)

    def test_removal_closes_what_the_settings_name(self):
        """No run that is under way may let logins open the relay again."""
        for label, setting, folder in (("by default", "", "pam_sap"),
                                       ("elsewhere", "state_dir = /var/lib/else\n", "else")):
            with self.subTest(label):
                place = self.place({"security/pam_sap.conf": f"mta = postfix\n{setting}"})
                state = place.root / "var/lib" / folder
                for path in (state / "active", state / "map", place.root / "var/lib/pam_sap/map"):
                    path.mkdir(parents=True, exist_ok=True)
                for path in (state / "expired", place.root / "var/lib/pam_sap/map/relay.lmdb"):
                    path.touch()
                self.script(place, "prerm", "remove")
                self.assertFalse((state / "expired").exists())
                stop, revoke = place.commands()
                self.assertEqual(set(SERVICES) - set(stop.split()), set())
                self.assertEqual(revoke, "sapdb revoke --all")


if __name__ == "__main__":
    unittest.main()
