# SPDX-License-Identifier: BSD-2-Clause
"""A command to whose Nth system call something is done (inject.c)."""

import os
import re
import signal
import subprocess
from typing import NamedTuple

END_OF_COMMAND = 60
FROM = "pam_sap.conf"  # the first thing of ours that any command opens
TO_THE_END = "-"
# Of inject; what a sanitizer starts to name its functions may complain behind it.
LAST = re.compile(r"^([a-z0-9_-]+) (\d+)$", re.MULTILINE)


class Injected(NamedTuple):
    name: str  # of the call, "" when the command came to its end before
    status: int  # as subprocess has it: negative for a signal
    out: str
    err: str


def run(command: list[str], n: int, action: str, part: tuple[str, str] = (FROM, TO_THE_END),
        env: dict[str, str] | None = None, umask: int = -1) -> Injected:
    """Counted from the one file that it opens to the other."""
    done = subprocess.run(
        [os.environ["SAP_INJECT"], *part, str(n), action, *command], cwd="/", env=env,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, umask=umask,
        timeout=END_OF_COMMAND)
    if done.returncode != 0:
        raise AssertionError(f"inject ended with {done.returncode}: {done.stderr}")
    *_, last = LAST.finditer(done.stderr)
    name, status = last.groups()
    return Injected("" if name == "-" else name, os.waitstatus_to_exitcode(int(status)),
                    done.stdout, done.stderr[:last.start()].rstrip("\n"))


def was_killed(injected: Injected) -> bool:
    return injected.status == -signal.SIGKILL
