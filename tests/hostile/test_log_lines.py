# SPDX-License-Identifier: BSD-2-Clause
"""What a stranger wrote, in the log and on the administrator's terminal.

User, service and remote host of a login, names and contents of files in the queue, keys
and values of the table, arguments of sapdb: whatever is in them, each event is one line
of printable ASCII, of bounded length, and the bytes can be read out of it again.
"""

import json
import os
import pty
import re
import subprocess
import unittest

from cli import table
from pam import apart, daemon
from pam.daemon import SUCCESS, Daemon

LONG = 65536
LINE_MOST = 1200  # the longest line, with libpam's words before it
COMPLAINT_MOST = 4300  # about what the caller himself has typed
NAME_MOST = 255

HOSTILE = (
    b"a\nNov 24 12:00:00 mail sshd[1]: Accepted password for root from 192.0.2.1",
    b"a\r\nb", b"a\rb", b"\x0b\x0c", b"\x08\x08\x08root", b"\x7f",
    b"\x1b[2J\x1b[1;1H", b"\x1b]0;title\x07", b"\x1bP$q\x1b\\", b"\x1b[31m",
    b"\x9b31m", "\u009b31m".encode(), b"\x85", "\u0085\u2028\u2029".encode(),
    "\u202egro.elpmaxe\u202c\u2066\u2069".encode(), "\u200b\ufeff\u00ad".encode(),
    "r\u043e\u043et".encode(),  # Cyrillic letters in "root"
    b"\xff\xfe\xfd", b"\xc0\x8a", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3",
    b"%s%n%n%1000000d", b"x service=imap opened=0 until=9999999999", b"'; rm x; '",
    b"\\x0a", b"\\", b"\\\n", b'"}, {"', b" ", b"=",
)
LONGER = (b"A" * LONG, b"\n" * LONG, b"\\" * LONG, b"\xff" * LONG)
PRINTABLE = re.compile(r"[ -~]+")
ESCAPE = re.compile(rb"\\(?:\\|x([0-9a-f]{2}))")


def unescape(text: str) -> bytes:
    """The bytes that were escaped; a backslash that begins no escape is a mistake."""
    assert "\\" not in ESCAPE.sub(b"", text.encode("ascii")).decode(), text
    return ESCAPE.sub(lambda found: bytes([int(found[1], 16)]) if found[1] else b"\\",
                      text.encode("ascii"))


lengths: list[int] = []  # of the lines that were looked at


def setUpModule():
    apart.own_network()  # no address of a test is the host's own


def tearDownModule():
    print(f"\nfigure: log lines: {len(HOSTILE + LONGER)} hostile texts, {len(lengths)} lines "
          f"looked at, the longest {max(lengths)} bytes, none with a control character")


COLOURS = re.compile(rb"\x1b\[(?:0|1|31|32|33)m")  # sapdb's own


class Lines(unittest.TestCase):
    STACK = "session optional OURS debug"

    def setUp(self):
        self.daemon = Daemon(self.STACK)
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        self.place.prepare()
        self.make_table({"192.0.2.200": "REJECT"})

    def make_table(self, records: dict):
        """A new one, which the timer's run has seen."""
        self.place.map.unlink(missing_ok=True)
        table.make(self.place.map, records)
        self.place.own()
        self.assertEqual(self.place.sapdb("expire").returncode, 0)

    def check_line(self, line: str, most: int = LINE_MOST):
        self.assertRegex(line, rf"\A{PRINTABLE.pattern}\Z")
        self.assertLess(len(line), most)
        lengths.append(len(line))

    def check_output(self, done: subprocess.CompletedProcess,
                     most: int = LINE_MOST) -> list[str]:
        """Lines of printable ASCII, the last one ended, and a tab at most."""
        text = done.stdout.decode("latin-1") + done.stderr.decode("latin-1")
        lines = text.split("\n")
        self.assertEqual(lines.pop(), "", text)
        for line in lines:
            self.check_line(line.replace("\t", " ", 1), most)
        return lines

    def sapdb(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        return self.place.sapdb(*arguments, text=False, **options)

    def on_terminal(self, *arguments: str) -> bytes:
        """What a terminal gets to see."""
        ours, its = pty.openpty()
        done = self.place.sapdb(*arguments, capture_output=False, stdout=its, stderr=its,
                                stdin=its, text=False, env=os.environ | {"TERM": "xterm"})
        self.assertEqual(done.returncode, 0)
        os.close(its)
        seen = b""
        try:
            while block := os.read(ours, 65536):
                seen += block
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        return seen.replace(b"\r\n", b"\n")


class Login(Lines):
    def log_in(self, address: str, user: bytes = b"horn") -> str:
        said = self.daemon.run(*daemon.opening(address), user=os.fsdecode(user),
                               errors="surrogateescape")  # it repeats its steps
        ours = [text for text in said.texts() if text.startswith("pam_sap(")]
        if len(address) < LONG:  # libpam's own audit takes no more, and says so
            self.assertEqual([value for value in said.values if value != SUCCESS], [])
            self.assertEqual(ours, said.texts())
        self.assertEqual(len(ours), 1, said.log)
        self.check_line(ours[0])
        return ours[0]

    def test_users(self):
        """Through the login, its lease, status and the end of it."""
        names = HOSTILE + LONGER
        for number, user in enumerate(names):
            with self.subTest(user[:40]):
                line = self.log_in(f"192.0.2.{number}", user)
                shown = re.search(r" for user (\S+) \(imap\)\Z", line)
                self.assertTrue(shown, line)
                if len(user) < LONG:
                    self.assertEqual(unescape(shown[1]), user)
                else:
                    self.assertTrue(shown[1].endswith("..."))
        self.check_leases(names)
        self.check_end(names)

    def check_leases(self, names: tuple[bytes, ...]):
        lines = self.check_output(self.sapdb("status"))
        self.assertEqual(len(lines), 1 + len(names))
        self.assertEqual({len(re.split(" {2,}", line)) for line in lines}, {7})
        leases = [json.loads(line)
                  for line in self.sapdb("--json", "status").stdout.splitlines()]
        self.assertEqual([lease["service"] for lease in leases], ["imap"] * len(names))
        told = {unescape(lease["user"]) for lease in leases
                if not lease["user"].endswith("...")}
        self.assertEqual(told, {user for user in names if len(user) < LONG})
        coloured = self.on_terminal("status")
        self.assertEqual(COLOURS.sub(b"", coloured), self.sapdb("status").stdout)
        self.assertEqual(len(COLOURS.findall(coloured)), coloured.count(b"\x1b"))

    def check_end(self, names: tuple[bytes, ...]):
        """Said on the terminal and in the log, by the timer's run."""
        for number in range(len(names)):
            self.place.date(self.place.state / f"active/192.0.2.{number}", 3600)
        before = len(self.daemon.lines())
        lines = self.check_output(self.sapdb("expire", env=self.daemon.environment()))
        logged = [line.text for line in self.daemon.lines()[before:]]
        for line in logged:
            self.check_line(line)
        ended = [line for line in logged if line.startswith("removed ")]
        self.assertEqual(len(ended), len(names))
        self.assertEqual([line for line in lines if line.startswith("removed ")], ended)

    def test_remote_hosts(self):
        behind = tuple(b"192.0.2.7" + more for more in HOSTILE if more[:1] != b"%")
        for rhost in HOSTILE + LONGER + behind:
            with self.subTest(rhost[:40]):
                self.place.forget_what_was_said()
                line = self.log_in(os.fsdecode(rhost))
                self.assertIn("no client address", line)
                shown = re.search(r"PAM_RHOST is '(.*)'\)\Z", line)
                self.assertTrue(shown, line)
                if not shown[1].endswith("..."):
                    self.assertEqual(unescape(shown[1]), rhost)
        self.assertEqual(self.place.leases("pending") | self.place.leases("active"), set())

    def test_services(self):
        """The words before our text are libpam's: a daemon chooses its service itself."""
        self.daemon.write_service("other", self.STACK)
        for number, service in enumerate(HOSTILE):
            self.daemon.service = os.fsdecode(service.replace(b"/", b""))
            with self.subTest(service):
                said = self.daemon.run(*daemon.opening(f"192.0.2.{number}"))
                self.assertEqual(len(said.log), 1)
                self.check_line(said.log[0].text.rsplit("): ", 1)[1])
        self.assertEqual(len(self.check_output(self.sapdb("status"))), 1 + len(HOSTILE))


class Files(Lines):
    """In the queue, which a member of queue_group may fill."""

    def test_names(self):
        for name in HOSTILE + tuple(name[:NAME_MOST] for name in LONGER):
            with self.subTest(name[:40]):
                path = os.path.join(os.fsencode(self.place.state), b"pending",
                                    name.replace(b"/", b""))
                with open(path, "wb") as file:
                    file.write(b"x")
                before = len(self.daemon.lines())
                lines = self.check_output(self.sapdb("commit",
                                                     env=self.daemon.environment()))
                logged = [line.text for line in self.daemon.lines()[before:]]
                self.assertEqual(logged, lines)
                self.assertEqual(len(lines), 1)
                self.assertIn("it is no lease", lines[0])
                self.assertFalse(os.path.lexists(path))

    def test_contents(self):
        """Bytes that no lease has are no lease: none is shown as they are. In active/ only
        we write: there one that cannot be read is a lease still, of nobody."""
        for folder in ("pending", "deferred", "ending", "active"):
            for number, user in enumerate(HOSTILE + (b"a\0b",)):
                if user in (b"\\x0a", b"\\", b"%s%n%n%1000000d"):
                    continue  # printable: a word as good as any
                path = self.place.state / folder / f"192.0.2.{number}"
                path.write_bytes(b"user=" + user + b" service=imap opened=1\n")
                self.place.own(path)
            with self.subTest(folder):
                for command in (("status",), ("--json", "status"), ("commit",), ("expire",)):
                    self.check_output(self.sapdb(*command))
                if folder != "active":
                    self.assertEqual(table.opened(self.place.map), set())


class Table(Lines):
    def setUp(self):
        super().setUp()
        self.records = {b"key " + text: b"value " + text for text in HOSTILE}
        self.make_table(self.records)

    def test_list(self):
        lines = self.check_output(self.sapdb("list"))
        read = dict(map(unescape, line.split("\t")) for line in lines)
        self.assertEqual(read, self.records)
        self.assertEqual(self.on_terminal("list"), self.sapdb("list").stdout)

    def test_json(self):
        objects = [json.loads(line)
                   for line in self.sapdb("--json", "list").stdout.splitlines()]
        read = {unescape(one["key"]): unescape(one["value"]) for one in objects}
        self.assertEqual(read, self.records)

    def test_a_record_that_decides(self):
        """Its value is the administrator's, its key ours to print: by status."""
        self.make_table({b"192.0.2": b"550 \x1b[2J\n", b"192.0.2.9": b"\x1b[2J"})
        for address in ("192.0.2.7", "192.0.2.9"):
            self.assertEqual(len(self.check_output(self.sapdb("status", address))), 1)
            self.assertIn("record '192.0.2", self.check_output(self.sapdb("grant", address))[0])


class Arguments(Lines):
    """What another program hands to sapdb, in its complaints."""

    def test_complaints(self):
        for text in map(os.fsdecode, HOSTILE + (b"A" * LONG, b"\n" * LONG)):
            for command in (("status", text), ("grant", text), ("revoke", text),
                            ("revoke", "--user", text), ("list", text), ("delete", text),
                            ("-m", text, "list"), ("-c", text, "list"), (text,),
                            ("status", "--" + text), ("grant", "192.0.2.7", "--for", text)):
                with self.subTest(text[:40], command=command[0]):
                    self.check_output(self.sapdb(*command), COMPLAINT_MOST)


if __name__ == "__main__":
    unittest.main()
