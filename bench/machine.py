# SPDX-License-Identifier: BSD-2-Clause
"""machine - on what it was measured, in a few lines."""

import os
import platform
import subprocess
from pathlib import Path

LOAD = "load before the run"
PACKAGES = ("libpam0g", "libdb5.3", "libc6", "perl")


def printed(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def disk(folder: Path) -> str:
    """File system and mount options of the folder."""
    return ", ".join(printed("findmnt", "-n", "-o", "FSTYPE,OPTIONS", "-T", str(folder)).split())


def packages() -> str:
    return ", ".join(f"{name} {printed('dpkg-query', '-W', '-f', '${Version}', name)}"
                     for name in PACKAGES)


def describe(folder: Path) -> list[tuple[str, str]]:
    return [
        ("processor", f"{os.cpu_count()} x {processor()}"),
        ("kernel", platform.release()),
        ("file system", disk(folder)),
        ("libraries", packages()),
        (LOAD, f"{os.getloadavg()[0]:.2f}"),
    ]
