# SPDX-License-Identifier: BSD-2-Clause
"""filesystems - workload 2 on other file systems, each in a file on the measured disk.

XFS and btrfs share the blocks of a copy; what a commit costs then when the table is
copied anew shows in its first row, what it costs when files take turns in the other.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from .bench import Bench
from .figures import median
from .first import cold, measure
from .known import added
from .place import Ground
from .rows import Result, Row

NAME = "filesystems"
TITLE = "2b. The same on other file systems"
IMAGE_MIB = 2048
MAKERS = {"ext4": ("mkfs.ext4", "-q"), "xfs": ("mkfs.xfs", "-q"), "btrfs": ("mkfs.btrfs", "-q")}


def run(bench: Bench) -> Result:
    size = bench.pick(1_000_000, 1000)
    rows: list[Row] = []
    notes = ["A file system in a file is slower than the disk itself: compare with the ext4 "
             "here, not with workload 2."]
    for name, maker in MAKERS.items():
        if shutil.which(maker[0]) is None:
            notes.append(f"skipped: {name}, since {maker[0]} is not installed.")
            continue
        try:
            rows += on(bench, name, maker, size)
        except subprocess.CalledProcessError as error:
            notes.append(f"skipped: {name}, since `{error.cmd[0]}` failed.")
        bench.say(name)
    return Result(rows, notes=notes)


def on(bench: Bench, name: str, maker: tuple[str, ...], size: int) -> list[Row]:
    with mounted(bench.folder, name, maker) as folder, \
            Ground(replace(bench, folder=folder), size) as place:
        took = measure(bench, place)
    ours, a, whole = added(took, "ours"), added(took, "a"), median(took["base"])
    return [Row(2, f"{name}: {size:,} records", "µs", ours, {"A": a},
                note=f"the stack without us takes {whole:.0f} µs there"),
            cold(took, f"{name}: the first on a fresh table")]


@contextmanager
def mounted(below: Path, name: str, maker: tuple[str, ...]) -> Iterator[Path]:
    image, folder = below / f"{name}.image", below / name
    with image.open("wb") as file:
        file.truncate(IMAGE_MIB << 20)
    folder.mkdir()
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*maker, str(image)], **quiet)
    subprocess.run(["mount", "-o", "loop", str(image), str(folder)], **quiet)
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        image.unlink()
