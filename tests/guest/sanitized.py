# SPDX-License-Identifier: BSD-2-Clause
"""Tests that cannot run in a build with a sanitizer, or only there, say so themselves."""

import os
import re
import unittest
from pathlib import Path

SANITIZER = os.environ.get("SAP_SANITIZER", "none")


def is_on(name: str) -> bool:
    return name in SANITIZER.split(",")


def not_under_a_sanitizer(why: str) -> None:
    if SANITIZER != "none":
        raise unittest.SkipTest(f"not in a build with -fsanitize={SANITIZER}: {why}")


class Reports:
    """What AddressSanitizer finds in processes that may die of a library, kept in files:
    what such a process says itself stays as it is without."""
    LIBRARY = re.compile(r"/lib(?:db-|lmdb\.)\S*\.so")
    FRAME = re.compile(r"\s+#\d+ 0x\w+ +(?:in )?(.*)")

    def __init__(self, folder: Path):
        self.folder = folder

    def environment(self) -> dict[str, str]:
        others = os.environ.get("ASAN_OPTIONS", "")
        return dict(os.environ) | {"ASAN_OPTIONS": f"{others}:log_path={self.folder}/asan"}

    def not_of_the_library(self, *known: str) -> list[str]:
        """The reports whose fault is neither in the database library nor in one of these
        functions."""
        return [report for report in map(Path.read_text, self.folder.glob("asan.*"))
                if not self.is_excused(report, known)]

    def is_excused(self, report: str, known: tuple[str, ...]) -> bool:
        frames = (frame for line in report.splitlines() if (frame := self.FRAME.match(line)))
        for frame in frames:
            if self.LIBRARY.search(frame[1]) or frame[1].startswith(known):
                return True
            if ".c:" in frame[1]:
                return False
        return False
