# SPDX-License-Identifier: BSD-2-Clause
"""pages - what README.md, the guide and the manuals have their readers type.

    for block in blocks("docs/guide/courier.md"):
        block.lines                 # as it stands there, without its indent
    for command in commands(block):
        command.line, command.note  # "sapdb status", "after a login from another host"
    inline("docs/guide/courier.md") # ["authtest USER PASSWORD"]

A block of Markdown is indented by four columns or more and stands behind an empty line.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(os.environ.get("SAP_SOURCE") or Path(__file__).parents[2])
GUIDE = "docs/guide"
INDENT = re.compile(r" {4,}|\t")
PROGRAMS = ("sapdb systemctl journalctl apt make makemap modprobe rm chmod chgrp postfix postmap "
            "postconf doveadm doveconf authtest testsaslauthd update-exim4.conf exim4").split()
NOTE = re.compile(r"\s+# (.*)$")


class Block(NamedTuple):
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


class Command(NamedTuple):
    line: str
    note: str = ""


def names() -> list[str]:
    """The pages that a reader follows."""
    return ["README.md", *sorted(f"{GUIDE}/{path.name}" for path in
                                 (SOURCE / GUIDE).glob("*.md"))]


def blocks(page: str) -> list[Block]:
    """In the page's own order."""
    found: list[list[str]] = []
    is_code, was_empty = False, True
    for line in [*(SOURCE / page).read_text("utf-8").splitlines(), "-"]:
        if not line.strip():
            was_empty = True
            if is_code:
                found[-1].append("")
            continue
        if INDENT.match(line) and (is_code or was_empty):
            if not is_code:
                found.append([])
            found[-1].append(line)
            is_code = True
        else:
            is_code = False
        was_empty = False
    return [Block(_dedented(lines)) for lines in found]


def commands(block: Block) -> list[Command]:
    """Its lines; one that ends in a backslash goes on in the next."""
    found = []
    for line in re.sub(r"\\\n\s*", "", block.text).splitlines():
        note = NOTE.search(line)
        if line.strip():
            found.append(Command(NOTE.sub("", line), note[1] if note else ""))
    return found


def inline(page: str) -> list[str]:
    """The commands that stand within its text and not in a block; not the mere name of a
    command of sapdb's."""
    text = "\n".join(line for line in (SOURCE / page).read_text("utf-8").splitlines()
                     if not INDENT.match(line))
    in_blocks = {command.line for block in blocks(page) for command in commands(block)}
    found = [re.sub(r"\s+", " ", code) for code in re.findall(r"(?<!`)`([^`]+)`(?!`)", text)]
    return sorted({code for code in found if code.split()[0] in PROGRAMS and " " in code
                   and not re.fullmatch(r"sapdb \w+", code)} - in_blocks)


def examples(manual: str) -> Iterator[Command]:
    """The commands of a manual page: what stands behind the prompt of root."""
    text = (SOURCE / manual).read_text("utf-8")
    for line in re.findall(r"^(?:\.Dl )?# ((?:.*\|\n)*.*)$", text, re.M):
        yield Command(re.sub(r"\s*\n\s*", " ", line))


def _dedented(lines: list[str]) -> tuple[str, ...]:
    while not lines[-1]:
        lines = lines[:-1]
    least = min(len(line) - len(line.lstrip(" ")) for line in lines if line)
    return tuple(line[least:] for line in lines)
