# SPDX-License-Identifier: BSD-2-Clause
"""package_cache - a root that can install Debian packages without a network.

    fill(host.root, ["install", "build-essential"], ["build-dep", str(source)])

What these commands of apt would fetch for this root is put into the cache of its own apt:
from this machine's cache, which is completed before. The lists of packages are this
machine's, too.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ARCHIVES, LISTS = Path("var/cache/apt/archives"), Path("var/lib/apt/lists")
HERE = Path("/")
FETCH_SECONDS = 600


def fill(root: Path, *commands: list[str]) -> None:
    """Each is a command of apt-get's, which is not carried out."""
    if not any((HERE / LISTS).glob("*InRelease")):
        subprocess.run(["apt-get", "-q", "update"], check=True, capture_output=True)
    shutil.copytree(HERE / LISTS, root / LISTS, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("lock", "partial", "auxfiles"))
    (root / ARCHIVES / "partial").mkdir(parents=True, exist_ok=True)
    for command in commands:
        wanted = _wanted(root, command)
        if not all((HERE / ARCHIVES / name).exists() for name in wanted):
            _apt(root, HERE / ARCHIVES, "--download-only", *command)
        for name in wanted:
            shutil.copy(HERE / ARCHIVES / name, root / ARCHIVES)


def answer_yes(root: Path) -> None:
    """apt asks before it installs more than was named. And dpkg does not wait for the disk
    after each package, which is about the machine and not about us."""
    (root / "etc/apt/apt.conf.d/90yes").write_text('APT::Get::Assume-Yes "true";\n')
    (root / "etc/dpkg/dpkg.cfg.d").mkdir(exist_ok=True)
    (root / "etc/dpkg/dpkg.cfg.d/quick").write_text("force-unsafe-io\n")


def _wanted(root: Path, command: list[str]) -> set[str]:
    """The file names of all that it would fetch into an empty cache."""
    with tempfile.TemporaryDirectory() as empty:
        Path(empty, "partial").mkdir()
        said = _apt(root, Path(empty), "--print-uris", *command)
    return set(re.findall(r"^'.*' (\S+\.deb) ", said, re.M))


def _apt(root: Path, archives: Path, *words: str) -> str:
    """For what is installed in the root; what it says."""
    places = {"Dir::State::status": root / "var/lib/dpkg/status",
              "Dir::Etc::sourcelist": root / "etc/apt/sources.list",
              "Dir::Etc::sourceparts": "/dev/null", "Dir::Cache::archives": archives}
    options = [f"--option={name}={value}" for name, value in places.items()]
    return subprocess.run(["apt-get", "-qq", "-y", *options, *words], check=True, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=FETCH_SECONDS).stdout
