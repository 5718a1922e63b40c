# SPDX-License-Identifier: BSD-2-Clause
"""analysers.py: an analyser that did not look has not found "nothing"."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(os.environ.get("SAP_SOURCE") or Path(__file__).parents[2]) / "tools/analysers.py"
NAMES = ("gcc", "clang-tidy", "cppcheck")
GOOD = "int good(int a);\nint good(int a)\n{\n\treturn a + 1;\n}\n"
BAD = "int bad(void);\nint bad(void)\n{\n\tint *p = 0;\n\n\treturn *p;\n}\n"
NO_C = "int broken(void)\n{\n\treturn 1\n"
BAIT = 'case "$*" in *bait*) exec {real} "$@" ;; esac\n'
SILENT = "#!/bin/sh\n"
# label, whose place it takes, its script, what is said of it
LAMED = [(f"{name}: {label}", name, script, said)
         for name in NAMES for label, script, said in (
             ("missing", None, "does not find a fault that is known"),
             ("silent", SILENT, "does not find a fault that is known"),
             ("crashes", SILENT + "kill -SEGV $$\n", "does not find a fault that is known"),
             ("ends with an error later on", SILENT + BAIT + "exit 3\n", "exit status 3"),
             ("crashes later on", SILENT + BAIT + "kill -SEGV $$\n", "exit status -11"))]
LAMED += [("cppcheck: looks at nothing later on", "cppcheck", SILENT + BAIT,
           "cppcheck did not look at"),
          ("clang-tidy: an unknown option", "clang-tidy",
           SILENT + BAIT + "echo 'Error while processing x.c.'\n", "Error while processing")]


@unittest.skipUnless(all(map(shutil.which, NAMES)), "not all of the analysers are installed")
class Analysers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.source({"good.c": GOOD})

    def source(self, files: dict[str, str], gcc_option: str = "") -> None:
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        for compiler in ("gcc", "clang"):
            build = self.folder / compiler
            build.mkdir(exist_ok=True)
            (build / "compile_commands.json").write_text(json.dumps(
                [{"directory": str(build), "file": f"../{name}", "output": "o",
                  "command": f"{compiler} -O2 {gcc_option} -MD -MQ o -MF o.d -o o -c ../{name}"}
                 for name in files]), encoding="utf-8")

    def analyse(self, lame: str = "", script: str | None = None) -> subprocess.CompletedProcess:
        """With all the programs that they need on the path, but one that is lame."""
        path = self.folder / "path"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        for name in {"sh", "as", *NAMES} - {lame}:
            (path / name).symlink_to(shutil.which(name))
        if script is not None:
            (path / lame).write_text(script.format(real=shutil.which(lame)), encoding="utf-8")
            (path / lame).chmod(0o755)
        return subprocess.run([sys.executable, "-B", str(SCRIPT), str(self.folder)], text=True,
                              env={"PATH": str(path), "LC_ALL": "C.UTF-8"},
                              capture_output=True, check=False)

    def test_all_well(self):
        done = self.analyse()
        self.assertEqual((done.stdout, done.stderr, done.returncode),
                         ("figure: analysers: 1 files, each by 3, 0 findings\n", "", 0))
        self.assertEqual({path.name for path in (self.folder / "gcc").iterdir()},
                         {"compile_commands.json", "bait"}, "it builds nothing")

    def test_each_finds_it(self):
        self.source({"good.c": GOOD, "bad.c": BAD})
        done = self.analyse()
        self.assertEqual(done.returncode, 1)
        for found in ("[-Wanalyzer-null-dereference]", "[nullPointer]",
                      "[clang-analyzer-core.NullDereference]"):
            self.assertIn(f"{found}\n", done.stdout)
        self.assertNotIn("good.c", done.stdout)

    def test_what_cannot_be_read(self):
        self.source({"broken.c": NO_C})
        done = self.analyse()
        self.assertEqual(done.returncode, 1)
        for found in ("error: expected ‘;’ at end", "[clang-diagnostic-error]", "[syntaxError]"):
            self.assertIn(found, done.stdout)

    def test_an_option_of_another_compiler(self):
        """clang-tidy says so of each file, and goes on without what it did not understand."""
        self.source({"good.c": GOOD}, gcc_option="-fanalyzer")
        done = self.analyse()
        self.assertEqual(done.returncode, 1)
        self.assertIn("unknown argument '-fanalyzer'", done.stdout)

    def test_one_that_is_lame(self):
        for label, name, script, said in LAMED:
            with self.subTest(label):
                done = self.analyse(name, script)
                self.assertEqual((done.returncode, done.stderr), (1, ""), done)
                self.assertIn(said, done.stdout)


if __name__ == "__main__":
    unittest.main()
