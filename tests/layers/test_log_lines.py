# SPDX-License-Identifier: BSD-2-Clause
"""Each line that the log can have is in the guide's operations page, in its own words."""

import re
import unittest

from .source import text

PAGE = "docs/guide/operations.md"
EVENTS, LOGINS = "core/event.c", "pam_smtpafterpop/login.c"
STRING = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
PIECE = 6  # letters between two places that are filled in


def joined(literals: str) -> str:
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals))


def formats() -> list[str]:
    """Of the events, and of what a login reports that is no debugging."""
    found = re.findall(rf"snprintf\(text, EVENT_TEXT,\s*{STRING}", text(EVENTS))
    found += re.findall(rf"report\(\s*LOGIN_(?:ERROR|WARNING|NOTICE),\s*{STRING}", text(LOGINS))
    return [joined(one) for one in found]


def pieces(line: str) -> list[str]:
    return [piece.strip() for piece in re.split(r"%l?[sd]|\(user|'", line)
            if len(piece.strip()) >= PIECE]


class LogLines(unittest.TestCase):
    def test_each_is_in_the_page(self):
        page = " ".join(text(PAGE).split())
        lines = formats()
        self.assertGreater(len(lines), 15)
        for line in lines:
            with self.subTest(line):
                self.assertEqual([piece for piece in pieces(line) if piece not in page], [])

    def test_most_lines_have_pieces(self):
        self.assertLess(sum(not pieces(line) for line in formats()), 5)


if __name__ == "__main__":
    unittest.main()
