# SPDX-License-Identifier: BSD-2-Clause
"""The repairs: rules without which the protocol loses something. All hold in the product.

Each can be switched off, to see that it is needed (test_ablation.py).
"""

from typing import NamedTuple


class Rules(NamedTuple):
    # A login
    looks_after_touch: bool = True   # active/A is there, after the touch
    looks_at_date: bool = True       # and has the touch's date
    looks_again: bool = True         # at its request, when that is gone and nothing came of it
    watches_expiry: bool = True      # opens nothing when `expired` is old
    settled_by_seal: bool = True     # settled/A counts while the seal holds
    # Closing
    ends_locked: bool = True         # names move under commit.lock
    looks_after_rename: bool = True  # what was renewed under the rename goes back
    takes_up_ending: bool = True     # what an earlier run left in ending/ ends
    renewed_waits: bool = True       # or, renewed, waits for a commit: not to active/ at once
    counts_leases: bool = True       # the seal's number against active/ and ending/
    idle_looks_at_copy: bool = True  # and at a note or a copy that a dead one left
    dates_revoked: bool = True       # before it is moved
    ends_blocked: bool = True        # what is blocked, whoever renews it meanwhile
    # A commit
    reconciles: bool = True          # a table that the seal does not know, whole
    waiting_wins: bool = True        # ending/A beside active/A: the record stays (beside
                                     # pending/A alone the commit would put it back, too)
    moves_listed: bool = True        # nothing else than what the table was given
    keeps_newer: bool = True         # a lease that is in active/ is never replaced
    takes_deferred: bool = True      # with pending/
    leaves_blocked: bool = True      # out of what it opens
    closes_blocked: bool = True      # though it only waits: it may have a record
    defers_failed: bool = True       # out of the folder that rings the bell
    empties_settled: bool = True     # when the table is looked at as a whole
    empties_first: bool = True       # before the seal is written
    looks_at_lapsed: bool = True     # in the queue: out of it first, then once more
    markers: bool = True             # tell ours from the administrator's
    # The exchange
    checks_out: bool = True          # what came out is what was copied
    puts_back_all: bool = True       # until what comes out is what was put in last
    notes: bool = True               # what goes in and what comes out, before each exchange
    notes_put_back: bool = True      # also before one that puts back
    locks_new: bool = True           # the new file, until its seal is written
    seals_same: bool = True          # nothing but what nobody has written to since
    marks_retired: bool = True       # before its lock goes
    tells_readers: bool = True       # dates it forward
