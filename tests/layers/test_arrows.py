# SPDX-License-Identifier: BSD-2-Clause
"""Arrows go down only: base < map < core < the two edges."""

import re
import unittest
from collections.abc import Iterable

from .code import without_comments
from .source import text, with_suffix

RANKS = {"base": 0, "map": 1, "core": 2, "pam_smtpafterpop": 3, "db-tool": 3}

# header, who may include it: a folder, or a file
GUESTS = (
    (r"security/.*", {"pam_smtpafterpop"}),
    (r"syslog\.h", {"pam_smtpafterpop", "db-tool"}),
    (r"err\.h", {"db-tool"}),
    (r"getopt\.h", {"db-tool"}),
    (r"jansson\.h", {"db-tool"}),
    (r"libmnl/.*|linux/(netlink|sock_diag|inet_diag)\.h", {"db-tool/connections.c"}),
    (r"db\.h", {"map/map_berkeley.c", "map/berkeley_handle.h"}),
    (r"lmdb\.h", {"map/lmdb_change.h"}),
    (r"dlfcn\.h", {"map/map_backend.c"}),
)

# core, map and base tell nobody but their callers.
PRINTING = re.compile(
    r"\b(v?printf|puts|putchar|perror|v?syslog|openlog|warnx?|errx?)\s*\(|\b(stdout|stderr)\b")

# A guest in somebody else's process does none of these.
HOST_ONLY = re.compile(
    r"\b(v?fork|clone|pthread_create|signal|sigaction|alarm|umask|f?chdir|set[eo]?[ug]id|"
    r"setres[ug]id|setlocale|setenv|putenv|unsetenv|system|popen|exec[lv]p?e?|exit|abort)\s*\(")

# These ask the locale of the process: base/ascii.h does not.
LOCALE = re.compile(r"\b(strn?case(cmp|str)(_l)?|str(coll|xfrm)|tolower|toupper|"
                    r"is(alnum|alpha|blank|cntrl|digit|graph|lower|print|punct|space|upper|"
                    r"xdigit))\s*\(")
# Of bytes below 0x20 only, which are the same everywhere.
LOCALE_DOES_NOT_MATTER = {"map/file_format.c"}


def ours():
    """path, its folder, its code without comments."""
    for path in with_suffix(".c", ".h"):
        if path.parts[0] in RANKS:
            yield path, path.parts[0], text(path)


class Arrows(unittest.TestCase):
    def test_there_is_something_to_look_at(self):
        self.assertEqual({folder for _path, folder, _code in ours()}, set(RANKS))

    def test_includes_go_down(self):
        wrong = []
        for path, folder, code in ours():
            for target in re.findall(r'^#include "([^"]+)"', code, flags=re.MULTILINE):
                to = target.split("/")[0]
                if to not in RANKS:
                    wrong.append(f"{path}: {target} is in no folder of ours")
                elif to != folder and RANKS[to] >= RANKS[folder]:
                    wrong.append(f"{path}: {target} is not below {folder}/")
        self.assertEqual(wrong, [])

    def test_guests_are_included_where_they_belong(self):
        wrong = []
        for path, folder, code in ours():
            for header in re.findall(r"^#include <([^>]+)>", code, flags=re.MULTILINE):
                wrong += [f"{path}: <{header}>" for pattern, allowed in GUESTS
                          if re.fullmatch(pattern, header)
                          and not allowed & {folder, str(path)}]
        self.assertEqual(wrong, [])

    def no_call(self, pattern: re.Pattern, folders: set[str], but: Iterable[str] = ()) -> None:
        wrong = []
        for path, folder, code in ours():
            if folder not in folders or str(path) in but:
                continue
            for number, line in enumerate(without_comments(code).split("\n"), 1):
                if match := pattern.search(line):
                    wrong.append(f"{path}:{number}: {match[0]}")
        self.assertEqual(wrong, [])

    def test_nobody_prints_below_the_edges(self):
        self.no_call(PRINTING, {"base", "map", "core"})

    def test_a_guest_leaves_the_process_alone(self):
        self.no_call(HOST_ONLY, {"base", "map", "core", "pam_smtpafterpop"})

    def test_nobody_asks_the_locale(self):
        self.no_call(LOCALE, set(RANKS), LOCALE_DOES_NOT_MATTER)

    def test_the_pattern_finds_what_it_should(self):
        for line in ("strcasecmp(a, b)", "(char)tolower(x)", "!isprint (x)"):
            with self.subTest(line):
                self.assertRegex(line, LOCALE)
        for line in ("ascii_is_print(x)", "strcmp(a, b)", "is_lower(x)"):
            with self.subTest(line):
                self.assertNotRegex(line, LOCALE)
        for line in ('printf("x")', "fputs(text, stderr)", "syslog(1)", "(void)puts(x)"):
            with self.subTest(line):
                self.assertRegex(line, PRINTING)
        for line in ("snprintf(x)", "why_set(why, 1)", "errno", "fprintf_later"):
            with self.subTest(line):
                self.assertNotRegex(line, PRINTING)
