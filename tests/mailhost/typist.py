# SPDX-License-Identifier: BSD-2-Clause
"""typist - does on a booted host what a page says, as page_uses has it, in its order.

    Typist(self, host, clients).types("docs/guide/courier.md", own={...}, first={...})

`clients` are addresses of the test's own: the first one is who "logs in from another
host"; each of the others logs in once, where a line has been written that opens. `own`
are functions for the blocks that are Own, by the block's first line; `first` are called
before a block is used. What a line's note says of its output is asserted. The files that
are written get back what was in them.
"""

import re
import shlex
import unittest
from collections.abc import Callable, Iterable, Mapping

from .earning import REFUSED, log_in
from .page_uses import CONF, INLINE, USES, Leave, Own, Put, Run
from .pages import Block, Command, blocks, commands
from .product import ProductHost
from .waiting import wait_for

AFTER_A_LOGIN = "after a login from another host"
NOTHING_FOUND = {"journalctl": 1}  # no entry matches
DEFERRED = 454  # Postfix' defer_unauth_destination
DONE_AFTER = 280.0

Doing = Mapping[str, Callable[[Block], None]]


class Typist:
    def __init__(self, test: unittest.TestCase, host: ProductHost, clients: Iterable[str],
                 folder: str = "/root"):
        self._test, self._host, self._folder = test, host, folder
        self._clients = iter(clients)
        self.client = next(self._clients)
        self.told: dict[str, str] = {}  # for a command's stdin
        self.said: dict[str, str] = {}  # on its stdout and stderr

    def types(self, page: str, own: Doing | None = None, first: Doing | None = None) -> None:
        """The whole page."""
        own, first = dict(own or {}), dict(first or {})
        for block, (begin, use) in zip(blocks(page), USES[page], strict=True):
            with self._test.subTest(f"{page}: {begin}"):
                first.pop(begin, lambda _block: None)(block)
                if isinstance(use, Run):
                    self._run(block, use)
                elif isinstance(use, Put):
                    self._put(block, use)
                elif isinstance(use, Own):
                    own.pop(begin)(block)
                else:
                    self._test.assertIsInstance(use, Leave)
        self._test.assertEqual((own, first), ({}, {}), f"there is no such block in {page}")

    def types_inline(self, page: str) -> None:
        """The commands within its text."""
        for text, line in INLINE[page].items():
            with self._test.subTest(f"{page}: {text}"):
                if not isinstance(line, Leave):
                    self.type(Command(line))

    def logs_in(self, _block: Block | None = None) -> None:
        """The client of the page."""
        log_in(self._host, self.client)

    def waits_for(self, *ports: int) -> Callable[[Block], None]:
        """What is restarted may not listen yet."""
        def wait(_block: Block) -> None:
            wait_for(lambda: set(ports) <= self._host.listening_ports(), 20,
                     f"nobody listens to one of {ports}")
        return wait

    def opens(self, address: str = "") -> None:
        """A login opens the relay, which is closed again."""
        address = address or next(self._clients)
        reply = self._host.client.relay_reply
        self._test.assertIn(reply(address).code, (*REFUSED, DEFERRED), address)
        log_in(self._host, address)
        self._test.assertEqual(reply(address).code, 250, address)
        self._host.sapdb("revoke", address)

    def type(self, command: Command, status: int = 0) -> str:
        """One line; what it says on stdout."""
        if AFTER_A_LOGIN in command.note:
            self.logs_in()
        done = self._host.run(
            "bash", "-c", f"cd {self._folder}; {command.line}", check=False,
            timeout=DONE_AFTER, stdin=None, input=self.told.get(command.line, ""))
        may_end = {status, NOTHING_FOUND.get(shlex.split(command.line)[0], status)}
        self._test.assertIn(done.returncode, may_end,
                            f"{command.line}\n{done.stdout}{done.stderr}")
        self.said[command.line] = done.stdout + done.stderr
        self._is_as_noted(command.note, done.stdout)
        return done.stdout

    def _run(self, block: Block, use: Run) -> None:
        for command in commands(block):
            self.type(command, use.ends.get(command.line, 0))

    def _put(self, block: Block, use: Put) -> None:
        for path in use.paths:
            self.write(path, use.change(self._host.run("cat", path, check=False).stdout,
                                        block.text))
        if CONF in use.paths:  # a mistake there is said
            self.type(Command("sapdb expire"))
        if use.opens:
            self.opens()

    def write(self, path: str, text: str) -> None:
        """Until the test's end."""
        target = self._host.root / path.lstrip("/")
        before = target.read_text() if target.exists() else None

        def put_back() -> None:
            if before is None:
                target.unlink(missing_ok=True)
            else:
                target.write_text(before)
        self._test.addCleanup(put_back)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def _is_as_noted(self, note: str, said: str) -> None:
        if note.startswith("prints: "):
            self._test.assertEqual(said.strip(), note.removeprefix("prints: "))
        elif note.startswith("-rw-"):
            self._test.assertTrue(said.startswith(note), said)
        elif "..." in note:
            wanted, _comma, absent = note.partition(", no ")
            pattern = ".*".join(map(re.escape, wanted.split("...")))
            self._test.assertRegex(said, re.compile(pattern, re.S))
            if absent:
                self._test.assertNotIn(absent, said.split())
        elif AFTER_A_LOGIN in note:
            self._test.assertRegex(said, rf"(?m)^{re.escape(self.client)} .*\bopen\b")
