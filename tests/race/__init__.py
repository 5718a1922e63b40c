# SPDX-License-Identifier: BSD-2-Clause
"""Commits against the rest of the world, one system call at a time, and all at once.

    stop_point.c          holds a command in front of its Nth call on our files
    rebuild.c             makemap's and postmap's steps, where they are not installed
    rebuilders.py         the ways in which an administrator replaces the table
    scene.py              a table, leases and records in a known state, and how to judge
    stopped.py            a command that is held by stop_point
    reader.c              looks up without end, as sendmail and as Postfix do
    fresh_look.c          what the table says to a reader who just came
    clients.py            who log in: from shared addresses, and from some that lapse
    crowd.py              logins, timer, path unit, administrator and readers at once
    standstill.py         what must be right when all of them stand still
    chance.py             whether a count is larger than chance makes it
    crowd_race.py         a race of these, from standstill to standstill
    lmdb_crowd.py         the same at an LMDB table
    lmdb_reader.c         looks up there without end, as Postfix does
    lmdb_rebuild.c        postmap's steps there
    test_chance.py        what that takes for more
    test_crowds_lmdb.py   a minute of that, alone and with postmap
    test_crowds.py        a minute of that, alone and with each kind of rebuild
    test_stop_points.py   a rebuild, a kill or both at each stop
    traces.py             what the traces of the model (tests/model/) have in common
    test_traces_*.py      each of them, held at the call where it would go wrong
    test_traces.py        at every call of such commands
    test_renewals.py      logins against expiries; revokes that are killed
"""
