# SPDX-License-Identifier: BSD-2-Clause
"""Each picture in docs/pictures is what its text says."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("SAP_SOURCE") or Path(__file__).parents[2])
PICTURES = ROOT / "docs/pictures"
MADE_OF = re.compile(r"^<!-- .*; of (\S+) ([0-9a-f]{64}) -->$", re.MULTILINE)
VERSION = re.compile(r"graphviz version (\S+)")


class Pictures(unittest.TestCase):
    def setUp(self):
        self.sources = sorted(path for path in PICTURES.iterdir() if path.suffix != ".svg")

    def test_each_is_of_its_text(self):
        self.assertGreater(len(self.sources), 2)
        self.assertEqual({path.stem for path in self.sources},
                         {path.stem for path in PICTURES.glob("*.svg")})
        for source in self.sources:
            with self.subTest(source.name):
                made_of = MADE_OF.search(source.with_suffix(".svg").read_text(encoding="utf-8"))
                self.assertTrue(made_of, "tools/pictures has not drawn it")
                self.assertEqual(made_of.groups(), (
                    source.name, hashlib.sha256(source.read_bytes()).hexdigest()))

    @unittest.skipUnless(shutil.which("dot") and shutil.which("mscgen"),
                         "graphviz or mscgen is not installed")
    def test_drawn_anew_it_is_the_same(self):
        """By the same graphviz: another one may set it otherwise."""
        with tempfile.TemporaryDirectory(prefix="sap-pictures-") as folder:
            subprocess.run([str(ROOT / "tools/pictures"), folder], check=True)
            for source in self.sources:
                with self.subTest(source.name):
                    kept = source.with_suffix(".svg").read_text(encoding="utf-8")
                    drawn = (Path(folder) / f"{source.stem}.svg").read_text(encoding="utf-8")
                    if VERSION.findall(kept) == VERSION.findall(drawn):
                        self.assertEqual(drawn, kept)
                    else:
                        self.assertEqual(MADE_OF.findall(drawn), MADE_OF.findall(kept))


if __name__ == "__main__":
    unittest.main()
