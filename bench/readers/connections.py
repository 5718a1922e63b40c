# SPDX-License-Identifier: BSD-2-Clause
"""connections - many new SMTP connections, and how many were put off.

    count = connect_for(client, source, seconds=20)
    count.made, count.put_off, count.quantile_ms(0.99)

Each says EHLO, MAIL and RCPT of an address elsewhere, which the access table decides;
`source` has a lease, so the answer is 250. A connection is put off when the server has
answered anything with 4xx. `refused`: with 554 and sendmail's own error text, which is
what it says when a commit hits an opening behind the first one. Any other answer is an
error of the benchmark.
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from mailhost.client import Client, Reply

from .quantile import quantile

AT_ONCE = 2


@dataclass
class Count:
    """From `begin` to `end`."""
    made: int = 0
    put_off: int = 0
    refused: int = 0
    closed: int = 0  # the server hung up, or did not take the connection
    begin: float = 0.0
    end: float = 0.0
    codes: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)

    def quantile_ms(self, share: float) -> float:
        """How long a connection took, from its beginning to the end."""
        return quantile(self.took, share) * 1000


def is_table_error(reply: Reply) -> bool:
    """sendmail's 554 for a table that has changed while it was opened."""
    return reply.code == 554 and "db_map_open" in reply.text


def one_connection(client: Client, source: str) -> Reply:
    """The first answer that is no yes, else RCPT's."""
    with client.smtp(source) as session:
        for reply in (session.greeting, session.hello, session.mail()):
            if reply.code >= 400:
                return reply
        return session.rcpt()


def connect_for(client: Client, source: str, seconds: float,
                at_once: int = AT_ONCE) -> Count:
    """From `at_once` threads, one after the other in each."""
    count = Count(begin=time.monotonic())
    end = count.begin + seconds
    lock = threading.Lock()

    def keep_connecting() -> None:
        while (start := time.monotonic()) < end:
            try:
                reply = one_connection(client, source)
            except (OSError, EOFError):
                reply = Reply(0, "")
            with lock:
                count.codes[reply.code] += 1
                count.refused += is_table_error(reply)
                count.took.append(time.monotonic() - start)

    threads = [threading.Thread(target=keep_connecting) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    count.end = time.monotonic()
    return judged(count)


def judged(count: Count) -> Count:
    """Sorts the codes. Raises RuntimeError for one that means something else."""
    count.made = sum(count.codes.values())
    count.closed = count.codes[0]
    count.put_off = sum(number for code, number in count.codes.items()
                        if 400 <= code < 500)
    known = count.codes[250] + count.closed + count.put_off + count.refused
    if known != count.made or not count.made:
        raise RuntimeError(f"the server answered {dict(count.codes)}")
    return count
