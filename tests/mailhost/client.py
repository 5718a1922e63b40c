# SPDX-License-Identifier: BSD-2-Clause
"""client - a mail client with many addresses.

    seconds = client.pop3_login("horn", "sesam", source="192.0.2.78")
    session = client.smtp(source="2001:db8::78")
    session.relay_reply().code                    # 250 or 550, any number of times

The source address says whether it is IPv4 or IPv6. It must be one of the
namespace's (network.py). Sessions stay open until close() or the end of `with`.

A refused login raises LoginRefused, silence of the server TimeoutError.
"""

import ipaddress
import re
import socket
import time
from typing import NamedTuple

from .network import CLIENTS, SERVER, SERVER6, Namespace

TIMEOUT = 20.0
SENDER = "horn@example.net"      # one of our own
OUTSIDE = "someone@example.org"  # not ours: taking mail for it is relaying


class LoginRefused(Exception):
    """The server's answer to a login, when it was no."""


class Reply(NamedTuple):
    """An answer of an SMTP server; the lines of `text` without their codes."""

    code: int
    text: str


class Client:
    """Connects from inside a namespace; needs no other privilege there."""

    def __init__(self, namespace: Namespace):
        self._namespace = namespace

    def connect(self, port: int, source: str = CLIENTS[0]) -> socket.socket:
        """A TCP connection to the server from this address."""
        is_ipv6 = ipaddress.ip_address(source).version == 6
        with self._namespace.inside():
            connection = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET)
        try:
            connection.settimeout(TIMEOUT)
            connection.bind((source, 0))
            connection.connect((SERVER6 if is_ipv6 else SERVER, port))
        except BaseException:
            connection.close()
            raise
        return connection

    def pop3(self, source: str = CLIENTS[0]) -> "Pop3Session":
        """A POP3 session, not yet logged in."""
        return Pop3Session(self.connect(110, source))

    def imap(self, source: str = CLIENTS[0]) -> "ImapSession":
        """An IMAP session, not yet logged in."""
        return ImapSession(self.connect(143, source))

    def smtp(self, source: str = CLIENTS[0]) -> "SmtpSession":
        """An SMTP session that has said EHLO."""
        return SmtpSession(self.connect(25, source))

    def pop3_login(self, user: str, password: str, source: str = CLIENTS[0]) -> float:
        """Log in and out; the seconds that the login took."""
        with self.pop3(source) as session:
            return session.login(user, password)

    def imap_login(self, user: str, password: str, source: str = CLIENTS[0]) -> float:
        """Log in and out; the seconds that the login took."""
        with self.imap(source) as session:
            return session.login(user, password)

    def relay_reply(self, source: str = CLIENTS[0]) -> Reply:
        """What a new SMTP session is told about a recipient elsewhere."""
        with self.smtp(source) as session:
            return session.relay_reply()


class _Session:
    """Lines there and back."""

    GOODBYE = "QUIT"

    def __init__(self, connection: socket.socket):
        self._socket = connection
        self._lines = connection.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def send(self, line: str) -> None:
        """One line; its end is added."""
        self._socket.sendall(line.encode() + b"\r\n")

    def receive(self) -> str:
        """One line without its end. Raises EOFError when there is none."""
        line = self._lines.readline()
        if not line:
            raise EOFError("the server has closed the connection")
        return line.decode("utf-8", "replace").rstrip("\r\n")

    def close(self) -> None:
        """Say goodbye and hear the answer out: then the server has finished."""
        try:
            self.send(self.GOODBYE)
            self._lines.read()
        except OSError:
            pass  # gone already
        self._lines.close()
        self._socket.close()


class Pop3Session(_Session):
    """RFC 1939."""

    def __init__(self, connection: socket.socket):
        super().__init__(connection)
        self._ask_until_ok()

    def login(self, user: str, password: str) -> float:
        """Returns the seconds from PASS to its answer."""
        self._ask_until_ok(f"USER {user}")
        start = time.monotonic()
        self._ask_until_ok(f"PASS {password}")
        return time.monotonic() - start

    def _ask_until_ok(self, command: str | None = None) -> None:
        if command is not None:
            self.send(command)
        answer = self.receive()
        if not answer.startswith("+OK"):
            raise LoginRefused(answer)


class ImapSession(_Session):
    """RFC 3501."""

    GOODBYE = "z LOGOUT"

    def __init__(self, connection: socket.socket):
        super().__init__(connection)
        self.receive()

    def login(self, user: str, password: str) -> float:
        """Returns the seconds from LOGIN to its answer."""
        start = time.monotonic()
        self.send(f'a LOGIN "{user}" "{password}"')
        answer = self.receive()
        while answer.startswith("* "):
            answer = self.receive()
        if not answer.startswith("a OK"):
            raise LoginRefused(answer)
        return time.monotonic() - start


class SmtpSession(_Session):
    """RFC 5321. `greeting` is the server's first word."""

    def __init__(self, connection: socket.socket):
        super().__init__(connection)
        self.greeting = self._reply()
        self.hello = self.ask("EHLO client.example.net")

    def ask(self, command: str) -> Reply:
        """Any command, and its reply."""
        self.send(command)
        return self._reply()

    def mail(self, sender: str = SENDER) -> Reply:
        """Begin a transaction."""
        return self.ask(f"MAIL FROM:<{sender}>")

    def rcpt(self, recipient: str = OUTSIDE) -> Reply:
        """Name a recipient; again and again in one transaction, if you like."""
        return self.ask(f"RCPT TO:<{recipient}>")

    def rset(self) -> Reply:
        """Forget the transaction; the session goes on."""
        return self.ask("RSET")

    def relay_reply(self, recipient: str = OUTSIDE) -> Reply:
        """The reply to RCPT in a transaction of its own, which is then dropped."""
        self.mail()
        reply = self.rcpt(recipient)
        self.rset()
        return reply

    def data(self, text: str) -> Reply:
        """Send the message."""
        reply = self.ask("DATA")
        if reply.code != 354:
            return reply
        stuffed = re.sub(r"^\.", "..", text, flags=re.M).replace("\n", "\r\n")
        return self.ask(stuffed.rstrip("\r\n") + "\r\n.")

    def _reply(self) -> Reply:
        lines = [self.receive()]
        while lines[-1][3:4] == "-":
            lines.append(self.receive())
        return Reply(int(lines[0][:3]), "\n".join(line[4:] for line in lines))
