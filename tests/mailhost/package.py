# SPDX-License-Identifier: BSD-2-Clause
"""package - the Debian package: built of this tree, installed on a host that is booted.

    changes = build(folder)             # dpkg-buildpackage of what git knows
    newer = raised(changes.parent, folder, "0.2.0+1")
    with PackageHost() as host:
        host.boot()
        host.bring("first", changes.parent)
        host.apt("install -y ./first/*.deb")

The packages come from no archive: what they depend on is in the root already.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from .product import ProductHost
from .root_image import CONFINED

TOOLS = ("git", "dpkg-buildpackage", "dh", "lintian")
BUILD_SECONDS = 300
SOURCE = "pam-sap"
DEBS = "root/debs"


def missing_tools() -> list[str]:
    """What the build needs and this machine has not got."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def copy_of_source(folder: Path) -> Path:
    """What a clone has, with what has been changed and not committed yet."""
    source, copy = Path(os.environ["SAP_SOURCE"]), folder / SOURCE
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", source, "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"], check=True, capture_output=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (source / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, copy / name, follow_symlinks=False)
    return copy


def build(folder: Path) -> Path:
    """The .changes file; the packages are beside it."""
    done = subprocess.run(["dpkg-buildpackage", "-us", "-uc"], cwd=copy_of_source(folder),
                          capture_output=True, text=True, timeout=BUILD_SECONDS, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"dpkg-buildpackage:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return next(folder.glob("*.changes"))


def lint(changes: Path) -> str:
    """What lintian says of errors and warnings, and "" if nothing."""
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", changes],
                          capture_output=True, text=True, timeout=BUILD_SECONDS, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def packages(folder: Path) -> list[Path]:
    """Those that are installed; not those for the debugger."""
    return sorted(path for path in folder.glob("*.deb") if "-dbgsym" not in path.name)


def raised(folder: Path, target: Path, version: str) -> None:
    """The same packages with a higher version, which depend on each other."""
    for deb in packages(folder):
        tree = target / deb.stem
        subprocess.run(["dpkg-deb", "-R", deb, tree], check=True)
        control = tree / "DEBIAN/control"
        text = control.read_text()
        old = re.search(r"^Version: (.*)$", text, re.M)[1]
        control.write_text(text.replace(f"Version: {old}", f"Version: {version}")
                           .replace(f"(= {old})", f"(= {version})"))
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, target], check=True,
                       capture_output=True)
        shutil.rmtree(tree)


class PackageHost(ProductHost):
    """The stock host, and nothing of ours on it yet."""

    OWN_USR = True

    def bring(self, name: str, folder: Path) -> None:
        """Put the packages of a folder into /root/debs/NAME."""
        target = self.root / DEBS / name
        target.mkdir(parents=True)
        for deb in packages(folder):
            shutil.copy(deb, target)

    def apt(self, words: str) -> subprocess.CompletedProcess[str]:
        """In /root/debs; asks nobody."""
        return self.run("sh", "-c",
                        f"cd /{DEBS} && DEBIAN_FRONTEND=noninteractive apt-get -q {words}",
                        check=False, timeout=120)

    def unbooted(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a shell script in the root, in which nothing runs: no systemd, no /proc."""
        return subprocess.run([*CONFINED, "chroot", self.root, "sh", "-euc", script],
                              capture_output=True, text=True, timeout=120, check=False,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C",
                                   "DEBIAN_FRONTEND": "noninteractive"})

    def left(self) -> list[str]:
        """Every name of ours in the root, but in the log and among the packages."""
        found = subprocess.run(
            ["find", self.root, "-xdev", "(", "-path", self.root / DEBS, "-o", "-path",
             self.root / "var/log", ")", "-prune", "-o", "(", "-name", "*pam[_-]sap*", "-o",
             "-name", "*sapdb*", ")", "-print"], check=True, capture_output=True, text=True)
        return sorted(found.stdout.splitlines())
