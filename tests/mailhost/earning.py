# SPDX-License-Identifier: BSD-2-Clause
"""earning - what a cell of the matrix has to show: relaying is earned by a login.

    relay_is_earned(self, host, "192.0.2.77")
    relay_is_earned(self, host, "2001:db8::77", Login("imap"), same_session=False)

Refused before; accepted after a login, and the login did not wait for it; refused after
the end of the lease; a wrong password opens nothing. The log has one line for the
beginning and one for the end.
"""

import re
import unittest
from typing import NamedTuple

from .client import LoginRefused
from .product import ProductHost

WAIT = 2.0            # the setting's default
REFUSED = (450, 550, 554)


class Login(NamedTuple):
    """How a user logs in."""

    protocol: str = "pop3"
    user: str = "horn"
    password: str = "sesam"


def log_in(host: ProductHost, address: str, login: Login = Login()) -> float:
    """The seconds that it took."""
    how = host.client.pop3_login if login.protocol == "pop3" else host.client.imap_login
    return how(login.user, login.password, source=address)


def relay_is_earned(test: unittest.TestCase, host: ProductHost, address: str,
                    login: Login = Login(), same_session: bool = True) -> None:
    """`same_session`: the mail server sees the change within a session that is open;
    else with the next connection."""
    with host.client.smtp(source=address) as session:
        def reply() -> int:
            if same_session:
                return session.relay_reply().code
            return host.client.relay_reply(source=address).code

        test.assertIn(reply(), REFUSED, "before the login")
        test.assertLess(log_in(host, address, login), WAIT)
        test.assertEqual(reply(), 250, "after the login")
        is_logged_once(test, host, f"inserted {address} into .* for user {login.user} ")

        host.make_old(address)
        host.run_expire()
        test.assertIn(reply(), REFUSED, "after the end")

        # Last, since some daemons let an address wait that has guessed wrong.
        a_wrong_password_opens_nothing(test, host, address, login)
        test.assertIn(reply(), REFUSED, "after a wrong password")
    is_logged_once(test, host, f"removed {address} from .* .user {login.user}, ")
    test.assertFalse(host.has_lease(address))
    test.assertEqual(host.problems(), [])


def a_wrong_password_opens_nothing(test: unittest.TestCase, host: ProductHost,
                                   address: str, login: Login = Login()) -> None:
    """Neither a lease nor one that waits."""
    with test.assertRaises(LoginRefused):
        log_in(host, address, login._replace(password="wrong"))
    for folder in ("active", "pending", "deferred"):
        test.assertFalse(host.has_lease(address, folder), folder)


def is_logged_once(test: unittest.TestCase, host: ProductHost, pattern: str) -> None:
    """By sapdb or the module."""
    lines = [line for line in host.log("") if re.search(pattern, line)]
    test.assertEqual(len(lines), 1, lines)
