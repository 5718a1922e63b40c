# SPDX-License-Identifier: BSD-2-Clause
"""The manual pages are clean, and what the documents point to is there."""

import re
import shutil
import subprocess
import unittest

from .source import ROOT, files, text, with_suffix

LINK = re.compile(r"\]\(([^)\s]+)\)")
PROMISES = ("docs/promises.md", "SECURITY.md")


def anchors(document: str) -> set[str]:
    """As the usual web views make them of headings."""
    heads = re.findall(r"^#+ (.*)$", document, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


class Documents(unittest.TestCase):
    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_manual_pages(self):
        pages = [str(path) for path in with_suffix(".5", ".8")]
        self.assertGreaterEqual(len(pages), 3)
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], cwd=ROOT,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.stdout + done.stderr, "")

    def test_manual_pages_are_installed(self):
        listed = set(re.findall(r"'man/([\w.-]+)'", text("docs/meson.build")))
        self.assertEqual(listed, {path.name for path in with_suffix(".5", ".8")})

    def test_links(self):
        broken, seen = [], 0
        for path in with_suffix(".md"):
            for link in LINK.findall(text(path)):
                if re.match(r"[a-z]+:", link):
                    continue
                seen += 1
                target, _hash, anchor = link.partition("#")
                place = (ROOT / path.parent / target) if target else ROOT / path
                if not place.resolve().is_relative_to(ROOT.resolve()) or not place.exists():
                    broken.append(f"{path}: {link}")
                elif anchor and anchor not in anchors(place.read_text(encoding="utf-8")):
                    broken.append(f"{path}: no heading for {link}")
        self.assertEqual(broken, [])
        self.assertGreater(seen, 10)

    def test_every_document_is_linked(self):
        linked = {(ROOT / path.parent / link.partition("#")[0]).resolve()
                  for path in with_suffix(".md") for link in LINK.findall(text(path))}
        lost = [str(path) for path in with_suffix(".md")
                if path.parts[0] == "docs" and path.parts[1] != "decisions"
                and (ROOT / path).resolve() not in linked]
        self.assertEqual(lost, [])

    def test_every_folder_is_in_the_road_map(self):
        told = text("CONTRIBUTING.md").split("## The folders", 1)[1]
        top = {path.parts[0] for path in files() if len(path.parts) > 1}
        self.assertEqual(sorted(name for name in top if not name.startswith(".")
                                and f"{name}/" not in told), [])

    def test_tests_that_are_named(self):
        there = {str(path.with_suffix("").relative_to("tests")) for path in files()
                 if path.parts[0] == "tests"}
        for document in PROMISES:
            with self.subTest(document):
                named = set(re.findall(r"`(\w+/\w+)`", text(document)))
                self.assertGreater(len(named), 10)
                self.assertEqual(sorted(named - there), [])

    def test_decisions_are_numbered(self):
        names = [path.name for path in files()
                 if path.parts[:2] == ("docs", "decisions")]
        for number, name in enumerate(names, 1):
            with self.subTest(name):
                self.assertTrue(name.startswith(f"{number:04}-"))
                self.assertRegex(text(f"docs/decisions/{name}"),
                                 rf"(?m)^# {number:04}: [`\w]")
                for word in ("Context", "Decision", "Why", "Price"):
                    self.assertIn(f"**{word}.**", text(f"docs/decisions/{name}"))
