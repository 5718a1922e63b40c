# SPDX-License-Identifier: BSD-2-Clause
"""source - the files of the source tree. SAP_SOURCE is its root."""

import os
from functools import cache
from pathlib import Path

ROOT = Path(os.environ.get("SAP_SOURCE") or Path(__file__).parents[2])

# Not ours, or made of ours. In a second work tree .git is a file.
SKIPPED = {".git", "__pycache__"}


def _is_build(folder: Path) -> bool:
    return (folder / "meson-info").is_dir()


@cache
def files() -> tuple[Path, ...]:
    """All of them, relative to the root."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders
                            if name not in SKIPPED and not _is_build(Path(folder, name)))
        found += [Path(folder, name).relative_to(ROOT) for name in sorted(names)
                  if name not in SKIPPED]  # in a worktree .git is a file
    return tuple(found)


def with_suffix(*suffixes: str) -> list[Path]:
    return [path for path in files() if path.suffix in suffixes]


def text(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
