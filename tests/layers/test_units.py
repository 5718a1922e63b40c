# SPDX-License-Identifier: BSD-2-Clause
"""The units are made for the default places and the default table."""

import re
import unittest
from pathlib import PurePosixPath

from .source import text
from .test_settings import place_of

UNITS = "systemd/"
SERVICES = ("pam_sap-expire.service", "pam_sap-commit.service")


def unit(name: str) -> str:
    """With the places of a default build put in."""
    template = text(f"{UNITS}{name}.in")
    for place in ("state_dir", "run_dir"):
        template = template.replace(f"@{place}@", place_of(place))
    return template


def values(name: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", unit(name), flags=re.MULTILINE)


def default_map_folder() -> str:
    path = re.search(r'\[MTA_SENDMAIL\] = \{ "sendmail", "hash:([^"]+)"',
                     text("core/access_record.c"))
    assert path
    return str(PurePosixPath(path[1]).parent)


class Units(unittest.TestCase):
    def test_state_and_run_folder(self):
        for name in SERVICES:
            with self.subTest(name):
                self.assertEqual([f"/var/lib/{value}" for value in
                                  values(name, "StateDirectory")], [place_of("state_dir")])
                self.assertEqual([f"/run/{value}" for value in
                                  values(name, "RuntimeDirectory")], [place_of("run_dir")])
                self.assertEqual(values(name, "RequiresMountsFor"), [place_of("state_dir")])
                self.assertEqual(values(name, "StateDirectoryMode"), ["0755"])
                self.assertEqual(values(name, "RuntimeDirectoryPreserve"), ["yes"])

    def test_the_path_unit_watches_the_queue(self):
        self.assertEqual(values("pam_sap-commit.path", "DirectoryNotEmpty"),
                         [place_of("state_dir") + "/pending"])

    def test_the_table_is_there_before_the_mail_servers(self):
        """Of Debian, whose postfix.service starts an instance that does the work."""
        before = values("pam_sap-expire.service", "Before")[0].split()
        self.assertEqual(set(before), {"sendmail.service", "postfix.service",
                                       "postfix@-.service", "exim4.service"})

    def test_the_map_may_be_written(self):
        for name in SERVICES:
            with self.subTest(name):
                self.assertEqual(values(name, "ReadWritePaths")[0],
                                 f"-{default_map_folder()}")
        self.assertIn(f"\nReadWritePaths=-{default_map_folder()}\n",
                      text(f"{UNITS}dovecot-pam_sap.conf"))

    def test_the_metrics_may_be_written_by_the_timer_alone(self):
        """Into the folder that the page names."""
        folder, = re.findall(r"(/var/lib/\S+)/pam_sap\.prom", text("docs/man/sapdb-metrics.8"))[:1]
        written = [values(name, "ReadWritePaths")[1:] for name in SERVICES]
        self.assertEqual(written, [[f"-{folder}"], []])

    def test_the_kernel_can_be_asked_about_the_hosts_network(self):
        for name in SERVICES:
            with self.subTest(name):
                families, = values(name, "RestrictAddressFamilies")
                self.assertIn("AF_NETLINK", families.split())
                self.assertEqual(values(name, "PrivateNetwork"), [])

    def test_tmpfiles_makes_the_folders(self):
        names = re.findall(r'\[LEASE_\w+\] = "(\w+)"', text("core/lease_dir.c"))
        self.assertIn("pending", names)
        state = place_of("state_dir")
        want = {state, place_of("run_dir")} | {
            f"{state}/{name}" for name in names if name != "pending"} | {f"{state}/map"}
        lines = re.findall(r"^d (\S+) +(\d+) root root", unit("pam_sap.tmpfiles"),
                           flags=re.MULTILINE)
        self.assertEqual({path for path, _mode in lines}, want)
        for path, mode in lines:
            with self.subTest(path):
                is_public = path in (state, f"{state}/map", place_of("run_dir"))
                self.assertEqual(mode, "0755" if is_public else "0700")

    def test_both_services_are_confined_alike(self):
        first, second = (set(re.findall(r"^((?:Protect|Restrict|Capability|SystemCall|NoNew|"
                                        r"Private|Lock|Memory|UMask)\w*=.*)$", unit(name),
                                        flags=re.MULTILINE)) for name in SERVICES)
        self.assertEqual(first, second)
        self.assertGreater(len(first), 15)
