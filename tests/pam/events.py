# SPDX-License-Identifier: BSD-2-Clause
"""Counts what happens to a file and in its folder, by inotify: none is missed."""

import ctypes
import os
import struct
from collections import Counter
from pathlib import Path

IN_OPEN, IN_MOVED_TO = 0x20, 0x80
_HEAD = struct.Struct("iIII")
_libc = ctypes.CDLL(None, use_errno=True)


class FolderEvents:
    """From its making on: how often a name in `folder` was opened and exchanged.

    An exchange of two names (renameat2) is an IN_MOVED_TO for each of them.
    """

    def __init__(self, folder: Path, kinds: int = IN_OPEN | IN_MOVED_TO):
        self._fd = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0 or _libc.inotify_add_watch(
                self._fd, os.fsencode(folder), kinds) < 0:
            raise OSError(ctypes.get_errno(), "inotify")
        self._counts: Counter[tuple[str, int]] = Counter()

    def close(self) -> None:
        os.close(self._fd)

    def _take(self) -> None:
        while True:
            try:
                block = os.read(self._fd, 65536)
            except BlockingIOError:
                return
            at = 0
            while at < len(block):
                _watch, mask, _cookie, length = _HEAD.unpack_from(block, at)
                at += _HEAD.size
                name = block[at:at + length].rstrip(b"\0").decode()
                at += length
                for kind in (IN_OPEN, IN_MOVED_TO):
                    self._counts[name, kind] += bool(mask & kind)

    def opened(self, name: str) -> int:
        """The kernel may melt like events in a row into one: 0 is exact."""
        self._take()
        return self._counts[name, IN_OPEN]

    def replaced(self, name: str) -> int:
        """How often something was renamed to this name: exact for exchanges."""
        self._take()
        return self._counts[name, IN_MOVED_TO]
