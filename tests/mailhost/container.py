# SPDX-License-Identifier: BSD-2-Clause
"""container - boots a root folder with systemd-nspawn, runs commands in it.

    container = Container(root, "mailhost-4711-1", namespace.path, console_file)
    container.wait_until_booted(timeout)
    container.run("systemctl", "is-active", "dovecot").stdout
    container.kill()

It needs no systemd and no machined outside. kill() is a power cut; for an
orderly end run "systemctl poweroff" and call wait_until_off() before it.
Whoever starts a container must see to kill(): it lives on without us.

Raises TimeoutError, with the end of the console, when it does not boot in time,
and RuntimeError when nspawn ends before that.
"""

import subprocess
import time
from pathlib import Path

from .apart import PRIVATE_MOUNTS
from .cgroup import ControlGroup

ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin",
               "HOME": "/root", "LC_ALL": "C.UTF-8"}
# A host of its own has it; nspawn would keep it from root. For the resolver `unix`.
ALLOWED = ["--system-call-filter=pidfd_getfd"]
END = 30.0  # seconds for nspawn, behind its payload


class Container:
    """One booted root."""

    def __init__(self, root: Path, name: str, network: str, console: Path,
                 own_usr: bool = False):
        self._console = console
        self._init: int | None = None
        self._group = ControlGroup(name)
        self._group.create()
        command = ["systemd-nspawn", "--quiet", "--boot", f"--directory={root}",
                   *([] if own_usr else [f"--bind-ro={root}/usr:/usr"]),
                   "--register=no", "--keep-unit", f"--machine={name}",
                   "--hostname=mail", f"--network-namespace-path={network}",
                   "--console=pipe", "--resolv-conf=off", "--timezone=off",
                   "--link-journal=no", *ALLOWED]
        with open(console, "wb") as output:
            self._nspawn = subprocess.Popen(
                self._group.joining([*PRIVATE_MOUNTS, *command]),
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True)

    def wait_until_booted(self, timeout: float) -> None:
        """Wait until systemd has started all that it wants to start."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self._nspawn.poll() is not None:
                raise RuntimeError("nspawn has ended:\n" + self.console())
            self._init = self._init or _first_process(self._nspawn.pid)
            if self._init and self._has_booted(deadline):
                return
            time.sleep(0.05)
        raise TimeoutError("the host has not booted in time:\n" + self.console())

    def _has_booted(self, deadline: float) -> bool:
        left = max(0.1, deadline - time.monotonic())
        try:
            state = self.run("systemctl", "is-system-running", "--wait",
                             check=False, timeout=left).stdout.strip()
        except subprocess.TimeoutExpired:
            return False
        return state in ("running", "degraded")

    @property
    def init(self) -> int:
        """The process id of its systemd, seen from outside."""
        if self._init is None:
            raise RuntimeError("the host has not booted")
        return self._init

    def entering(self, *command: str) -> list[str]:
        """The command line that runs `command` inside. --root: when we are in a
        chroot, the root of its mount namespace is still the whole machine."""
        return ["nsenter", f"--target={self.init}", "--all", "--root", "--wd",
                "--", *command]

    def run(self, *command: str, check: bool = True, timeout: float = 30.0,
            **how) -> subprocess.CompletedProcess[str]:
        """Run a command inside as root and return what it printed; `how` is
        passed on to subprocess.run()."""
        return subprocess.run(
            self.entering(*command), check=check, timeout=timeout, text=True,
            env=ENVIRONMENT,
            **{"stdin": subprocess.DEVNULL, "capture_output": True} | how)

    def start(self, *command: str, **how) -> subprocess.Popen:
        """Start a command inside; `how` is passed on to subprocess.Popen()."""
        return subprocess.Popen(self.entering(*command), text=True,
                                env=ENVIRONMENT, **how)

    def console(self) -> str:
        """The last lines that were printed while booting."""
        return "".join(self._console.read_text("utf-8", "replace")
                       .splitlines(keepends=True)[-20:])

    def wait_until_off(self, timeout: float = 30.0) -> None:
        """Wait for the end of a host that has been told to power off."""
        self._nspawn.wait(timeout)

    def kill(self) -> None:
        """End all its processes at once. A second call does nothing."""
        self._group.end()
        try:
            self._nspawn.wait(END)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._group.end()
            self._nspawn.wait()


def _first_process(nspawn: int) -> int | None:
    """The child of nspawn that is process 1 in its own namespace."""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = status.read_text("utf-8", "replace").splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        ids = fields.get("NSpid", "").split()
        if int(fields["PPid"]) == nspawn and len(ids) > 1 and ids[-1] == "1":
            return int(status.parent.name)
    return None
