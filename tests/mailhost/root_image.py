# SPDX-License-Identifier: BSD-2-Clause
"""root_image - the Debian root that every mail host is a copy of.

cached_root() returns the folder, after building it where that is necessary. A root is
made of parts, each a folder of parts/ with a list of packages and a shell script that
configures them, run inside the root in the order of the parts. The root's name holds a
hash of them, so a changed part is a new root. A build goes on under another name and
gets its own at the very end: what has the right name is complete. Two builds of one
root at once: the second waits for the first and uses its root. A build removes what a
killed one left, and the roots that nobody has asked for in a week.

Raises CalledProcessError when a step fails; its output is in `<root>.log`.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from .apart import DIES_WITH_US, PRIVATE_MOUNTS, PRIVATE_PROCESSES
from .apt_sources import Archive, own_archive, proxy_environment

CACHE = Path("/var/cache/pam_sap")
PARTS = Path(__file__).parent / "parts"
FIRST, LAST = "base", "last"  # of every root
STOCK = ("sendmail", "dovecot")
PROGRESS_STEP = 50  # debootstrap's lines for each of ours
UNUSED_SECONDS = 7 * 24 * 3600
CONFINED = [*DIES_WITH_US, *PRIVATE_PROCESSES, *PRIVATE_MOUNTS]

Progress = Callable[[str], None]
Parts = tuple[str, ...]


def image_path(cache: Path = CACHE, parts: Parts = STOCK) -> Path:
    """Where the root of these parts is, or will be."""
    return cache / f"root-{_hash_of(own_archive(), parts)}"


def cached_root(cache: Path = CACHE, progress: Progress = print,
                parts: Parts = STOCK) -> Path:
    """The folder with the root of these parts, built now if need be."""
    root = image_path(cache, parts)
    if not root.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with _build_lock(root):
            if not root.is_dir():
                _remove_old(cache)
                _build(root, parts, progress)
    os.utime(root)
    return root


def copy_root(image: Path, copy: Path, link_usr: bool = True) -> None:
    """A root to boot from. The files of /usr are hard links, for speed: replace
    them, but never write into one. All else is copied."""
    copy.mkdir()
    for part in sorted(image.iterdir()):
        how = "--link" if link_usr and part.name == "usr" else "--reflink=auto"
        subprocess.run([*DIES_WITH_US, "cp", "-a", how, part, copy], check=True)
    shutil.copystat(image, copy)


def _texts(parts: Parts, name: str) -> list[str]:
    """What the parts' files of this name say, in the order of the parts."""
    return [(PARTS / part / name).read_text("utf-8") for part in (FIRST, *parts, LAST)]


def _hash_of(archive: Archive, parts: Parts) -> str:
    found = hashlib.sha256(f"{archive.suite} {os.uname().machine}".encode())
    for text in _texts(parts, "packages") + _texts(parts, "configure"):
        found.update(text.encode() + b"\0")
    return found.hexdigest()[:16]


@contextmanager
def _build_lock(root: Path) -> Iterator[None]:
    with open(root.with_suffix(".lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove_old(cache: Path) -> None:
    for root in cache.glob("root-*[0-9a-f]"):
        if root.stat().st_mtime < time.time() - UNUSED_SECONDS:
            shutil.rmtree(root)
            root.with_suffix(".log").unlink(missing_ok=True)


def _build(root: Path, parts: Parts, progress: Progress) -> None:
    building = root.with_name(root.name.replace("root-", "building-"))
    if building.exists():  # under the lock it is a broken-off build
        shutil.rmtree(building)
    progress(f"building a Debian root in {root}")
    with open(root.with_suffix(".log"), "w", encoding="utf-8") as log:
        _debootstrap(building, parts, log, progress)
        progress("configuring the root")
        _configure(building, parts, log)
    building.rename(root)
    progress("the root is complete")


def _debootstrap(target: Path, parts: Parts, log: TextIO,
                 progress: Progress) -> None:
    archive = own_archive()
    packages = re.sub(r"#.*", "", "\n".join(_texts(parts, "packages"))).split()
    options = ["--variant=minbase", "--include=" + ",".join(packages)]
    if archive.keyring:
        options.append(f"--keyring={archive.keyring}")
    command = [*CONFINED, "debootstrap", *options, archive.suite, str(target),
               archive.mirror]
    with subprocess.Popen(command, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=os.environ | proxy_environment()) as process:
        try:
            _report(process.stdout, log, progress)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)


def _report(lines: TextIO, log: TextIO, progress: Progress) -> None:
    """All lines to the log; to the caller some of them, and all complaints."""
    for number, line in enumerate(lines, start=1):
        log.write(line)
        if number % PROGRESS_STEP == 0 or not line.startswith("I: "):
            progress("  " + line.removeprefix("I: ").rstrip()[:70])
    log.flush()


def _configure(target: Path, parts: Parts, log: TextIO) -> None:
    """Run the parts' scripts inside the root."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
    for script in _texts(parts, "configure"):
        subprocess.run([*CONFINED, "chroot", target, "/bin/sh", "-eu", "-s"], text=True,
                       input=script, stdout=log, stderr=log, env=environment, check=True)


if __name__ == "__main__":
    print(cached_root())
