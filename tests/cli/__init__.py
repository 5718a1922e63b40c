# SPDX-License-Identifier: BSD-2-Clause
"""sapdb as its users meet it: words in, lines and exit status out.

    table.py         real Berkeley DB tables, by the tools of db5.3-util
    place.py         settings, leases and a table of a test's own
    test_records.py  list, insert, delete: what the tool of 1999 did, and more
    test_formats.py  what each file that is no table is said to be
    test_leases.py   grant, revoke, expire, commit
    test_blocks.py   block, unblock, revoke --block, and what --dry-run says
    test_json.py     the members of each object, as the manual page has them
    test_status.py   status, with reasons
    test_leased_keys.py  list, insert and delete where a lease is
    test_check.py    check: what it prints, its exit status, findings about a place
    test_manners.py  help, mistakes, exit status, JSON, a full disk behind stdout

table.py and place.py also serve tests/pam and tests/race.
"""
