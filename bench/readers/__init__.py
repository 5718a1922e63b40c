# SPDX-License-Identifier: BSD-2-Clause
"""readers - workload 7: what the readers of the table pay while commits run.

    host.py          a booted mail host without sendmail's own brakes
    pace.py          commits on it, so and so many a second
    connections.py   many new SMTP connections to its sendmail: how many get 451
    sessions.py      SMTP sessions that stay open: how many later look-ups get 554
    opening.c        a model of sendmail's child, which opens the table and no more
    sendmail_table.c the steps of that opening; tests/race reads with it, too
    sendmail.py      these three beside each other: the window of a commit
    logins.py        POP3 logins at Dovecot meanwhile: how long they take
    postfix.py       a second host with Postfix and a hash: table: smtpd's restarts
    quantile.py      the one or two order statistics
    judgement.py     rows, curves and sentences out of the figures

Run alone, with SAP_BUILD naming the build folder: python3 -m bench.readers [--short]
"""

import sys
from pathlib import Path

# The mail host is the tests' own.
TESTS = str(Path(__file__).parents[2] / "tests")
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)

from .workload import NAME, TITLE, run  # noqa: E402 (the path comes first)

__all__ = ["NAME", "TITLE", "run"]
