# SPDX-License-Identifier: BSD-2-Clause
"""pam_sap.so as mail daemons meet it: through the real libpam.

    login.c           a daemon's PAM calls, one by one as its arguments name them; beside
                      it what a host does to itself (login_host.c) and whether it is
                      afterwards what it was (login_snapshot.c)
    log_catcher.c     takes what the module would log
    daemon.py         runs login in a scratch place and reads what it says
    apart.py          a network, and mounts, of a test process's own
    events.py         counts what happens in a folder (inotify)

    test_stacks.py    where our line may stand, what it answers, when a lease comes about
    test_rhost.py     what PAM_RHOST may say
    test_stdin.py     the address of the connection on descriptor 0
    test_settings.py  mistakes in the settings and in the arguments
    test_linkage.py   what the module needs and what it exports
    test_cost.py      what a login does not do
    test_crowd.py     64 first logins at once
    test_decided.py   clients about which the administrator decided
    test_trouble.py   a map that cannot be changed, and its return
    test_unwatched.py a timer that does not run
    test_rebuild.py   a rebuild of the map that is under way
    test_disk.py      a full disk under the map
    test_memory.py    all of it under valgrind
"""
