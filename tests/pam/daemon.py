# SPDX-License-Identifier: BSD-2-Clause
"""A mail daemon's PAM calls in a scratch place, and what came of them.

Everything that the daemon needs is in the place: module, PAM service folder, the login
program. Its log is caught, one entry a line of the log, whatever is in it.

A stack is text as in /etc/pam.d; OURS stands for the module with its conf= argument,
DIR for the service folder (libpam looks for a bare included name in /etc/pam.d).
"""

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cli.place import Place, unprivileged

SUCCESS, PERM_DENIED, AUTH_ERR, SESSION_ERR, CRED_ERR, IGNORE = 0, 6, 7, 14, 17, 25
ESTABLISH, DELETE, REINITIALIZE, REFRESH, SILENT = 0x2, 0x4, 0x8, 0x10, 0x8000

CLIENT = "192.0.2.7"
SESSION = "session optional OURS"
DENY_ALL = "".join(f"{kind} required pam_deny.so\n"
                   for kind in ("auth", "account", "session", "password"))
ERROR, WARNING, NOTICE, DEBUG = 3, 4, 5, 7


@dataclass(frozen=True)
class Line:
    """One entry of the log."""
    level: int
    text: str


@dataclass(frozen=True)
class Said:
    """What the calls returned, in their order, and what was logged."""
    values: list[int]
    log: list[Line]

    def texts(self) -> list[str]:
        return [line.text for line in self.log]


def opening(address: str = CLIENT) -> tuple[str, ...]:
    """The calls of one login with a session."""
    return ("start", f"rhost={address}", "open", "close", "end")


class Daemon:
    def __init__(self, stack: str = SESSION, service: str = "imap", like_us: bool = False,
                 below: str | None = None, **settings: str):
        """`like_us`: it runs as whoever runs the test, even if that is root."""
        self.place = Place(None if like_us else unprivileged(), below, **settings)
        self.service = service
        self.services = self.place.root / "pam.d"
        self.services.mkdir()
        self.log = self.place.root / "log"
        self.module = self.place.bring(Path(os.environ["SAP_MODULE"]))
        self.program = self.place.bring(Path(os.environ["SAP_LOGIN"]))
        self.catcher = self.place.bring(Path(os.environ["SAP_LOG_CATCHER"]))
        self.write_service("other", DENY_ALL)
        self.write_service(service, stack)
        self.place.own()

    def close(self) -> None:
        self.place.close()

    def write_service(self, name: str, stack: str) -> None:
        ours = f"{self.module} conf={self.place.conf}"
        text = stack.replace("OURS", ours).replace("DIR", str(self.services)) + "\n"
        (self.services / name).write_text(text, encoding="utf-8")

    def command(self, *steps: str, user: str = "horn") -> list[str]:
        return [str(self.program), str(self.services), self.service, user, *steps]

    def environment(self) -> dict[str, str]:
        """Ours with the catcher, without what a sanitizer's run time may have put."""
        return os.environ | {"LD_PRELOAD": str(self.catcher), "LOG_CATCHER": str(self.log)}

    def run(self, *steps: str, user: str = "horn", stdin=subprocess.DEVNULL,
            **options) -> Said:
        """Make the calls in a process of their own, as the place's user."""
        before = len(self.lines())
        options = {"timeout": 120} | self.place.who() | options
        done = subprocess.run(
            self.command(*steps, user=user), stdin=stdin, capture_output=True, text=True,
            env=self.environment(), cwd="/", **options)
        if done.returncode != 0:
            raise AssertionError(f"login ended with {done.returncode}: {done.stderr}")
        return Said(values_of(done.stdout), self.lines()[before:])

    def lines(self) -> list[Line]:
        if not self.log.exists():
            return []
        entries = self.log.read_bytes().decode("utf-8", "backslashreplace").split("\0")
        return list(map(parse_line, filter(None, entries)))


def values_of(printed: str) -> list[int]:
    """What the login program printed: the last word of each line."""
    return [int(line.rsplit(" ", 1)[1]) for line in printed.split("\n")
            if line.rpartition(" ")[2].lstrip("-").isdigit()]


def parse_line(entry: str) -> Line:
    priority, text = entry.split(" ", 1)
    return Line(int(priority) & 7, text)


def openings(lines: Iterable[Line]) -> list[str]:
    """The lines that say that a client was let in."""
    return [line.text for line in lines if ": inserted " in line.text]
