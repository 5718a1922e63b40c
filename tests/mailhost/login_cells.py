# SPDX-License-Identifier: BSD-2-Clause
"""login_cells - what the modules of the POP3 and IMAP daemons have in common.

    earned_on_both(self, host, "pop3", 77)          # 192.0.2.77 and 2001:db8::77
    passes_without_state(self, host, "pop3", 78)
    says_once_what_to_set(self, host, "192.0.2.79", log_in_there, "peer = rhost stdin fds")

Each takes client addresses that no other test of the module has: the log is read back
to the boot.
"""

import unittest
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from .earning import WAIT, Login, log_in, relay_is_earned
from .product import STATE, ProductHost
from .waiting import wait_for

NO_ADDRESS = "no client address"
BELL = "pam_sap-commit.path"


def addresses(number: int) -> dict[str, str]:
    """A client's two addresses, by what to call them."""
    return {"IPv4": f"192.0.2.{number}", "IPv6": f"2001:db8::{number}"}


def earned_on_both(test: unittest.TestCase, host: ProductHost, protocol: str,
                   number: int) -> None:
    """The whole cell, over IPv4 and over IPv6."""
    for label, address in addresses(number).items():
        with test.subTest(label):
            relay_is_earned(test, host, address, Login(protocol))


def passes_without_state(test: unittest.TestCase, host: ProductHost, protocol: str,
                         number: int) -> None:
    """Where a folder has to be is a file: the login succeeds all the same."""
    address = f"192.0.2.{number}"
    with state_is_a_file(host):
        test.assertLess(log_in(host, address, Login(protocol)), WAIT)
        lines = host.log(f"{address} not opened now for user horn")
        test.assertEqual(len(lines), 1, lines)
        test.assertIn(STATE, lines[0])
    opens_nothing(test, host, address)


def says_once_what_to_set(test: unittest.TestCase, host: ProductHost, address: str,
                          log_in_there: Callable[[], object], cure: str) -> None:
    """Two logins pass, open nothing, and are one warning."""
    before = host.log(NO_ADDRESS)
    log_in_there()
    log_in_there()
    lines = host.log(NO_ADDRESS)[len(before):]
    test.assertEqual(len(lines), 1, lines)
    test.assertIn(cure, lines[0])
    opens_nothing(test, host, address)


def run_instead(host: ProductHost, these: Iterable[str], others: Iterable[str],
                ports: set[int]) -> None:
    """`these` units serve the ports from now on, and no longer the others. Those of
    init scripts count as running where they did nothing at boot."""
    host.run("systemctl", "stop", *others)
    wait_for(lambda: not ports & host.listening_ports(), 10, "they go on to listen")
    host.run("systemctl", "restart", *these)
    wait_for(lambda: ports <= host.listening_ports(), 10, "they do not listen")


def opens_nothing(test: unittest.TestCase, host: ProductHost, address: str) -> None:
    """Neither a lease nor one that waits, nor a record."""
    for folder in ("active", "pending", "deferred"):
        test.assertFalse(host.has_lease(address, folder), folder)
    test.assertNotIn(f"SAP:{address}", host.records())


@contextmanager
def state_is_a_file(host: ProductHost) -> Iterator[None]:
    """For the length of the `with`; what has been said about it is forgotten. systemd
    gives up the path unit when it meets a file there."""
    forget = "rm -f /run/pam_sap/complaint-state"
    host.shell(f"systemctl stop {BELL}; mv {STATE} {STATE}.away; : > {STATE}; {forget}")
    try:
        yield
    finally:
        host.shell(f"rm {STATE}; mv {STATE}.away {STATE}; {forget}; systemctl start {BELL}")
