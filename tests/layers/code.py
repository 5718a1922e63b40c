# SPDX-License-Identifier: BSD-2-Clause
"""code - what is read out of C files: includes, functions, the tables of settings."""

import re
from typing import NamedTuple

from .source import text

UNITS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


def without_comments(c_text: str) -> str:
    """Comments and the insides of strings are gone, the lines are the same."""
    def blank(match: re.Match) -> str:
        if match[0].startswith(("'", '"')):
            return match[0][0] * 2
        return re.sub(r"[^\n]", " ", match[0])
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|' r"'(?:\\.|[^'\\\n])*'",
                  blank, c_text, flags=re.DOTALL)


class Function(NamedTuple):
    first: int  # the line where its head begins
    length: int


def _is_head(line: str) -> bool:
    return line.strip() != "" and line[0] not in "}#"


def functions(c_text: str) -> list[Function]:
    """Linux braces: a function's stand alone in the first column."""
    found, lines = [], without_comments(c_text).split("\n")
    begin = None
    for number, line in enumerate(lines, 1):
        if line == "{" and lines[number - 2].endswith(")"):
            begin = number - 1
            while begin > 1 and _is_head(lines[begin - 2]):
                begin -= 1
        elif line == "}" and begin is not None:
            found.append(Function(begin, number - begin + 1))
            begin = None
    return found


class Setting(NamedTuple):
    name: str
    kind: str  # the function that reads its value
    member: str | None
    argument: bool
    bounds: tuple[str, ...]  # "1min to 24h"


def settings() -> list[Setting]:
    """The rows of core/settings_table.c."""
    table = text("core/settings_table.c").split("settings_table[] = {", 1)[1]
    rows = re.findall(r'\{ "(\w+)", (\w+), (.*?)\},$', table.split("\n};", 1)[0],
                      flags=re.DOTALL | re.MULTILINE)
    found = []
    for name, kind, rest in rows:
        member = re.search(r"MEMBER\((\w+)\)", rest)
        range_text = "".join(re.findall(r'"([^"]*)"', rest))
        found.append(Setting(name, kind, member[1] if member else None,
                             "ALSO_ARGUMENT" in rest,
                             tuple(re.findall(r"\d\w* to \d\w*", range_text))))
    return found


def built_in() -> dict[str, str]:
    """Member of struct settings -> its default, as C."""
    body = re.search(r"\(struct settings\)\{(.*?)\n\t\};", text("core/settings.c"),
                     flags=re.DOTALL)
    assert body
    return dict(re.findall(r"\.(\w+) = ((?:\{[^}]*\}|[^,{}])+),", body[1]))


def milliseconds(duration: str) -> int:
    """0, or one number with its unit."""
    if duration == "0":
        return 0
    match = re.fullmatch(r"(\d+)([a-z]+)", duration)
    assert match, duration
    return int(match[1]) * UNITS[match[2]]
