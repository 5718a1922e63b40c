# SPDX-License-Identifier: BSD-2-Clause
"""sessions - SMTP sessions that stay open and ask from time to time.

    looks = ask_for(client, source, seconds=8)

A session that finds its table changed opens it anew, at its next look-up. If a commit
comes between the looks of that opening, sendmail says 554, for good, and not 451.
Between two questions a session is silent for longer than a commit takes, so that what
it finds does not depend on the commit before.
"""

import random
import threading
import time
from dataclasses import dataclass

from mailhost.client import Client, SmtpSession

SESSIONS = 16
SILENCE = (0.05, 0.15)  # seconds, at random between them


@dataclass(frozen=True)
class Look:
    """A transaction: when the one before ended, when it began, its worst answer."""
    before: float
    begin: float
    code: int
    text: str


def ask_for(client: Client, source: str, seconds: float) -> list[Look]:
    """What all sessions were told; each from a thread of its own."""
    looks: list[Look] = []
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=_keep_asking, args=(client, source, end, seed, looks))
               for seed in range(SESSIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return looks


def _keep_asking(client: Client, source: str, end: float, seed: int,
                 looks: list[Look]) -> None:
    chance = random.Random(seed)
    while time.monotonic() < end:
        with client.smtp(source) as session:
            _ask_until_no(session, end, chance, looks)


def _ask_until_no(session: SmtpSession, end: float, chance: random.Random,
                  looks: list[Look]) -> None:
    """Behind a no, sendmail answers the same to the end of the session. The first
    question opens nothing anew: it is not counted."""
    _worst(session)
    before = time.monotonic()
    while before < end:
        time.sleep(chance.uniform(*SILENCE))
        begin = time.monotonic()
        code, text = _worst(session)
        looks.append(Look(before, begin, code, text))
        if code >= 400:
            return
        before = time.monotonic()


def _worst(session: SmtpSession) -> tuple[int, str]:
    return max(session.rset(), session.mail(), session.rcpt())
