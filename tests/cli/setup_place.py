# SPDX-License-Identifier: BSD-2-Clause
"""An /etc of a test's own for sapdb setup, and mail servers that are not there.

    place = SetupPlace({"pam.d/dovecot": "@include common-account\n"})
    place.setup("--apply", "dovecot")
    place.texts(), place.commands()

/etc, /run, /var/lib and /usr/sbin are folders of the place's in a mount namespace of its
own. In /usr/sbin are programs that say what the real ones would, and write down how they
were called. Booted hosts have the real ones (mailhost/test_setup).
"""

import os
import subprocess
from pathlib import Path

from cli.place import Place

MOUNTS = ("etc", "run", "var/lib", "usr/sbin")
INSIDE = ('root=$1; shift; for name in ' + " ".join(MOUNTS) + '; do '
          'mount --bind "$root/$name" "/$name"; done; '
          'if [ -n "$WITHOUT" ] && [ -e "$WITHOUT" ]; then mount --bind /dev/null "$WITHOUT"; fi; '
          'exec "$@"')
APART = ("unshare", "--mount", "--propagation", "private", "sh", "-euc", INSIDE, "sh")

WRITE_DOWN = 'echo "${0##*/} $*" >>/var/lib/commands\n'
# What is enabled is a file in /var/lib; "active" is the same here.
SYSTEMCTL = """case $1 in
is-enabled) for unit in timer path service; do
	[ -e /var/lib/enabled ] && echo enabled || echo disabled; done; [ -e /var/lib/enabled ] ;;
is-active) for unit in timer path service; do
	[ -e /var/lib/enabled ] && echo active || echo inactive; done; exit 3 ;;
enable) : >/var/lib/enabled; """ + WRITE_DOWN + """ ;;
disable) rm -f /var/lib/enabled; """ + WRITE_DOWN + """ ;;
*) """ + WRITE_DOWN + """ ;;
esac
"""
PROGRAMS = {
    "systemctl": SYSTEMCTL,
    "postfix": "",
    "postconf": """case $1 in
-m) printf 'hash\\nlmdb\\nunix\\n' ;;
-xh) echo "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination" ;;
esac
""",
    "exim4": "echo 'Berkeley DB: 5.3.28'; echo 'Lookups (built-in): lsearch dbm dbmjz dbmnz'\n",
    "update-exim4.conf": WRITE_DOWN,
}


class SetupPlace(Place):
    """With the settings as they are installed, but for where the backends are."""

    without = ""  # a program that the system has not got

    def __init__(self, files: dict[str, str], programs: dict[str, str] | None = None):
        super().__init__()
        self.configure(map=None, state_dir=None, run_dir=None)
        for name in MOUNTS:
            (self.root / name).mkdir(parents=True, exist_ok=True)
        (self.root / "run/systemd/system").mkdir(parents=True)
        for name, text in (PROGRAMS if programs is None else programs).items():
            path = self.root / "usr/sbin" / name
            path.write_text(f"#!/bin/sh\n{text}")
            path.chmod(0o755)
        for name, text in files.items():
            path = self.root / "etc" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def setup(self, *words: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
        """sapdb setup WORDS; -j among them is --json. `before`: what starts it."""
        json = [word for word in words if word == "-j"]
        return subprocess.run(
            [*APART, str(self.root), *before, str(self.sapdb_path), "-c", str(self.conf), *json,
             "setup", *(word for word in words if word != "-j")],
            cwd="/", capture_output=True, text=True, timeout=60, check=False,
            env=os.environ | {"WITHOUT": self.without})

    def texts(self) -> dict[str, str]:
        """Name in /etc -> what is in it."""
        etc = self.root / "etc"
        return {str(path.relative_to(etc)): path.read_text()
                for path in etc.rglob("*") if path.is_file()}

    def commands(self) -> list[str]:
        """What was called since the last time."""
        written: Path = self.root / "var/lib/commands"
        if not written.exists():
            return []
        lines = written.read_text().splitlines()
        written.unlink()
        return lines
