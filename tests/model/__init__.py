# SPDX-License-Identifier: BSD-2-Clause
"""The protocol as models, small enough to be searched to the last order of events.

    world.py        what the processes share: folders, the map's folder, the lock
    rules.py        the repairs, each of which can be switched off
    turn.py         one step of one process
    logging_in.py   a login: core/grant.c, core/request.c
    closing.py      expire, commit, revoke, insert: core/expire.c
    recovering.py, committing.py, exchanging.py, finishing.py
                    a commit: map/shadow_recover.c, core/commit.c,
                    map/shadow_exchange.c, core/commit_work.c
    rebuilding.py   makemap, mv, a lost active/
    promises.py     what has to hold
    scenarios.py    who does what at once, a row each
    search.py       every order, every kill, breadth first
    repairs.py      where each repair bites, and the test that drives it for real
    real_tests.py   whether that test is there and is held at the step
    turns.py, power.py
                    the spares: how retired files take turns (map/spares.h), under
                    strangers that write to them and readers that keep them open

Not in here: max_leases, hold_open, ipv6_prefix, users' own queue entries, clocks that jump,
inode numbers that come again, readers (but that they are told), an LMDB table, which is
changed in place.
"""
