# SPDX-License-Identifier: BSD-2-Clause
"""A booted, throw-away Debian mail host for tests and for the demo.

One room each:

    parts/           what roots are made of: packages, and how they are configured
    apt_sources.py   which Debian mirror this machine itself uses
    root_image.py    builds a root once and keeps it in a cache
    apart.py         prefixes for commands that must leave nothing behind
    cgroup.py        a control group of its own for each host
    network.py       two network namespaces and the cable between them
    container.py     boots a root with systemd-nspawn, runs commands in it
    host.py          all of this together: class Host
    janitor.py       removes a host whose process has ended
    pam_scenario.py  the two ways to put pam_sap.so into Dovecot's PAM stack
    pam_stack.py     the same for the daemons that have their own file in /etc/pam.d
    client.py        a mail client with many addresses: POP3, IMAP, SMTP
    waiting.py       look again until it is so
    earning.py       what each cell of the matrix has to show
    postfix_host.py  a host with Postfix, and a table of our own of either type
    planted.py       faults on a running host, and what sapdb check says of them
    package.py       the Debian package: built, and a host that it is installed on
    pages.py         the blocks of README.md and of the guide, the examples of the manuals
    page_uses.py     what is done with each block
    typist.py        does it on a booted host
    package_cache.py a root that can install Debian packages without a network
    login_cells.py   what the modules of the POP3 and IMAP daemons have in common
    uw_daemon.c      a POP3 daemon that makes the PAM calls of UW ipop3d and qpopper
    test_self.py     the stock host is what the other tests take it for
    test_ending.py   however a host ends, nothing of it is left

Run them in tests/: python3 -m unittest mailhost.test_self

Needs root, debootstrap, systemd-container, iproute2 and a mounted cgroup2; no
systemd as pid 1. Works in a chroot that has /proc, /sys and /dev.
All traffic stays in the namespaces: they have no route to anywhere else.
"""
