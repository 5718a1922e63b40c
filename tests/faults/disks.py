# SPDX-License-Identifier: BSD-2-Clause
"""Small disks that can be filled, to the last block or the last inode, and emptied again.

In mounts of the test process's own (pam/apart.py): call `apart.own_mounts` first.
"""

import errno
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from guest.sanitized import SANITIZER
from pam import apart

KIB = 1024
BALLAST = "ballast"
ROOM_KIB = (8 if SANITIZER == "none" else 32) * KIB  # the programs stand there, too


class Disk:
    """A tmpfs."""

    NAME = "tmpfs"
    INODES = 600

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="sap-disk-"))
        self.mount()
        self.folder.chmod(0o755)
        self.ballast = self.folder / BALLAST

    def mount(self) -> None:
        apart.mount_small_disk(self.folder, ROOM_KIB, f"nr_inodes={self.INODES}")

    def close(self) -> None:
        apart.unmount(self.folder)
        self.folder.rmdir()

    def block(self) -> int:
        return os.statvfs(self.folder).f_frsize

    def leave_blocks(self, wanted: int) -> None:
        self.empty()
        with self.ballast.open("wb") as file:
            while (spare := self.blocks() - wanted) > 0:
                if not grow(file.fileno(), spare * self.block()):
                    grow(file.fileno(), self.block())
        if self.blocks() > wanted:
            raise AssertionError(f"{self.blocks()} blocks are free, not {wanted}")

    def blocks(self) -> int:
        os.sync()  # ext4 frees what was removed when its journal is written
        return os.statvfs(self.folder).f_bavail

    def leave_inodes(self, wanted: int) -> None:
        self.empty()
        self.ballast.mkdir()
        while os.statvfs(self.folder).f_ffree > wanted:
            (self.ballast / str(os.statvfs(self.folder).f_ffree)).touch()

    def empty(self) -> None:
        if self.ballast.is_dir():
            shutil.rmtree(self.ballast)
        else:
            self.ballast.unlink(missing_ok=True)


class Ext4(Disk):
    """In a file, with blocks of 1 KiB and a journal."""

    NAME = "ext4"

    def mount(self) -> None:
        self.image = Path(tempfile.mkstemp(prefix="sap-image-")[1])
        os.truncate(self.image, ROOM_KIB * KIB)
        quiet = {"check": True, "capture_output": True}
        try:
            subprocess.run(["mkfs.ext4", "-q", "-b", "1024", "-m", "0", "-N", str(self.INODES),
                            str(self.image)], **quiet)
            subprocess.run(["mount", "-o", "loop", str(self.image), str(self.folder)], **quiet)
        except (OSError, subprocess.CalledProcessError) as error:
            self.image.unlink()
            self.folder.rmdir()
            raise unittest.SkipTest(f"no ext4 in a file here: {error}") from error

    def close(self) -> None:
        super().close()
        self.image.unlink()


def grow(fd: int, by: int) -> bool:
    try:
        os.posix_fallocate(fd, os.fstat(fd).st_size, by)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
    return True
