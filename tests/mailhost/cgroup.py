# SPDX-License-Identifier: BSD-2-Clause
"""cgroup - a control group of its own for each host.

Two systemds in one control group would take each other's services for their
own, systemd-nspawn leaves the groups that it makes, and a systemd outlives the
nspawn that booted it. So each host gets a group in every hierarchy that systemd
uses: cgroup2, and the `name=systemd` one of a hybrid layout.

    group = ControlGroup("mailhost-4711-1")
    group.create()
    subprocess.Popen(group.joining(command))
    group.end()

Raises RuntimeError when cgroup2 is not mounted.
"""

import os
from contextlib import suppress
from pathlib import Path

from .waiting import wait_for

JOIN = 'for group in $GROUPS_TO_JOIN; do echo $$ >"$group" || exit; done; exec "$@"'
TIDY_SECONDS = 2.0
REMOVE_SECONDS = 10.0


class ControlGroup:
    """One group, by the same name in every hierarchy."""

    def __init__(self, name: str):
        self._folders = [mounted / name for mounted in _hierarchies()]

    def create(self) -> None:
        """Make it, where it does not exist."""
        for folder in self._folders:
            folder.mkdir(exist_ok=True)

    def joining(self, command: list[str]) -> list[str]:
        """`command`, made to enter the group before it starts."""
        files = " ".join(f"{folder}/cgroup.procs" for folder in self._folders)
        return ["sh", "-c", JOIN.replace("$GROUPS_TO_JOIN", files), "sh", *command]

    def end(self) -> None:
        """Kill all that runs in it, and remove it. nspawn is given the time to
        follow its payload by itself: it takes its files in /run along."""
        self._kill("payload")
        with suppress(TimeoutError):
            wait_for(lambda: not self._is_populated(), TIDY_SECONDS, "")
        self._kill(".")
        for folder in self._folders:
            wait_for(lambda folder=folder: _removed(folder), REMOVE_SECONDS,
                     f"there are still processes in {folder}")

    def _kill(self, part: str) -> None:
        """Only cgroup2 has this file; and what is not there needs no killing."""
        for folder in self._folders:
            with suppress(FileNotFoundError):
                fd = os.open(folder / part / "cgroup.kill", os.O_WRONLY)
                with open(fd, "w", encoding="ascii") as file:
                    file.write("1")

    def _is_populated(self) -> bool:
        return any("populated 1" in events.read_text()
                   for folder in self._folders
                   for events in folder.glob("cgroup.events"))


def _hierarchies() -> list[Path]:
    """Where the hierarchies are mounted that systemd keeps its services in."""
    found = {}
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        for line in mounts:
            place, _, kind = line.partition(" - ")
            filesystem, _, options = kind.split(maxsplit=2)
            if filesystem == "cgroup2" or "name=systemd" in options:
                found[filesystem] = Path(place.split()[4])
    if "cgroup2" not in found:
        raise RuntimeError("cgroup2 is not mounted")
    return list(found.values())


def _removed(folder: Path) -> bool:
    try:
        for below, _, _ in os.walk(folder, topdown=False):
            os.rmdir(below)
    except FileNotFoundError:
        pass  # systemd was quicker
    except OSError:
        return False
    return not folder.exists()
