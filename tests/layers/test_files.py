# SPDX-License-Identifier: BSD-2-Clause
"""SPDX lines, sizes, names and the formatter's law."""

import shutil
import statistics
import subprocess
import unittest

from .code import functions
from .source import ROOT, files, text, with_suffix

FILE_MOST = 400
FUNCTION_MOST = 60
LINE_MOST = 100  # of Python; clang-format has its own law
SPDX = "SPDX-License-Identifier: BSD-2-Clause"
HEAD = 5  # lines in which it has to stand
VAGUE = {"util", "utils", "common", "helper", "helpers", "misc", "manager"}
LICENCES = "LICENSES"
# Any bytes: what a fuzzer begins with.
# Their forms have no comment (the licence is what one of them is about).
NO_COMMENT = {"debian/changelog", "debian/copyright", "debian/source/format"}
INPUTS = {("tests", "fuzz", "corpus"), ("tests", "fuzz", "crashes")}


class Files(unittest.TestCase):
    def test_spdx(self):
        missing = []
        for path in files():
            if path.parts[0] == LICENCES or path.parts[:3] in INPUTS \
                    or str(path) in NO_COMMENT:
                continue
            with open(ROOT / path, "rb") as file:
                head = b"".join(file.readline() for _ in range(HEAD))
            if SPDX.encode() not in head:
                missing.append(str(path))
        self.assertEqual(missing, [])

    def test_sizes(self):
        code = with_suffix(".c", ".h", ".py", ".sh", ".md", ".build", ".8", ".5")
        sizes = {path: text(path).count("\n") for path in code}
        self.assertEqual([f"{path}: {size} lines" for path, size in sizes.items()
                          if size > FILE_MOST], [])
        ours = [size for path, size in sizes.items()
                if path.suffix == ".c" and path.parts[0] != "tests"]
        print(f"\nC files: {len(ours)}, median {statistics.median(ours):.0f} lines, "
              f"longest {max(ours)}")

    def test_python_lines(self):
        wrong = [f"{path}:{number}" for path in with_suffix(".py")
                 for number, line in enumerate(text(path).splitlines(), 1)
                 if len(line) > LINE_MOST]
        self.assertEqual(wrong, [])

    def test_functions(self):
        lengths, wrong = [], []
        for path in with_suffix(".c", ".h"):
            for function in functions(text(path)):
                lengths.append(function.length)
                if function.length > FUNCTION_MOST:
                    wrong.append(f"{path}:{function.first}: {function.length} lines")
        self.assertEqual(wrong, [])
        self.assertGreater(len(lengths), 300, "the brace counter finds no functions")
        print(f"\nfunctions: {len(lengths)}, median {statistics.median(lengths):.0f} lines, "
              f"longest {max(lengths)}")

    def test_the_brace_counter(self):
        sample = ("/* { */\nstatic int a(int b,\n\t\tint c)\n{\n\tif (b) {\n\t}\n"
                  "\treturn c;\n}\n\nstruct x {\n\tint y;\n};\n\nint z(void)\n{\n}\n")
        self.assertEqual([tuple(found) for found in functions(sample)], [(2, 7), (14, 3)])

    def test_names(self):
        vague = [str(path) for path in files()
                 if VAGUE & set(path.stem.replace("-", "_").lower().split("_"))]
        self.assertEqual(vague, [])

    @unittest.skipUnless(shutil.which("clang-format"), "clang-format is not installed")
    def test_format(self):
        code = [str(path) for path in with_suffix(".c", ".h")]
        done = subprocess.run(["clang-format", "--dry-run", "-Werror", *code], cwd=ROOT,
                              capture_output=True, text=True, check=False)
        wrong = sorted({line.split(":")[0] for line in done.stderr.split("\n")
                        if "-Wclang-format-violations" in line})
        self.assertEqual(wrong, [])
        self.assertEqual(done.returncode, 0, done.stderr)
