# SPDX-License-Identifier: BSD-2-Clause
"""sendmail - new connections that are put off while commits run.

    for found in measure(host, rates, plan): ...

At each rate first the real sendmail, then the model of it (opening.c), each with the
processors to itself. A connection is put off when a commit exchanges the table between
the first and the last look that its process takes at it: so what it finds depends on
the length of that opening, and a *window* can be computed of each:

    window = put off / openings x seconds / commits

sendmail's own count and its log ("file changed after ...") must agree.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from mailhost.product import MAP, ProductHost

from .connections import Count, connect_for
from .host import CLIENT, MODEL, renew
from .pace import Pace

LOGGED = "db_map_open.*file changed after|annot (re)?open hash database"


@dataclass(frozen=True)
class Openings:
    """What the readers of one kind met; `commits` while they ran."""
    made: int
    put_off: int
    commits: int
    seconds: float
    median_us: float | None = None  # an opening's own length, by its own clock

    @property
    def rate(self) -> float:
        """Commits a second."""
        return self.commits / self.seconds

    @property
    def share(self) -> float:
        """Of the openings."""
        return self.put_off / self.made

    @property
    def window_us(self) -> float | None:
        """Of a commit; None without any."""
        return self.share / self.rate * 1e6 if self.commits else None


@dataclass(frozen=True)
class Found:
    """All that was measured at one rate of commits."""
    wanted: float
    real: Openings
    logged: int  # of the real ones, as sendmail's log has it
    cold: Openings
    warm: Openings


def measure(host: ProductHost, rates: tuple[float, ...], real_seconds: float,
            model_seconds: float) -> Iterator[Found]:
    """The path unit rests: whatever it did would be processor time at random."""
    host.run("systemctl", "stop", "pam_sap-commit.path")
    for rate in rates:
        renew(host)
        before = len(host.journal(LOGGED))
        with Pace(host, rate) as pace:
            real = _counted(connect_for(host.client, CLIENT, real_seconds), pace)
            logged = len(host.journal(LOGGED)) - before
            cold = _model(host, pace, model_seconds)
            warm = _model(host, pace, model_seconds, "-w")
        yield Found(rate, real, logged, cold, warm)
    host.run("systemctl", "start", "pam_sap-commit.path")


def _counted(count: Count, pace: Pace) -> Openings:
    return Openings(count.made, count.put_off, pace.commits(count.begin, count.end),
                    count.end - count.begin)


def _model(host: ProductHost, pace: Pace, seconds: float, *options: str) -> Openings:
    begin = time.monotonic()
    printed = host.run(MODEL, *options, MAP, CLIENT, str(seconds),
                       timeout=seconds + 30).stdout.split()
    commits = pace.commits(begin, time.monotonic())
    made, refused, broken = (int(word) for word in printed[:3])
    return Openings(made, refused + broken, commits, float(printed[3]),
                    float(printed[5]) / 1000)
