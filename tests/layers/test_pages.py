# SPDX-License-Identifier: BSD-2-Clause
"""What README.md and the guide have their readers type is typed by a test: a block that
mailhost/page_uses does not know fails here. A reader does not type what he has to change."""

import re
import unittest

from mailhost.page_uses import INLINE, USES, Leave, Run
from mailhost.pages import blocks, commands, examples, inline, names

from .source import files, text, with_suffix

LEFT_OUT = 12  # of all blocks; each has its reason


def first_line(line: str) -> str:
    return re.sub(r"\s+# .*$", "", line)


def mailhost_tests() -> str:
    return "".join(text(path) for path in files()
                   if path.match("tests/mailhost/test_*.py"))


class Pages(unittest.TestCase):
    def test_each_block_has_its_use(self):
        for page in names():
            with self.subTest(page):
                there = [first_line(block.lines[0]) for block in blocks(page)]
                self.assertEqual(there, [begin for begin, _use in USES[page]])
        self.assertEqual(sorted(USES), sorted(names()))

    def test_each_command_within_the_text(self):
        for page in names():
            with self.subTest(page):
                self.assertEqual(inline(page), sorted(INLINE.get(page, {})))

    def test_no_other_kind_of_block(self):
        """The parser would not see it."""
        for page in names():
            self.assertNotRegex(text(page), r"(?m)^\s*(```|~~~)", page)

    def test_each_page_is_typed_by_a_test(self):
        typed = mailhost_tests()
        for page in names():
            if USES[page] or page in INLINE:
                self.assertTrue(f'"{page}"' in typed, f"no test types {page}")

    def test_exit_status_of_lines_that_are_there(self):
        for page in names():
            for block, (_begin, use) in zip(blocks(page), USES[page]):
                if isinstance(use, Run):
                    there = {command.line for command in commands(block)}
                    self.assertLessEqual(set(use.ends), there, page)

    def test_few_are_left_out(self):
        left = [use for uses in USES.values() for _begin, use in uses
                if isinstance(use, Leave)]
        self.assertLessEqual(len(left), LEFT_OUT)
        self.assertTrue(all(use.why for use in left))

    def test_the_manuals_have_examples(self):
        read = [command.line for path in with_suffix(".8") for command in examples(str(path))]
        self.assertIn("sapdb setup --apply sendmail dovecot", read)
        self.assertGreater(len(read), 10)
        typed = mailhost_tests()
        for path in with_suffix(".8"):
            if list(examples(str(path))):
                self.assertTrue(f'"{path.name}"' in typed, f"no test types {path}")
