# SPDX-License-Identifier: BSD-2-Clause
"""Where our line may stand in a stack, and what comes of it.

Each row: a stack, the calls of a daemon, what each call returned, and whether the
client has a lease then. Our own answers are PAM_SUCCESS for a session, whatever
happens, and PAM_IGNORE, which is no vote, for account and auth: alone in its stack it
makes libpam refuse (6, PAM_PERM_DENIED).

Some rows record what is no merit: libpam calls the modules behind a `required` that
failed, and it calls setcred after a failed authenticate. A daemon that then goes on
does what this table says.
"""

import unittest
from typing import NamedTuple

from cli import table
from pam import daemon
from pam.daemon import AUTH_ERR, CLIENT, CRED_ERR, PERM_DENIED, SESSION_ERR, SUCCESS, Daemon

CONFIRM = "rhost=" + CLIENT
SETCRED = f"setcred={daemon.ESTABLISH}"


class Row(NamedTuple):
    label: str
    stack: str
    calls: tuple[str, ...]
    returns: tuple[int, ...]
    lease: bool


def session_row(label: str, stack: str, opened: int = SUCCESS, closed: int = SUCCESS,
                lease: bool = True) -> Row:
    return Row(label, stack, ("open", "close"), (opened, closed), lease)


SESSIONS = (
    session_row("only our line, optional", "session optional OURS"),
    session_row("only our line, required", "session required OURS"),
    session_row("only our line, requisite", "session requisite OURS"),
    session_row("only our line, sufficient", "session sufficient OURS"),
    session_row("behind one that succeeds",
                "session required pam_permit.so\nsession optional OURS"),
    session_row("behind a sufficient one that succeeds: never reached",
                "session sufficient pam_permit.so\nsession optional OURS", lease=False),
    session_row("behind an include", "session include DIR/base\nsession optional OURS"),
    session_row("inside an include", "session include DIR/ours"),
    session_row("behind a substack", "session substack DIR/base\nsession optional OURS"),
    session_row("inside a substack", "session substack DIR/ours"),
    session_row("behind a substack that a sufficient one ends",
                "session substack DIR/short\nsession optional OURS"),
    session_row("behind an include that a sufficient one ends: never reached",
                "session include DIR/short\nsession optional OURS", lease=False),
    session_row("behind a requisite that refuses",
                "session requisite pam_deny.so\nsession optional OURS",
                SESSION_ERR, SESSION_ERR, lease=False),
    session_row("behind a required that refuses: libpam still calls us",
                "session required pam_deny.so\nsession optional OURS",
                SESSION_ERR, SESSION_ERR),
    Row("opened twice on one handle", "session optional OURS",
        ("open", "open", "close", "close"), (0, 0, 0, 0), True),
    Row("close alone", "session optional OURS", ("close",), (SUCCESS,), False),
)

ACCOUNTS = (
    Row("only our line: no vote, so libpam refuses; the lease is there all the same",
        "account optional OURS", ("acct",), (PERM_DENIED,), True),
    Row("behind one that permits", "account required pam_permit.so\naccount optional OURS",
        ("acct",), (SUCCESS,), True),
    Row("as required it never votes either",
        "account required pam_permit.so\naccount required OURS", ("acct",), (SUCCESS,), True),
    Row("as sufficient it does not end the stack",
        "account sufficient OURS\naccount required pam_deny.so",
        ("acct",), (AUTH_ERR,), True),
    Row("behind an include", "account include DIR/base\naccount optional OURS",
        ("acct",), (SUCCESS,), True),
    Row("behind a substack", "account substack DIR/base\naccount optional OURS",
        ("acct",), (SUCCESS,), True),
    Row("behind a requisite that refuses",
        "account requisite pam_deny.so\naccount optional OURS", ("acct",), (AUTH_ERR,), False),
    Row("behind a required that refuses: libpam still calls us",
        "account required pam_deny.so\naccount optional OURS", ("acct",), (AUTH_ERR,), True),
)

PERMIT = "auth required pam_permit.so\nauth optional OURS"
AUTHS = (
    Row("only our line: no vote", "auth optional OURS", ("auth",), (PERM_DENIED,), False),
    Row("sufficient opens no door", "auth sufficient OURS\nauth required pam_deny.so",
        ("auth",), (AUTH_ERR,), False),
    Row("authenticate alone grants nothing", PERMIT, ("auth",), (SUCCESS,), False),
    Row("setcred after it grants", PERMIT, ("auth", SETCRED), (0, 0), True),
    Row("setcred with no flag grants", PERMIT, ("auth", "setcred=0"), (0, 0), True),
    Row("setcred, silent, grants", PERMIT,
        ("auth", f"setcred={daemon.ESTABLISH | daemon.SILENT}"), (0, 0), True),
    Row("setcred without authenticate", PERMIT, (SETCRED,), (SUCCESS,), False),
    Row("setcred behind a failed authenticate, requisite",
        "auth requisite pam_deny.so\nauth optional OURS",
        ("auth", SETCRED), (AUTH_ERR, CRED_ERR), False),
    Row("setcred wrongly called after a failed authenticate, required before us: libpam "
        "has called us both times, and a lease comes about",
        "auth required pam_deny.so\nauth optional OURS",
        ("auth", SETCRED), (AUTH_ERR, CRED_ERR), True),
    Row("the same with our line first: no order protects from such a daemon",
        "auth optional OURS\nauth required pam_deny.so",
        ("auth", SETCRED), (AUTH_ERR, CRED_ERR), True),
    *(Row(f"setcred {name}", PERMIT, ("auth", f"setcred={flag}"), (0, 0), False)
      for name, flag in (("DELETE", daemon.DELETE), ("REINITIALIZE", daemon.REINITIALIZE),
                         ("REFRESH", daemon.REFRESH),
                         ("ESTABLISH|DELETE", daemon.ESTABLISH | daemon.DELETE),
                         ("DELETE, silent", daemon.DELETE | daemon.SILENT))),
)

INCLUDED = {
    "base": "\n".join(f"{kind} required pam_permit.so" for kind in ("session", "account")),
    "short": "session sufficient pam_permit.so\nsession required pam_deny.so",
    "ours": "session optional OURS",
}


class Stacks(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {"192.0.2.60": "REJECT"})
        self.place.ready()
        for name, stack in INCLUDED.items():
            self.daemon.write_service(name, stack)

    def log_in(self, row: Row) -> daemon.Said:
        self.daemon.write_service("imap", row.stack)
        said = self.daemon.run("start", CONFIRM, *row.calls, "end")
        return daemon.Said(said.values[2:-1], said.log)

    def check(self, rows: tuple[Row, ...]):
        for row in rows:
            with self.subTest(row.label):
                said = self.log_in(row)
                self.assertEqual(tuple(said.values), row.returns)
                self.assertEqual(self.place.leases("active"), {CLIENT} if row.lease else set())
                self.assertEqual(table.opened(self.place.map),
                                 {CLIENT} if row.lease else set())
                self.assertEqual(len(said.log), 1 if row.lease else 0, said.log)
            self.place.sapdb("revoke", "--all")

    def test_sessions(self):
        self.check(SESSIONS)

    def test_accounts(self):
        self.check(ACCOUNTS)

    def test_auths(self):
        self.check(AUTHS)

    def test_all_three_lines_make_one_lease_and_one_line_of_log(self):
        three = (PERMIT + "\naccount required pam_permit.so\naccount optional OURS\n"
                 "session required pam_permit.so\nsession optional OURS")
        row = Row("all three", three, ("auth", "acct", SETCRED, "open", "close"), (0,) * 5, True)
        self.check((row,))

    def test_debug_says_one_line_for_all_three(self):
        """Renewed once, not three times: the others find the work done."""
        three = (PERMIT + "\naccount optional OURS debug\nsession optional OURS debug")
        row = Row("", three, ("auth", SETCRED, "acct", "open"), (), True)
        self.log_in(row)
        said = self.log_in(row)
        self.assertEqual(said.texts(), [])  # setcred, without `debug`, was first
        row = row._replace(calls=("acct", "open"))
        self.assertEqual(len(self.log_in(row).log), 1)


class AnswersToAnError(unittest.TestCase):
    """There is no map: something is wrong at each login."""

    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)

    ROWS = (
        ("session, ignored", "session required OURS", ("open", "close"), (0, 0)),
        ("session, on_error=ignore", "session required OURS on_error=ignore", ("open",), (0,)),
        ("session, on_error=fail: libpam then refuses the close by itself",
         "session required OURS on_error=fail", ("open", "close"), (SESSION_ERR, PERM_DENIED)),
        ("session, on_error=fail, but optional beside another",
         "session required pam_permit.so\nsession optional OURS on_error=fail",
         ("open",), (0,)),
        ("account before session, on_error=fail: the second hook answers the same",
         "account required pam_permit.so\naccount optional OURS on_error=fail\n"
         "session required OURS on_error=fail", ("acct", "open"), (0, SESSION_ERR)),
        ("account, on_error=fail: no vote",
         "account required pam_permit.so\naccount required OURS on_error=fail", ("acct",), (0,)),
        ("setcred, on_error=fail: no vote",
         "auth required pam_permit.so\nauth required OURS on_error=fail",
         ("auth", SETCRED), (0, 0)),
    )

    def test_answers(self):
        for label, stack, calls, returns in self.ROWS:
            with self.subTest(label):
                self.daemon.write_service("imap", stack)
                said = self.daemon.run("start", CONFIRM, *calls, "end")
                self.assertEqual(tuple(said.values[2:-1]), returns)

    def test_an_open_client_does_not_fail_with_on_error_fail(self):
        self.daemon.write_service("imap", "session required OURS on_error=fail")
        table.make(self.daemon.place.map, {})
        self.daemon.place.ready()
        for label in ("new", "known"):
            with self.subTest(label):
                said = self.daemon.run("start", CONFIRM, "open", "end")
                self.assertEqual(said.values[2], SUCCESS)


if __name__ == "__main__":
    unittest.main()
