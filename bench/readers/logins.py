# SPDX-License-Identifier: BSD-2-Clause
"""logins - how long a POP3 login takes at Dovecot while commits run.

    found = measure(host, rates, logins=100)

From PASS to its answer, through the module; a known client and a new one in turn, one
login at a time. A new client's login is a commit itself, beside those of the pace.
"""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass

from mailhost.product import ProductHost

from .host import CLIENT, renew
from .pace import Pace
from .quantile import quantile

USER, PASSWORD = "horn", "sesam"


@dataclass(frozen=True)
class Latency:
    """Seconds, of one kind of client at one rate."""
    rate: float  # of the commits beside
    seconds: tuple[float, ...]

    def quantile(self, share: float) -> float:
        """In milliseconds."""
        return quantile(self.seconds, share) * 1000


@dataclass(frozen=True)
class Found:
    """At one rate."""
    wanted: float
    known: Latency
    new: Latency


def new_addresses(host: ProductHost, number: int, block: int) -> Iterator[str]:
    """Addresses that no other block has, and that are the clients' from now on."""
    addresses = [f"198.18.{block}.{1 + i}" for i in range(number)]
    host.network.add_clients(addresses)
    return iter(addresses)


def measure(host: ProductHost, rates: tuple[float, ...], logins: int,
            first_block: int) -> Iterator[Found]:
    """`logins` of each kind at each rate, at most 250."""
    for block, rate in zip(itertools.count(first_block), rates):
        renew(host)
        strangers = new_addresses(host, logins, block)
        with Pace(host, rate) as pace:
            begin = time.monotonic()
            pairs = [(_log_in(host, CLIENT), _log_in(host, stranger))
                     for stranger in strangers]
            real_rate = pace.rate(begin, time.monotonic())
        _check(host, block, logins)
        known, new = zip(*pairs)
        yield Found(rate, Latency(real_rate, known), Latency(real_rate, new))


def _log_in(host: ProductHost, address: str) -> float:
    return host.client.pop3_login(USER, PASSWORD, source=address)


def _check(host: ProductHost, block: int, logins: int) -> None:
    """A login that opened nothing was quick for nothing."""
    opened = sum(key.startswith(f"198.18.{block}.") for key in host.records())
    if opened != logins:
        raise RuntimeError(f"{opened} of {logins} new clients were opened")
