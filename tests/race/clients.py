# SPDX-License-Identifier: BSD-2-Clause
"""One of the sixteen who log in: each from some addresses of its own, and from shared ones.

A lease is too long-lived for a race of a minute: the client dates back those of its own,
`fleeting` addresses, some right before it logs in from them again, others when it has. The
timer ends both kinds, and meets the first ones while they are renewed. Nobody else dates
them: after a login its address is open until its own client lets it lapse. The `kept` ones,
which all clients share, never lapse.
"""

import random
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from pam import daemon
from pam.daemon import Daemon

PROCESSES = 16
OWN = 8
TURN = 3  # logins of a process from either kind
KEPT = tuple(f"198.51.100.{i}" for i in range(1, 65))
LAPSED = 3600


def log_in(host: Daemon, addresses: Sequence[str]) -> None:
    """In one process, one after the other."""
    steps = (step for address in addresses for step in daemon.opening(address))
    done = subprocess.run(host.command(*steps), env=host.environment(),
                          capture_output=True, text=True, timeout=120, check=True)
    if set(daemon.values_of(done.stdout)) != {daemon.SUCCESS}:
        raise AssertionError(f"a login was not let in: {done.stdout}")


class Client:
    def __init__(self, host: Daemon, number: int):
        self.host = host
        self.chance = random.Random(number)
        self.own = tuple(f"192.0.2.{number * OWN + i}" for i in range(OWN))
        self.lapsed = 0

    def step(self, judge: Callable[[Sequence[str]], None]) -> int:
        """Returns how many logins; `judge` sees their addresses before any lapses."""
        own = self.chance.sample(self.own, TURN)
        before, after = own[:TURN // 2 + 1], own[TURN // 2:]
        addresses = own + self.chance.sample(KEPT, TURN)
        self.chance.shuffle(addresses)
        self._let_lapse(before)
        log_in(self.host, addresses)
        judge(addresses)
        self._let_lapse(after)
        return len(addresses)

    def _let_lapse(self, addresses: Sequence[str]) -> None:
        active: Path = self.host.place.state / "active"
        for address in addresses:
            try:
                self.host.place.date(active / address, LAPSED)
                self.lapsed += 1
            except FileNotFoundError:
                pass  # ended, or just on its way
