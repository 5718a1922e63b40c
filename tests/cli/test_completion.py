# SPDX-License-Identifier: BSD-2-Clause
"""What bash offers behind `sapdb`, asked as bash-completion asks."""

import os
import subprocess
import unittest
from pathlib import Path

from cli import table
from cli.place import Place

LOADER = Path("/usr/share/bash-completion/bash_completion")
SCRIPT = Path(__file__).parents[2] / "db-tool/sapdb.bash"
# COMP_WORDS as readline splits them: at colons, too.
ASK = r"""
. "$LOADER"; . "$SCRIPT"
COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_KEY=9
read -ra COMP_WORDS <<< "$(sed 's/:\{1,\}/ & /g' <<< "$1")"
[[ $1 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
compopt() { :; }
_sapdb
printf '%s\n' "${COMPREPLY[@]}"
"""
CLIENT, USER = "192.0.2.7", "horn"


@unittest.skipUnless(LOADER.exists(), "bash-completion is not installed")
class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.addClassCleanup(cls.place.close)
        table.make(cls.place.map, {})
        cls.place.sapdb("grant", "-u", USER, CLIENT)
        cls.place.sapdb("grant", "-u", "maria", "2001:db8::7")
        cls.place.sapdb("block", "198.51.100.0/24")
        cls.mark = cls.place.root / "was-run"
        cls.place.sapdb("grant", "-u", f"x$(touch${{IFS}}{cls.mark})`id`", "192.0.2.66")
        # The one that is completed knows where all of it is.
        wrapper = cls.place.root / "bin/sapdb"
        wrapper.parent.mkdir()
        wrapper.write_text(f'#!/bin/sh\nexec {cls.place.sapdb_path} -c {cls.place.conf} "$@"\n')
        wrapper.chmod(0o755)

    def offered(self, line: str) -> list[str]:
        done = subprocess.run(
            ["bash", "--norc", "-c", ASK, "bash", line], capture_output=True, text=True,
            env={"PATH": f"{self.place.root}/bin:{os.environ['PATH']}", "HOME": "/",
                 "LOADER": str(LOADER), "SCRIPT": str(SCRIPT)}, check=False)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_each_word(self):
        for line, want in (
                ("sapdb st", ["status"]),
                ("sapdb un", ["unblock"]),
                ("sapdb --j", ["--json"]),
                ("sapdb -c /etc/x.conf rev", ["revoke"]),
                ("sapdb revoke --d", ["--dry-run"]),
                ("sapdb revoke --b", ["--block="]),
                ("sapdb revoke 192.0.2.7", [CLIENT]),
                ("sapdb revoke 2001:db8::", ["7"]),
                ("sapdb revoke -u h", [USER]),
                ("sapdb revoke --user=ma", ["maria"]),
                ("sapdb grant --for 2", ["2h"]),
                ("sapdb unblock ", ["198.51.100.0/24"]),
                ("sapdb nonsense x", [])):
            with self.subTest(line):
                self.assertEqual(self.offered(line), want)

    def test_a_name_is_no_command(self):
        """The user is whoever logs in."""
        offered = self.offered("sapdb revoke -u x")
        self.assertEqual([word[:4] for word in offered], ["x\\$\\"])
        self.assertFalse(self.mark.exists())

    def test_all_commands(self):
        help_text = self.place.sapdb("--help").stdout
        got = self.offered("sapdb ")
        self.assertGreater(len(got), 8)
        for command in got:
            self.assertIn(f"\n  {command} ", help_text)


if __name__ == "__main__":
    unittest.main()
