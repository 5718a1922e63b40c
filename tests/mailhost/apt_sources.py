# SPDX-License-Identifier: BSD-2-Clause
"""apt_sources - the Debian archive that this machine itself installs from.

own_archive() reads the sources of apt, in both forms (one-line `*.list` and
deb822 `*.sources`), and returns the first binary source of the suite that is
running here, or of any other one where that is not to be found. Nothing here
names a mirror.

Raises LookupError when there is none that debootstrap could use. A key that is
written into a .sources file (and not named by a path) is not supported.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Archive:
    """A mirror and suite; keyring None is debootstrap's own default."""

    mirror: str
    suite: str
    keyring: str | None = None


def own_archive(etc_apt: Path = Path("/etc/apt"),
                os_release: Path = Path("/etc/os-release")) -> Archive:
    """The archive of the release that runs here, else the first plain one."""
    archives = [a for a in _all_archives(etc_apt) if not a.suite.endswith("/")]
    own = re.search(r'^VERSION_CODENAME="?(\w+)', os_release.read_text(), re.M)
    for archive in archives:
        if own and archive.suite == own[1]:
            return archive
    for archive in archives:
        if not re.search(r"-(updates|security|backports)", archive.suite):
            return archive
    raise LookupError(f"no Debian archive in the sources under {etc_apt}")


def proxy_environment() -> dict[str, str]:
    """apt's proxy, if it has one, as debootstrap's downloader wants it."""
    shown = subprocess.run(["apt-config", "dump", "Acquire::http::Proxy"],
                           capture_output=True, text=True, check=False).stdout
    proxy = re.search(r'^Acquire::http::Proxy "(.+)";', shown, re.M)
    return {"http_proxy": proxy[1]} if proxy else {}


def _all_archives(etc_apt: Path) -> Iterator[Archive]:
    parts = etc_apt / "sources.list.d"
    for file in [etc_apt / "sources.list", *sorted(parts.glob("*.list"))]:
        if file.exists():
            yield from _one_line_archives(file.read_text())
    for file in sorted(parts.glob("*.sources")):
        yield from _deb822_archives(file.read_text())


def _one_line_archives(text: str) -> Iterator[Archive]:
    pattern = r"^\s*deb\s+(?:\[([^]]*)\]\s*)?(\S+)\s+(\S+)"
    for options, mirror, suite in re.findall(pattern, text, re.M):
        signed_by = re.search(r"signed-by=(\S+)", options)
        yield Archive(mirror, suite, _keyring(signed_by and signed_by[1]))


def _deb822_archives(text: str) -> Iterator[Archive]:
    text = re.sub(r"^#.*\n", "", text, flags=re.M)
    for stanza in re.split(r"\n\s*\n", text):
        fields = {name.lower(): value.strip() for name, value in
                  re.findall(r"^([\w-]+):(.*(?:\n[ \t].*)*)", stanza, re.M)}
        if fields.get("enabled", "yes").lower() in ("no", "false", "0"):
            continue
        if "deb" not in fields.get("types", "").split():
            continue
        for mirror in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield Archive(mirror, suite, _keyring(fields.get("signed-by")))


def _keyring(signed_by: str | None) -> str | None:
    """The first keyring file named in a Signed-By; fingerprints are no files."""
    paths = [word for word in re.split(r"[\s,]+", signed_by or "")
             if word.startswith("/")]
    return paths[0] if paths else None
