# SPDX-License-Identifier: BSD-2-Clause
"""pace - commits on a booted host, so and so many a second.

    with Pace(host, per_second=10) as pace:
        begin = time.monotonic()
        ...
    pace.rate(begin, end)       # what it really was: a host may not keep up

Each commit is one `sapdb grant` or `sapdb revoke` to its end, in turn, of addresses
that no client has. They come as logins do, at random moments (and from the same seed
each time), but one by one, so none is grouped with another. One shell inside the host
starts them all: to enter the host costs more than a commit.
"""

import bisect
import itertools
import random
import subprocess
import threading
import time
from collections.abc import Iterator

from mailhost.host import Host

LOOP = """while read command address; do
    sapdb "$command" "$address" >/dev/null && echo done || echo failed
done"""


def orders() -> Iterator[str]:
    """Grant one, revoke it, grant the next: the table stays as it is."""
    for number in itertools.cycle(range(250)):
        for command in ("grant", "revoke"):
            yield f"{command} 203.0.113.{number + 1}\n"


class Pace:
    """`per_second` 0: none at all. Raises RuntimeError at its end when one failed."""

    def __init__(self, host: Host, per_second: float):
        self._per_second = per_second
        self._shell = host.container.start(
            "sh", "-c", LOOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        self._enough = threading.Event()
        self._done: list[float] = []  # when each ended
        self._failed = 0
        self._thread = threading.Thread(target=self._keep)

    def __enter__(self) -> "Pace":
        self._thread.start()
        return self

    def __exit__(self, *exception) -> None:
        self._enough.set()
        self._thread.join()
        self._shell.stdin.close()
        self._shell.wait()
        self._shell.stdout.close()
        if self._failed:
            raise RuntimeError(f"{self._failed} commits have failed")

    def commits(self, begin: float, end: float) -> int:
        """How many ended between two moments of time.monotonic()."""
        done = self._done
        return bisect.bisect_left(done, end) - bisect.bisect_left(done, begin)

    def rate(self, begin: float, end: float) -> float:
        """Commits a second between two moments."""
        return self.commits(begin, end) / (end - begin)

    def _keep(self) -> None:
        if self._per_second == 0:
            return
        due, chance = time.monotonic(), random.Random(7)
        for order in orders():
            due += chance.expovariate(self._per_second)
            if self._enough.wait(max(0, due - time.monotonic())):
                return
            self._make(order)

    def _make(self, order: str) -> None:
        self._shell.stdin.write(order)
        self._shell.stdin.flush()
        if self._shell.stdout.readline() == "done\n":
            self._done.append(time.monotonic())
        else:
            self._failed += 1
