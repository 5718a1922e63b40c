# SPDX-License-Identifier: BSD-2-Clause
"""What sapdb's help prints is in sapdb(8), and the other way round. A command that has a
page of its own, sapdb-NAME(8), may tell of its options there."""

import os
import re
import subprocess
import unittest

from .source import ROOT, text, with_suffix

PAGE = "docs/man/sapdb.8"


def help_of(*command: str) -> str:
    return subprocess.run([os.environ["SAP_SAPDB"], *command, "--help"], check=True,
                          capture_output=True, text=True).stdout


def help_options(printed: str) -> set[str]:
    """{"-c --conf", ...}"""
    return {f"{short} {long}" for short, long in
            re.findall(r"^  (-\w), (--[\w-]+)", printed, flags=re.MULTILINE)}


def page_options(part: str) -> set[str]:
    return {f"-{short} --{long}" for short, long in
            re.findall(r"^\.It Fl (\w) , Fl -([\w-]+)", part, flags=re.MULTILINE)}


def page_commands() -> dict[str, str]:
    """Name -> its part of the page; several forms of one command are joined."""
    body = text(PAGE).split(".Sh COMMANDS\n", 1)[1].split("\n.Sh ", 1)[0]
    parts = re.split(r"^\.It Cm (\w+)", body, flags=re.MULTILINE)
    commands: dict[str, str] = {}
    for name, part in zip(parts[1::2], parts[2::2]):
        commands[name] = commands.get(name, "") + part
    return commands


def own_page(name: str) -> str:
    """The text of sapdb-NAME(8), "" where there is none."""
    page = f"docs/man/sapdb-{name}.8"
    return text(page) if (ROOT / page).exists() else ""


def help_commands() -> list[str]:
    return re.findall(r"^  (\w+) +\w", help_of(), flags=re.MULTILINE)


class Commands(unittest.TestCase):
    def test_the_help_was_read(self):
        self.assertIn("list", help_commands())

    def test_all_are_in_the_page_and_no_other(self):
        self.assertEqual(sorted(page_commands()), sorted(help_commands()))

    def test_options_before_the_command(self):
        before = text(PAGE).split(".Sh COMMANDS\n", 1)[0]
        self.assertEqual(page_options(before), help_options(help_of()))

    def test_options_of_each(self):
        for name, part in page_commands().items():
            with self.subTest(name):
                self.assertEqual(page_options(part + own_page(name)),
                                 help_options(help_of(name)))

    def test_own_pages(self):
        pages = {path.stem.removeprefix("sapdb-") for path in with_suffix(".8")
                 if path.name.startswith("sapdb-")}
        self.assertEqual(sorted(pages - set(help_commands())), [])
        for name in pages:
            with self.subTest(name):
                self.assertIn(f".Xr sapdb-{name} 8", page_commands()[name])

    def test_short_forms(self):
        for name, part in page_commands().items():
            told = re.search(r"^\.D1 Short: Cm (.*)$", part, flags=re.MULTILINE)
            printed = re.search(r"^Short: (.*)$", help_of(name), flags=re.MULTILINE)
            with self.subTest(name):
                self.assertEqual(told[1].split(" , ") if told else [],
                                 printed[1].split() if printed else [])

    def test_options_in_the_head_of_each(self):
        for name, part in page_commands().items():
            printed = re.search(r"^usage: sapdb \w+ (.*)$", help_of(name), flags=re.MULTILINE)
            self.assertTrue(printed, name)
            head = text(PAGE).split(".Sh COMMANDS\n", 1)[1]
            lines = re.findall(rf"^\.It Cm {name}(.*)$", head, flags=re.MULTILINE)
            with self.subTest(name):
                self.assertEqual(set(re.findall(r"Fl (\w)", " ".join(lines))),
                                 set(re.findall(r"-(\w)\b", printed[1])))
