# SPDX-License-Identifier: BSD-2-Clause
"""The ways in which an administrator replaces the table.

    InPlace   makemap over the live file, under its lock: it may have to wait for a
              commit, and it fails when the file is exchanged under it
    Postmap   Postfix's: the same without a look whether the file is exchanged; it then
              writes into the new one without its lock, and never fails
    Move      Debian's: makemap into another file, chown, chmod, mv over the live one;
              no lock plays a part, and it never fails

SAP_MAKEMAP names the program; tools/check takes it out of Debian's sendmail-bin. Where
there is none, rebuild.c imitates its steps, and each figure says which of them it was.
"""

import os
import subprocess
import time
from pathlib import Path

from cli import table

MAKEMAP = Path(os.environ.get("SAP_MAKEMAP", "/usr/sbin/makemap"))
MAKER = "makemap" if MAKEMAP.exists() else "an imitation of makemap"
WAITS_IN_FLOCK = "73 "  # /proc/PID/syscall: SYS_flock
PATIENCE = 30


def need_makemap() -> None:
    """In CI an imitation would be tried for nothing."""
    if "CI" in os.environ and not MAKEMAP.exists():
        raise AssertionError(f"SAP_MAKEMAP names no makemap: {MAKEMAP}")


def pairs(statics: dict[bytes, bytes]) -> list[str]:
    return [text.decode() for pair in statics.items() for text in pair]


def start_makemap(folder: Path, path: Path, statics: dict[bytes, bytes]) -> subprocess.Popen:
    """With a text and a sendmail.cf of its own in `folder`, which trusts the owner of the
    table."""
    cf, text = folder / "sendmail.cf", folder / "access"
    owner = path.stat().st_uid if path.exists() else os.geteuid()
    cf.write_text(f"O TrustedUser={owner}\n", encoding="ascii")
    text.unlink(missing_ok=True)  # one that waits reads the old one
    text.write_bytes(b"".join(b"%s\t%s\n" % pair for pair in statics.items()))
    with text.open("rb") as stdin:
        return subprocess.Popen([MAKEMAP, "-C", str(cf), "hash", str(path)],
                                stdin=stdin, stderr=subprocess.DEVNULL)


class InPlace:
    """Started at once; `settle` returns when it has ended or waits for the lock."""

    LABEL = f"{MAKER} in place"

    def __init__(self, path: Path, statics: dict[bytes, bytes]):
        self.statics = statics
        self._start(path)

    def _start(self, path: Path) -> None:
        if MAKEMAP.exists():
            self.process = start_makemap(path.parent.parent, path, self.statics)
        else:
            self._start_ours(str(path))

    def _start_ours(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [os.environ["SAP_REBUILD"], *arguments, *pairs(self.statics)],
            stderr=subprocess.DEVNULL)

    def _is_waiting(self) -> bool:
        try:
            proc = Path(f"/proc/{self.process.pid}")
            return (proc / "syscall").read_text().startswith(WAITS_IN_FLOCK) \
                and (proc / "stat").read_text().rpartition(")")[2].split()[0] == "S"
        except OSError:
            return False

    def settle(self) -> bool:
        """True: it waits for the commit."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and not self._is_waiting():
            if time.monotonic() > end:
                raise AssertionError("makemap neither ends nor waits for the lock")
            time.sleep(0.0005)
        return self.process.poll() is None

    def succeeded(self) -> bool:
        return self.process.wait(PATIENCE) == 0


class Postmap(InPlace):
    def _start(self, path: Path) -> None:
        self._start_ours("-p", str(path))


class Move:
    LABEL = f"{MAKER if MAKEMAP.exists() else 'db5.3_load'} and mv"

    def __init__(self, path: Path, statics: dict[bytes, bytes]):
        self.statics = statics
        before = path.stat()
        new = path.with_name("access.new.db")
        if not MAKEMAP.exists():
            table.make(new, statics)
        elif start_makemap(path.parent.parent, new, statics).wait(PATIENCE) != 0:
            raise AssertionError("makemap of a new file failed")
        os.chown(new, before.st_uid, before.st_gid)
        new.chmod(before.st_mode & 0o7777)
        new.replace(path)

    def settle(self) -> bool:
        return False

    def succeeded(self) -> bool:
        return True
