# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the resolvers have in common: who was found, or what the log says.

    self.expect("192.0.2.2", said)     # that client has a lease
    self.expect("not root", said)      # none has: a part of the one line in the log
"""

import unittest

from cli.place import Place
from pam import daemon

NOBODY = "no client address: service imap: "


class Resolved(unittest.TestCase):
    """Has no test itself; a subclass sets `place`."""

    place: Place

    def expect(self, want: str, said: daemon.Said) -> None:
        """Then it is forgotten: the next login is the first again."""
        self.assertEqual(len(said.log), 1, said.log)
        found = self.place.leases("active")
        if want[0].isdigit():
            self.assertEqual(found, {want}, said.log)
        else:
            self.assertEqual(found, set())
            self.assertIn(NOBODY, said.log[0].text)
            self.assertIn(want, said.log[0].text)
        self.forget()

    def forget(self) -> None:
        """No lease, and nothing that has been said already."""
        self.place.sapdb("revoke", "--all")
        self.place.forget_what_was_said()
