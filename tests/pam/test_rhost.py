# SPDX-License-Identifier: BSD-2-Clause
"""What PAM_RHOST may say, and what is made of it.

Whatever a remote host can put there names a lease only when it is one numeric address;
each login then makes exactly one line of log, which names the service and has no
control character, however long the text was.
"""

import unittest
from typing import NamedTuple

from cli import table
from pam import daemon
from pam.daemon import SUCCESS, Daemon

LONG = 4096
LONGEST_LINE = 400


class Row(NamedTuple):
    label: str
    rhost: str | None
    lease: str | None
    said: str  # is part of the line


ADDRESSES = (
    Row("IPv4", "192.0.2.7", "192.0.2.7", "inserted 192.0.2.7 "),
    Row("mapped IPv4 is IPv4", "::ffff:1.2.3.4", "1.2.3.4", "inserted 1.2.3.4 "),
    Row("mapped IPv4 in hex", "::FFFF:0102:0305", "1.2.3.5", "inserted 1.2.3.5 "),
    Row("IPv6", "2001:db8::1", "2001:db8::1", "inserted 2001:db8::1 "),
    Row("IPv6 has one spelling", "2001:DB8:0:0:0::2", "2001:db8::2", "inserted 2001:db8::2 "),
    Row("IPv6 in brackets", "[2001:db8::3]", "2001:db8::3", "inserted 2001:db8::3 "),
    Row("IPv4 in brackets", "[192.0.2.8]", "192.0.2.8", "inserted 192.0.2.8 "),
    Row("with the port", "192.0.2.9;110", "192.0.2.9", "inserted 192.0.2.9 "),
    Row("with a scope", "2001:db8::4%eth0", "2001:db8::4", "inserted 2001:db8::4 "),
)

NOT_KNOWN = "PAM_RHOST is '"
NO_ADDRESSES = (
    Row("missing", None, None, "the daemon sets no PAM_RHOST"),
    Row("empty", "", None, "the daemon sets no PAM_RHOST"),
    Row("a name", "mx.example.org", None, NOT_KNOWN + "mx.example.org'"),
    Row("a name of this host: no DNS, no hosts file", "localhost", None, NOT_KNOWN),
    Row("UNKNOWN", "UNKNOWN", None, NOT_KNOWN + "UNKNOWN'"),
    Row("NON-IP", "NON-IP", None, NOT_KNOWN),
    Row("0.0.0.0", "0.0.0.0", None, NOT_KNOWN + "0.0.0.0'"),
    Row("::", "::", None, NOT_KNOWN),
    Row("mapped 0.0.0.0", "::ffff:0.0.0.0", None, NOT_KNOWN),
    Row("an address and more", "192.0.2.7 evil", None, NOT_KNOWN),
    Row("an address and a newline", "192.0.2.7\n", None, NOT_KNOWN + r"192.0.2.7\x0a'"),
    Row("leading zero: octal for some", "192.0.2.010", None, NOT_KNOWN),
    Row("three parts", "192.0.2", None, NOT_KNOWN),
    Row("one number", "3221225991", None, NOT_KNOWN),
    Row("in hex", "0xc0000207", None, NOT_KNOWN),
    Row("open bracket", "[192.0.2.7", None, NOT_KNOWN),
    Row("4 KiB", "9" * LONG, None, NOT_KNOWN + "999"),
    Row("4 KiB behind an address", "192.0.2.7." + "9" * LONG, None, NOT_KNOWN),
    Row("a way out", "../../etc/passwd", None, NOT_KNOWN + "../../etc/passwd'"),
    Row("a way out behind an address", "192.0.2.7/../../x", None, NOT_KNOWN),
    Row("an absolute path", "/etc/passwd", None, NOT_KNOWN),
    Row("a dot", ".", None, NOT_KNOWN),
    Row("two dots", "..", None, NOT_KNOWN),
    Row("a new line of log", "x\nNov 24 root logged in", None, r"x\x0aNov 24"),
    Row("control characters", "\x01\x1b[2J\r\t\x7f", None, r"\x01\x1b[2J\x0d\x09\x7f"),
    Row("not ASCII", "höst", None, r"h\xc3\xb6st"),
    Row("a format", "%s%n%n%s", None, NOT_KNOWN + "%s%n%n%s'"),
    Row("only a scope", "%eth0", None, NOT_KNOWN),
)

NEVER = (
    Row("loopback", "127.0.0.1", None, "127.0.0.1 is never opened: a loopback address"),
    Row("loopback's network", "127.200.1.9", None, "never opened"),
    Row("IPv6 loopback", "::1", None, "never opened: a loopback address"),
    Row("mapped loopback", "::ffff:127.0.0.1", None, "127.0.0.1 is never opened"),
    Row("link-local", "fe80::1%eth0", None, "never opened: a link-local address"),
    Row("4 KiB of scope", "fe80::1%" + "9" * LONG, None, "fe80::1 is never opened"),
    Row("IPv4 link-local", "169.254.3.4", None, "never opened: a link-local address"),
    Row("multicast", "224.0.0.1", None, "never opened: a multicast address"),
    Row("IPv6 multicast", "ff02::1", None, "never opened: a multicast address"),
    Row("broadcast", "255.255.255.255", None, "never opened"),
    Row("network 0", "0.1.2.3", None, "never opened"),
    Row("loopback inside 6to4", "2002:7f00:1::1", None, "never opened"),
    Row("loopback inside NAT64", "64:ff9b::7f00:1", None, "never opened"),
)


class RemoteHost(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon("session optional OURS debug", service="imap-x")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {})
        self.place.ready()

    def log_in(self, rhost: str | None) -> daemon.Said:
        steps = () if rhost is None else (f"rhost={rhost}",)
        return self.daemon.run("start", *steps, "open", "close", "end")

    def names_below_state(self) -> set[str]:
        return {str(path.relative_to(self.place.state))
                for path in self.place.state.rglob("*")}

    def check_line(self, row: Row, said: daemon.Said):
        self.assertEqual(len(said.log), 1, said.log)
        text = said.log[0].text
        self.assertIn("imap-x", text.split(": ", 1)[1] if not row.lease else text)
        self.assertIn(row.said, text)
        self.assertRegex(text, r"\A[ -~]*\Z", "a control character")
        self.assertLess(len(text), LONGEST_LINE)

    def check(self, rows: tuple[Row, ...], level: int):
        for row in rows:
            with self.subTest(row.label):
                before = self.names_below_state()
                self.place.forget_what_was_said()
                said = self.log_in(row.rhost)
                new = self.names_below_state() - before
                leases = {name for name in new if name.startswith("active/")}
                self.assertEqual(leases, {f"active/{row.lease}"} if row.lease else set())
                self.assertEqual([value for value in said.values if value != SUCCESS], [])
                self.assertEqual([line.level for line in said.log], [level])
                self.check_line(row, said)

    def test_addresses(self):
        self.check(ADDRESSES, daemon.NOTICE)

    def test_no_addresses(self):
        self.place.prepare()
        self.check(NO_ADDRESSES, daemon.WARNING)
        self.assertEqual(self.place.leases("pending") | self.place.leases("deferred"), set())

    def test_never_opened(self):
        """Said with `debug` only: a webmail on this host logs in all day."""
        self.place.prepare()
        for row in NEVER:
            with self.subTest(row.label):
                said = self.log_in(row.rhost)
                self.assertEqual([line.level for line in said.log], [daemon.DEBUG])
                self.assertIn(row.said, said.log[0].text)
                self.assertIn("(imap-x:session)", said.log[0].text)
                self.assertEqual(self.place.where(row.rhost), "")
        self.daemon.write_service("imap-x", daemon.SESSION)
        for row in NEVER:
            with self.subTest(row.label + ", without debug"):
                self.assertEqual(self.log_in(row.rhost).log, [])

    def test_a_user_name_is_escaped_too(self):
        said = self.daemon.run(*daemon.opening(), user="ev\nil=1 x")
        self.assertEqual(len(said.log), 1)
        self.assertIn(r"for user ev\x0ail\x3d1\x20x (imap-x)", said.log[0].text)


class Networks(unittest.TestCase):
    """never=, only= and services= as module arguments."""

    ROWS = (
        ("inside never", "never=192.0.2.0/24", "imap", False),
        ("outside never", "never=198.51.100.0/24", "imap", True),
        ("inside only", "only=192.0.2.0/25", "imap", True),
        ("outside only", "only=198.51.100.0/24", "imap", False),
        ("inside both: never wins", "only=192.0.2.0/24 never=192.0.2.7", "imap", False),
        ("one of the services", "[services=pop3 imap]", "imap", True),
        ("none of the services", "services=pop3", "imap", False),
        ("a longer name", "services=imapd", "imap", False),
        ("a shorter name", "services=ima", "imap", False),
    )

    def test_arguments(self):
        for label, arguments, service, lease in self.ROWS:
            with self.subTest(label):
                case = Daemon(f"session optional OURS {arguments}", service=service)
                self.addCleanup(case.close)
                table.make(case.place.map, {})
                case.place.ready()
                said = case.run(*daemon.opening())
                self.assertEqual(case.place.where(daemon.CLIENT), "active" if lease else "")
                self.assertEqual(len(said.log), 1 if lease else 0)


if __name__ == "__main__":
    unittest.main()
