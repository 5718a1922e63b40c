# SPDX-License-Identifier: BSD-2-Clause
"""sendmail - new connections that are put off while commits run.

    for found in measure(host, rates, plan): ...

At each rate first the real sendmail with new connections, then with sessions that stay
open, then the model of it (opening.c), each with the processors to itself. An opening
of the table fails when a commit exchanges it between the first and the last look that
the process takes at it: so what it finds depends on the length of that opening, and a
*window* can be computed of each:

    window = failed / openings x seconds / commits

The clients' count and sendmail's log ("file changed after ...") can be compared.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from mailhost.product import MAP, ProductHost

from .connections import Count, connect_for
from .host import CLIENT, MODEL, renew
from .pace import Pace
from .sessions import ask_for

LOGGED = "db_map_open.*file changed after"


@dataclass(frozen=True)
class Openings:
    """What the readers of one kind met; `commits` while they ran."""
    made: int
    put_off: int  # the refused ones among them
    commits: int
    seconds: float
    refused: int = 0  # by 554, for good
    median_us: float | None = None  # an opening's own length, by its own clock

    @property
    def rate(self) -> float:
        """Commits a second."""
        return self.commits / self.seconds

    @property
    def share(self) -> float:
        """Of the openings."""
        return self.put_off / self.made if self.made else 0.0

    @property
    def window_us(self) -> float | None:
        """Of a commit; None without any."""
        return self.share / self.rate * 1e6 if self.commits and self.made else None


@dataclass(frozen=True)
class Seconds:
    """For each kind of reader, at each rate."""
    connections: float
    sessions: float
    model: float


@dataclass(frozen=True)
class Found:
    """All that was measured at one rate of commits."""
    wanted: float
    real: Openings
    logged: int  # of the real ones, as sendmail's log has it
    later: Openings  # by sessions that found the table changed
    cold: Openings
    warm: Openings


def measure(host: ProductHost, rates: tuple[float, ...], seconds: Seconds
            ) -> Iterator[Found]:
    """The path unit rests: whatever it did would be processor time at random."""
    host.run("systemctl", "stop", "pam_sap-commit.path")
    for rate in rates:
        renew(host)
        before = len(host.journal(LOGGED))
        with Pace(host, rate) as pace:
            real = _counted(connect_for(host.client, CLIENT, seconds.connections), pace)
            logged = len(host.journal(LOGGED)) - before
            later = _later(host, pace, seconds.sessions)
            cold = _model(host, pace, seconds.model)
            warm = _model(host, pace, seconds.model, "-w")
        yield Found(rate, real, logged, later, cold, warm)
    host.run("systemctl", "start", "pam_sap-commit.path")


def _counted(count: Count, pace: Pace) -> Openings:
    return Openings(count.made, count.put_off + count.refused,
                    pace.commits(count.begin, count.end), count.end - count.begin,
                    count.refused)


def _later(host: ProductHost, pace: Pace, seconds: float) -> Openings:
    """Those look-ups alone before which the table had changed: they open it anew."""
    begin = time.monotonic()
    looks = ask_for(host.client, CLIENT, seconds)
    end = time.monotonic()
    again = [look for look in looks if pace.commits(look.before, look.begin)]
    failed = [look for look in looks if look.code >= 400]
    return Openings(len(again), len(failed), pace.commits(begin, end), end - begin,
                    sum(look.code >= 500 for look in failed))


def _model(host: ProductHost, pace: Pace, seconds: float, *options: str) -> Openings:
    begin = time.monotonic()
    printed = host.run(MODEL, *options, MAP, CLIENT, str(seconds),
                       timeout=seconds + 30).stdout.split()
    commits = pace.commits(begin, time.monotonic())
    made, refused, broken = (int(word) for word in printed[:3])
    return Openings(made, refused + broken, commits, float(printed[3]),
                    median_us=float(printed[5]) / 1000)
