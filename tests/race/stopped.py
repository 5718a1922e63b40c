# SPDX-License-Identifier: BSD-2-Clause
"""A command that is held in front of one of its system calls (stop_point.c)."""

import os
import subprocess
from pathlib import Path

END_OF_COMMAND = 60


class Stopped:
    """In front of the Nth call on files below `folder`, or at the end before that.
    `options` are Popen's; `output` is all that was written, in the end."""

    def __init__(self, folder: Path, command: list[str], n: int, **options):
        self.output = ""
        self.process = subprocess.Popen(
            [os.environ["SAP_STOP_POINT"], f"{folder}/", str(n), *command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)
        self._read()

    def _read(self) -> None:
        self.said = self.process.stdout.readline().strip()
        word, _, call = self.said.partition(" ")
        self.is_held = word == "stopped"
        self.call = call if self.is_held else ""  # "NAME FILE...", as seen from the folder
        self.name = self.call.partition(" ")[0]

    def step(self, letter: str = "s") -> None:
        """Make the call, and stop in front of the next one or at the end. "e": make it on
        the file of its name in ending/ (stop_point.c)."""
        if self.is_held:
            self.process.stdin.write(letter)
            self.process.stdin.flush()
            self._read()

    def step_to(self, name: str) -> None:
        while self.is_held and self.name != name:
            self.step()

    def is_at(self, call: str) -> bool:
        """`call` is "NAME FILE...", each file by the end of its path."""
        words, here = call.split(), self.call.split()
        return len(words) == len(here) and all(
            f"/{path}".endswith(f"/{word}") for path, word in zip(here, words, strict=True))

    def step_to_call(self, call: str) -> None:
        while self.is_held and not self.is_at(call):
            self.step()

    def _release(self, letter: str) -> str:
        """Returns the last line, "ended STATUS"."""
        rest, errors = self.process.communicate(letter if self.is_held else "",
                                                timeout=END_OF_COMMAND)
        self.output = self.said + rest + (errors or "")
        return (self.said + "\n" + rest).strip().rpartition("\n")[2]

    def go_on(self) -> str:
        return self._release("g")

    def kill(self) -> str:
        return self._release("k")
