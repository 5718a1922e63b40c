# SPDX-License-Identifier: BSD-2-Clause
"""demo_embedded - the play without root: the real libpam, a private table, no daemon.

The logins go through libpam (pam_start_confdir) and the module that was built, with a
service file in a scratch folder; sapdb works on the same private table.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from embedded_login import log_in
from telling import expect, say, show, step

ADDRESS = "192.0.2.77"
REFUSED = "198.51.100.7"
RECORDS = {"198.51.100": "REJECT", "spammer.example.com": "REJECT", "192.0.2.10": "RELAY"}


class Place:
    """A scratch folder with settings, table and service file."""

    def __init__(self, folder: Path, build: Path):
        self.folder = folder
        self.table = folder / "access.db"
        self.conf = folder / "pam_sap.conf"
        self._sapdb = build / "db-tool/sapdb"
        dump = "".join(f"{key}\n{value}\n" for key, value in RECORDS.items())
        subprocess.run(["db5.3_load", "-T", "-t", "hash", self.table], input=dump,
                       text=True, check=True)
        self.conf.write_text(
            f"map = hash:{self.table}\nstate_dir = {folder}/state\n"
            f"run_dir = {folder}/run\nbackend_dir = {build}/map\nlifetime = 15min\n")
        self.service = folder / "pop3"
        self.service.write_text(
            "auth     required  pam_permit.so\n"
            "account  required  pam_permit.so\n"
            f"account  optional  {build}/pam_smtpafterpop/pam_sap.so conf={self.conf}\n")

    def sapdb(self, *arguments: str) -> str:
        """Run it, show it, return what it printed."""
        show("sapdb " + " ".join(arguments), "$")
        ran = subprocess.run([self._sapdb, "-c", self.conf, *arguments],
                             capture_output=True, text=True, check=False)
        show(ran.stdout + ran.stderr)
        return ran.stdout


def scene_table(place: Place) -> None:
    step("A table such as /etc/mail/access.db, and the first run of the timer's command")
    place.sapdb("expire")
    expect("198.51.100\tREJECT" in place.sapdb("list"), "the table cannot be read")
    place.sapdb("status", ADDRESS)


def scene_login(place: Place) -> None:
    step(f"User horn logs in from {ADDRESS}; the PAM service file is")
    show(place.service.read_text().replace(str(place.folder), "."))
    expect(log_in(place.folder, "pop3", "horn", ADDRESS), "the login failed")
    say("The login has returned, so the mail server sees:")
    expect(f"{ADDRESS}\tRELAY" in place.sapdb("list", ADDRESS), "there is no record")
    place.sapdb("status")
    place.sapdb("status", ADDRESS)


def scene_static(place: Place) -> None:
    step(f"What the administrator refuses stays shut: a login from {REFUSED}")
    expect(log_in(place.folder, "pop3", "horn", REFUSED), "the login failed")
    expect("may not relay" in place.sapdb("status", REFUSED), "it was opened")


def scene_end(place: Place) -> None:
    step("Sixteen minutes later (the lease is dated back), the timer runs")
    lease = place.folder / "state/active" / ADDRESS
    then = lease.stat().st_mtime - 16 * 60
    os.utime(lease, (then, then))
    place.sapdb("expire")
    place.sapdb("status", ADDRESS)
    expect(f"{ADDRESS}\t" not in place.sapdb("list"), "the record is still there")


def main() -> None:
    build = Path(os.environ["SAP_BUILD"])
    with tempfile.TemporaryDirectory(prefix="pam_sap-demo-") as folder:
        place = Place(Path(folder), build)
        for scene in (scene_table, scene_login, scene_static, scene_end):
            scene(place)
    print("\nThat was all; nothing is left behind.")


if __name__ == "__main__":
    main()
