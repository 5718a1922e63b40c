# SPDX-License-Identifier: BSD-2-Clause
"""A network and mounts of this test process's own, which end with it.

Moves the whole process into namespaces of its own, and without root into a user
namespace where it is root. To be called once, before anything else; nothing outside
the process changes, and nothing has to be cleaned up.
"""

import ctypes
import os
import subprocess
import unittest
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
MS_RDONLY, MS_REMOUNT, MS_REC, MS_PRIVATE = 0x1, 0x20, 0x4000, 0x40000

_libc = ctypes.CDLL(None, use_errno=True)


def _call(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _map_to_root(uid: int, gid: int) -> None:
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")


def _leave(namespaces: int) -> None:
    uid, gid = os.geteuid(), os.getegid()
    try:
        _call(_libc.unshare(namespaces if uid == 0 else namespaces | CLONE_NEWUSER))
        if uid != 0:
            _map_to_root(uid, gid)
    except OSError as error:
        raise unittest.SkipTest(f"no namespace of one's own here: {error}") from error


def own_network(*addresses: str) -> None:
    """Only a loopback interface, with these addresses."""
    _leave(CLONE_NEWNET)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in addresses:
        subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True)


def own_mounts() -> None:
    _leave(CLONE_NEWNS)
    _call(_libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))


def mount_small_disk(folder: Path, kib: int, *options: str) -> None:
    """An empty tmpfs of this size on the folder."""
    data = ",".join((f"size={kib}k", *options)).encode()
    _call(_libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, data))


def remount(folder: Path, read_only: bool) -> None:
    """EBUSY while a file there is open for writing."""
    flags = MS_REMOUNT | (MS_RDONLY if read_only else 0)
    _call(_libc.mount(None, os.fsencode(folder), None, flags, None))


def hide_proc() -> None:
    """For a preexec_fn: nothing is in /proc for this process."""
    _call(_libc.unshare(CLONE_NEWNS))
    _call(_libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    _call(_libc.mount(b"tmpfs", b"/proc", b"tmpfs", 0, None))


def bring_proc(folder: Path) -> None:
    """For a preexec_fn: for this process it is mounted there, too."""
    _call(_libc.unshare(CLONE_NEWNS))
    _call(_libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    _call(_libc.mount(b"proc", os.fsencode(folder), b"proc", 0, None))


def unmount(folder: Path) -> None:
    _call(_libc.umount2(os.fsencode(folder), 2))
