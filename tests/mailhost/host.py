# SPDX-License-Identifier: BSD-2-Clause
"""host - a mail server that is booted for one test or one demonstration.

    with Host(progress=print) as host:          # makes the root, does not boot
        host.install(destdir)                   # e.g. of `meson install`
        host.enable("pam_sap-expire.timer")
        host.boot()
        host.run("sapdb", "status")
        host.client.pop3_login("horn", "sesam") # see client.py

Before boot() and after it `host.root` may be read and changed from outside, but
a file in /usr only by replacing it (see copy_root()); inside /usr is read-only.
Of what is inside only /run, /tmp and /dev are not there: see inside().

stop(), which the end of `with` calls, removes all that a host is made of; so
does the end of our process, kill -9 included (janitor.py). SIGTERM is made an
exception like SIGINT. Any number of hosts may run at once.
"""

import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from .client import Client
from .container import Container
from .network import Network
from .root_image import CACHE, STOCK, Progress, cached_root, copy_root
from .waiting import wait_for

PORTS = {25, 110, 143, 993, 995}
BOOT_SECONDS = 60.0
LISTEN_SECONDS = 60.0
MAILBOX_OF_THE_WORLD = "var/mail/world"

_numbers = itertools.count(1)


class Host:
    """A root of its own and two network namespaces; after boot() a server. A subclass
    may be made of other parts (root_image.py), and wait for other ports."""

    PARTS = STOCK
    PORTS = PORTS
    OWN_USR = False  # /usr can be written to inside, by a package

    def __init__(self, cache: Path = CACHE, progress: Progress = lambda line: None):
        image = cached_root(cache, progress, self.PARTS)
        self._name = f"mailhost-{os.getpid()}-{next(_numbers)}"
        self._folder = cache / self._name
        self._container: Container | None = None
        self._cleanup = ExitStack()
        self.root = self._folder / "root"
        try:
            self._prepare(image)
        except BaseException:
            self.stop()
            raise

    def _prepare(self, image: Path) -> None:
        _let_sigterm_unwind()
        self._cleanup.callback(_start_janitor(self._name, self._folder))
        self._folder.mkdir()
        copy_root(image, self.root, link_usr=not self.OWN_USR)
        self.network = Network()
        self._cleanup.callback(self.network.close)
        self.client = Client(self.network.clients)

    def __enter__(self) -> "Host":
        return self

    def __exit__(self, *exception) -> None:
        self.stop()

    def install(self, tree: Path) -> None:
        """Copy a DESTDIR tree over the root, all files owned by root."""
        with subprocess.Popen(["tar", "-C", tree, "-c", "."],
                              stdout=subprocess.PIPE) as packing:
            subprocess.run(
                ["tar", "-C", self.root, "-x", "--no-same-owner",
                 "--keep-directory-symlink", "--no-overwrite-dir"],
                stdin=packing.stdout, check=True)
        if packing.returncode != 0:
            raise subprocess.CalledProcessError(packing.returncode, packing.args)

    def enable(self, *units: str) -> None:
        """Have these units started at boot."""
        subprocess.run(["systemctl", f"--root={self.root}", "enable", *units],
                       check=True, capture_output=True)

    def boot(self, timeout: float = BOOT_SECONDS) -> None:
        """Returns when systemd has started everything and the mail servers
        listen. Other units may have failed: see failed_units()."""
        self._container = Container(self.root, self._name, self.network.server.path,
                                    self._folder / "console", self.OWN_USR)
        self._cleanup.callback(self._container.kill)
        self._container.wait_until_booted(timeout)
        wait_for(lambda: self.PORTS <= self.listening_ports(), LISTEN_SECONDS,
                 "the mail servers do not listen")

    def power_cut(self) -> None:
        """End everything inside at once. The root stays; boot() it again."""
        self.container.kill()
        self._container = None

    @property
    def booted(self) -> bool:
        """Whether there is anything to run commands in."""
        return self._container is not None

    @property
    def container(self) -> Container:
        """What has been booted."""
        if self._container is None:
            raise RuntimeError("the host has not been booted")
        return self._container

    def run(self, *command: str, **how) -> subprocess.CompletedProcess[str]:
        """Run a command inside as root; see Container.run()."""
        return self.container.run(*command, **how)

    def shell(self, script: str, **how) -> str:
        """Run a shell script inside as root and return what it printed."""
        return self.run("sh", "-euc", script, **how).stdout

    def inside(self, path: str) -> Path:
        """An absolute path, as its processes see it; also in /run and /tmp."""
        return Path(f"/proc/{self.container.init}/root{path}")

    def journal(self, pattern: str = "", *options: str) -> list[str]:
        """The journal's lines since boot that match a regular expression;
        `options` are journalctl's, such as "--unit=dovecot"."""
        self.run("journalctl", "--sync")
        grep = [f"--grep={pattern}"] if pattern else []
        shown = self.run("journalctl", "--boot", "--no-pager", "--quiet", "--all",
                         "--output=short-iso-precise", *grep, *options, check=False)
        return shown.stdout.splitlines()

    def failed_units(self) -> list[str]:
        """The names of the units that have failed."""
        shown = self.run("systemctl", "list-units", "--failed", "--plain",
                         "--no-legend").stdout
        return [line.split()[0] for line in shown.splitlines()]

    def listening_ports(self) -> set[int]:
        """The TCP ports on which anything listens."""
        shown = self.run("ss", "-Hltn").stdout
        return {int(line.split()[3].rpartition(":")[2]) for line in shown.splitlines()}

    def relayed_mail(self) -> str:
        """What sendmail has taken for other domains, as an mbox."""
        mailbox = self.root / MAILBOX_OF_THE_WORLD
        return mailbox.read_text("utf-8", "replace") if mailbox.exists() else ""

    def stop(self) -> None:
        """Remove everything. A second call does nothing."""
        signals = {signal.SIGINT, signal.SIGTERM}
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        try:
            self._cleanup.close()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _let_sigterm_unwind() -> None:
    """SIGTERM ends this process by an exception, so that `with` can clean up;
    but not where somebody handles it already."""
    if (threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL):
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))


def _start_janitor(name: str, folder: Path) -> Callable[[], None]:
    """Returns the function that sends it to work and waits for the end of it."""
    command = [sys.executable, "-m", f"{__package__}.janitor", name, str(folder)]
    janitor = subprocess.Popen(command, cwd=Path(__file__).parent.parent,
                               stdin=subprocess.PIPE, start_new_session=True)

    def finish() -> None:
        janitor.communicate()
        if janitor.returncode != 0:
            raise RuntimeError(f"the janitor could not remove {folder}")
    return finish
