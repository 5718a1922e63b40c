# SPDX-License-Identifier: BSD-2-Clause
"""postfix - smtpd's restarts while commits change its hash: table.

    with postfix_host() as host:
        for found in measure(host, rates, seconds=10): ...

Before it takes a connection, smtpd looks whether a table has changed, and if so ends
with a line in the log; master starts another one, and the connection waits for that. No
client is refused; what is paid is a process each. The restarts are counted in the log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mailhost.postfix_host import MAIN, PostfixHost

from .connections import connect_for
from .host import CLIENT, renew, with_every_line
from .pace import Pace

# RCPT makes a queue file, and each one that no mail comes into would count as arrived:
# behind a hundred of them Postfix lets every sender wait for a second.
NO_BRAKE = "in_flow_delay = 0\n"


@dataclass(frozen=True)
class Found:
    """At one rate of commits."""
    rate: float
    connections: int
    put_off: int  # answered 4xx, or hung up
    restarts: int
    commits: int
    seconds: float
    median_ms: float  # of a connection, from its beginning to the end
    p99_ms: float


@contextmanager
def postfix_host() -> Iterator[PostfixHost]:
    """Booted; removed at the end of `with`. Nobody logs in: the commits are sapdb's."""
    with PostfixHost() as host:
        host.install_product()
        host.serve("hash")
        with_every_line(host)
        with open(host.root / MAIN, "a", encoding="ascii") as main:
            main.write(NO_BRAKE)
        host.boot()
        host.stop_timer()
        host.run("systemctl", "stop", "pam_sap-commit.path")
        yield host


def measure(host: PostfixHost, rates: tuple[float, ...], seconds: float) -> Iterator[Found]:
    """In the order of `rates`."""
    for rate in rates:
        renew(host)
        before = host.restarts()
        with Pace(host, rate) as pace:
            count = connect_for(host.client, CLIENT, seconds)
            took = count.end - count.begin
            commits = pace.commits(count.begin, count.end)
        yield Found(commits / took, count.made, count.put_off + count.closed,
                    host.restarts() - before, commits, took, count.quantile_ms(0.5),
                    count.quantile_ms(0.99))
