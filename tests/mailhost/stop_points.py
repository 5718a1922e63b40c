# SPDX-License-Identifier: BSD-2-Clause
"""stop_points - stop a command of the host between any two of its system calls.

    calls = system_calls(host, "sapdb grant 192.0.2.77")     # [("openat", 7), ...]
    with stopped_at(host, "sapdb grant 192.0.2.77", calls[3]) as command:
        ...                                   # it stands still behind that call
    command.exit_code                         # it went on at the end of `with`

A call is named by its name and its number among the calls of that name, which is
what strace's fault injection counts. No code of the product takes part.
"""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .host import Host
from .waiting import wait_for

Call = tuple[str, int]
LOG = "/tmp/calls"
SECONDS = 30.0
LOOKS = 3
# Behind these nothing that another process sees has changed.
UNSEEN = {"mmap", "munmap", "mprotect", "brk", "fcntl", "getpid", "geteuid", "lseek",
          "getdents64", "socket", "bind", "connect", "getsockname", "sendto", "recvmsg",
          "exit_group"}


def system_calls(host: Host, command: str, first: str) -> list[Call]:
    """The calls of one run, from the first whose line contains `first`."""
    host.shell(f"strace -o {LOG} {command} || true")
    counts: Counter[str] = Counter()
    found: list[Call] = []
    for line in host.inside(LOG).read_text("utf-8", "replace").splitlines():
        name = re.match(r"(\w+)\(", line)
        if not name:
            continue
        counts[name[1]] += 1
        if found or first in line:
            found.append((name[1], counts[name[1]]))
    return [call for call in found if call[0] not in UNSEEN]


class Stopped:
    """A command under strace; `exit_code` is there when it has ended."""

    def __init__(self, host: Host, command: str, call: Call, signal: str):
        name, number = call
        self._host = host
        self.exit_code: int | None = None
        self.process = host.container.start(
            "sh", "-c", f"exec strace -qq -o /dev/null -e trace={name} "
            f"-e inject={name}:signal={signal}:when={number} {command}",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def tracee(self) -> int | None:
        """The process id of the command, seen from outside."""
        for strace in _children(self.process.pid) or [self.process.pid]:
            for child in _children(strace):
                return child
        return None

    def wait_until_stopped(self) -> bool:
        """False: it has ended before it came to that call. strace itself stops it for
        a moment at every call: it stands still when several looks find it unmoved."""
        looks: list[str] = []

        def settled() -> bool:
            child = self.tracee()
            looks.append(_moves_of(child) if child is not None else "")
            unmoved = len(looks) > LOOKS and looks[-1] != "" and len(set(looks[-LOOKS:])) == 1
            return unmoved or self.process.poll() is not None
        wait_for(settled, SECONDS, "the command neither stops nor ends")
        return self.process.poll() is None

    def go_on(self) -> None:
        """Continue, and wait for the end."""
        child = self.tracee()
        if child is not None:
            try:
                subprocess.run(["kill", "-CONT", str(child)], check=False,
                               capture_output=True)
            except ProcessLookupError:
                pass
        self.exit_code = self.process.wait(SECONDS)


@contextmanager
def stopped_at(host: Host, command: str, call: Call) -> Iterator[Stopped]:
    """Run it up to the call; at the end of `with` it goes on to its end."""
    stopped = Stopped(host, command, call, "SIGSTOP")
    try:
        stopped.wait_until_stopped()
        yield stopped
    finally:
        stopped.go_on()


def killed_at(host: Host, command: str, call: Call) -> None:
    """Run it up to the call, and no further."""
    Stopped(host, command, call, "SIGKILL").process.wait(SECONDS)


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(word) for word in text.split()]


def _moves_of(pid: int) -> str:
    """The same text twice: it is in a tracing stop and has not moved in between."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    if not re.search(r"^State:\s+[tT]", status, re.M):
        return ""
    return " ".join(re.findall(r"^\w*voluntary_ctxt_switches:\s+\d+", status, re.M))
