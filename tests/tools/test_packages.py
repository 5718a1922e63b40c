# SPDX-License-Identifier: BSD-2-Clause
"""packages.sh: when build_in begins anew, and where a build without root is kept."""

import os
import pwd
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(os.environ.get("SAP_SOURCE") or Path(__file__).parents[2]) / "tools/packages.sh"

# Stand-ins that say what they were asked for.
MESON = """#!/bin/sh
echo "meson $*" >> "$CALLS"
for last; do folder=$before; before=$last; done
[ -e "$FAIL" ] && exit 1
touch "$folder/build.ninja"
"""
NINJA = '#!/bin/sh\necho "ninja" >> "$CALLS"\n'


class Packages(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="sap-tools-")
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name)
        self.calls = self.root / "calls"
        self.fail = self.root / "fail"
        for name, script in (("meson", MESON), ("ninja", NINJA)):
            (self.root / name).write_text(script)
            (self.root / name).chmod(0o755)

    def bash(self, script: str, *arguments: str, **variables: str
             ) -> subprocess.CompletedProcess:
        kept = {key: value for key, value in os.environ.items()
                if key not in ("HOME", "XDG_CACHE_HOME", "CC")}
        places = {"PATH": f"{self.root}:{os.environ['PATH']}", "CALLS": str(self.calls),
                  "FAIL": str(self.fail)}
        return subprocess.run(
            ["bash", "-euc", f'. "{SCRIPT}"; {script}', "bash", *arguments], text=True,
            env=kept | places | variables, capture_output=True, check=False)

    def build(self, *options: str, **variables: str) -> list[str]:
        """The stand-ins that were called for one build_in."""
        self.calls.write_text("")
        done = self.bash('build_in "$@"', str(self.root / "build"), *options, **variables)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [line.split()[0] for line in self.calls.read_text().splitlines()]

    def test_it_is_set_up_once(self):
        self.assertEqual(self.build("-Da=1", "-Db=2"), ["meson", "ninja"])
        self.assertEqual(self.build("-Da=1", "-Db=2"), ["ninja"])

    def test_other_options_begin_anew(self):
        self.build("-Da=1")
        for label, options, variables in (
                ("changed", ("-Da=2",), {}), ("one more", ("-Da=2", "-Db=1"), {}),
                ("one word", ("-Da=2 -Db=1",), {}), ("none", (), {}),
                ("another compiler", (), {"CC": "clang"})):
            with self.subTest(label):
                self.assertEqual(self.build(*options, **variables), ["meson", "ninja"])
                self.assertEqual(self.build(*options, **variables), ["ninja"])

    def test_what_was_broken_off_begins_anew(self):
        self.fail.touch()
        done = self.bash('build_in "$@"', str(self.root / "build"), "-Da=1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("The build failed", done.stderr)
        self.fail.unlink()
        self.assertEqual(self.build("-Da=1"), ["meson", "ninja"])

    def test_where_the_cache_is(self):
        home = pwd.getpwuid(os.getuid()).pw_dir
        for label, variables, want in (
                ("no HOME", {}, f"{home}/.cache/pam_sap"),
                ("HOME", {"HOME": "/h"}, "/h/.cache/pam_sap"),
                ("said", {"HOME": "/h", "XDG_CACHE_HOME": "/c d"}, "/c d/pam_sap")):
            with self.subTest(label):
                done = self.bash("own_cache", **variables)
                self.assertEqual((done.returncode, done.stdout), (0, want + "\n"), done)


if __name__ == "__main__":
    unittest.main()
