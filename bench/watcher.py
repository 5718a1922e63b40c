# SPDX-License-Identifier: BSD-2-Clause
"""watcher - peer B at work: a log that it follows, and the table that it keeps.

A login costs it nothing: the daemon writes its line in any case. What counts is the time
from the line until the record is in the table, and what the daemon itself consumes.
"""

import os
import resource
import signal
import subprocess
import time
from pathlib import Path

from .bench import Bench

PATIENCE = 10
SOURCE = Path(__file__).parent / "peers/log_watcher.pl"
LINE = ("Jan  1 00:00:00 mail dovecot: pop3-login: Login: user=<horn>, method=PLAIN, "
        "rip={address}, lip=192.0.2.1, mpid=4711, TLS, session=<bench>\n")


class Watcher:
    def __init__(self, folder: Path, table: Path, lifetime: int = 900):
        self.log = folder / "mail.log"
        self.log.touch()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._before = before.ru_utime + before.ru_stime
        self._process = subprocess.Popen(
            ["perl", str(SOURCE), str(self.log), str(table), str(lifetime)],
            stdout=subprocess.PIPE, text=True)
        self._expect("ready")

    def _expect(self, line: str) -> None:
        assert self._process.stdout
        said = self._process.stdout.readline().strip()
        if said != line:
            raise RuntimeError(f"the log watcher says {said!r}, not {line!r}")

    def __enter__(self) -> "Watcher":
        self._await_tail()
        return self

    def _await_tail(self) -> None:
        """`tail` is slow to start: nothing that is written before it looks is seen."""
        deadline = time.monotonic() + PATIENCE
        while not self._is_following():
            if time.monotonic() > deadline:
                self.__exit__()
                raise RuntimeError("tail does not follow the log")
            time.sleep(0.01)

    def _is_following(self) -> bool:
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        try:
            return any(os.readlink(fd) == "anon_inode:inotify"
                       for child in children.read_text().split()
                       for fd in Path(f"/proc/{child}/fd").iterdir())
        except OSError:
            return False  # it has just opened or closed one

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.communicate()

    def cpu(self) -> float:
        """Seconds that it has consumed; after the end."""
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        return now.ru_utime + now.ru_stime - self._before

    def open(self, address: str) -> float:
        """Microseconds until the table has it."""
        start = time.monotonic()
        with self.log.open("a") as log:
            log.write(LINE.format(address=address))
        self._expect(address)
        return (time.monotonic() - start) * 1e6

    def learn(self, addresses: list[str]) -> None:
        """Many at once."""
        with self.log.open("a") as log:
            log.writelines(LINE.format(address=address) for address in addresses)
        for address in addresses:
            self._expect(address)

    def expire(self, count: int) -> float:
        """Seconds that its walk takes; `count` have to go."""
        start = time.monotonic()
        self._process.send_signal(signal.SIGUSR1)
        with self.log.open("a") as log:
            log.write("any line\n")  # it looks at the time only when one comes
        self._expect(f"expired {count}")
        return time.monotonic() - start


