# SPDX-License-Identifier: BSD-2-Clause
"""What Cyrus does to a saslauthd: a process that asks over a UNIX socket.

    with Mux(folder) as mux, Asker(mux, stdin) as asker:
        ... asker.server is what the saslauthd has accepted

The asker has `stdin` at descriptor 0, is nobody where it can be, asks, and waits for an
answer. It is a program of its own: the kernel names the process that connected.
"""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from cli.place import unprivileged

ASK = """
import os, socket, sys
path, uid, at_0 = sys.argv[1:]
if uid != "None":
    os.setuid(int(uid))
asking = socket.socket(socket.AF_UNIX)
asking.connect(path)
if at_0 == "closed":
    os.close(0)
os.write(1, b"asked\\n")
os.read(2, 1)
asking.close()
os.write(1, b"hung up\\n")
os.read(2, 1)
"""


class Mux(ExitStack):
    """The socket at which a saslauthd listens."""

    def __init__(self, folder: Path):
        super().__init__()
        self.path = folder / "mux"
        self.listener = self.enter_context(socket.socket(socket.AF_UNIX))
        self.listener.bind(str(self.path))
        self.listener.listen()
        self.path.chmod(0o777)


class Asker(ExitStack):
    def __init__(self, mux: Mux, stdin, closed: bool = False):
        """`closed`: it has no descriptor 0."""
        super().__init__()
        waiting, self.control = os.pipe()
        self.callback(os.close, self.control)
        at_0 = "closed" if closed else "open"
        self.process = subprocess.Popen(
            [sys.executable, "-c", ASK, str(mux.path), str(unprivileged()), at_0],
            stdin=stdin, stdout=subprocess.PIPE, stderr=waiting)
        os.close(waiting)
        self.callback(self.end)
        self.server = self.enter_context(mux.listener.accept()[0])
        self.hear("asked")

    def hear(self, word: str) -> None:
        line = self.process.stdout.readline().decode().strip()
        assert line == word, line

    def hang_up(self) -> None:
        """It lives on, and so does its client."""
        os.write(self.control, b"x")
        self.hear("hung up")

    def end(self) -> None:
        """Dead, and its number free."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
