# SPDX-License-Identifier: BSD-2-Clause
"""The Debian package says what the build says."""

import re
import unittest

from .source import text, with_suffix

RULES = "debian/rules"
# What a package calls otherwise, or what debhelper or the compiler brings.
OTHERWISE = {"pkg-config": "pkgconf"}
BROUGHT = {"gcc", "libc6-dev", "ninja-build", "python3"}


def build_packages() -> set[str]:
    """What tools/check installs to build with."""
    listed = re.search(r'^BUILD_PACKAGES="([^"]*)"', text("tools/packages.sh"), re.M)
    assert listed
    return {OTHERWISE.get(name, name) for name in listed[1].split()} - BROUGHT


class Debian(unittest.TestCase):
    def test_version(self):
        package = re.match(r"pam-sap \(([^)~]*)", text("debian/changelog"))
        project = re.search(r"^ *version: '([^']*)'", text("meson.build"), re.M)
        self.assertEqual(package[1], project[1])

    def test_build_depends(self):
        field = re.search(r"^Build-Depends:(.*(?:\n .*)*)", text("debian/control"), re.M)
        named = set(re.findall(r"[a-z][a-z0-9.+-]+(?= *[(,\n])", field[1] + "\n"))
        self.assertEqual(named, build_packages() | {"debhelper-compat"})

    def test_maintainer(self):
        maintainer = re.search(r"^Maintainer: (.*)$", text("debian/control"), re.M)
        self.assertEqual(set(re.findall(r"^ -- (.*>)  ", text("debian/changelog"), re.M)),
                         {maintainer[1]})

    def test_units_that_are_started(self):
        installable = {path.stem for path in with_suffix(".in")
                       if path.parts[0] == "systemd" and "\n[Install]\n" in text(path)}
        listed = re.findall(r"^\tdh_installsystemd -plibpam-sap (.*)$", text(RULES), re.M)
        self.assertEqual(set(re.findall(r"pam_sap-\S+", " ".join(listed))), installable)

    def test_the_scripts_know_the_default_tables(self):
        presets = dict(re.findall(r'\{ "(\w+)", "\w+:" STATE_DIR "([^"]*)"',
                                  text("core/access_record.c")))
        script = text("debian/libpam-sap.prerm")
        self.assertEqual(set(presets), {"postfix", "exim"})
        for mta, table in presets.items():
            with self.subTest(mta):
                self.assertIn(f'{mta}) echo "$state{table}"', script)
