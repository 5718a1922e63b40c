# SPDX-License-Identifier: BSD-2-Clause
"""The services are confined, by systemd's own score and in fact, and do their work so."""

import re
import unittest

from . import pam_scenario
from .earning import relay_is_earned
from .product import ProductHost, booted_product

SERVICES = ("pam_sap-expire.service", "pam_sap-commit.service")
MOST = 2.0  # systemd's "exposure level": 0 nothing, 10 everything
TOLD = "/run/pam_sap/told"
LEFT = "/tmp/left"

# What is tried in the place of sapdb; may it?
ATTEMPTS = (
    ("change the state", "touch /var/lib/pam_sap/probe && rm /var/lib/pam_sap/probe", True),
    ("change the map's folder", "touch /etc/mail/probe && rm /etc/mail/probe", True),
    ("give a file to the mail server's user", "touch /etc/mail/probe && "
     "chown smmta /etc/mail/probe && rm /etc/mail/probe", True),
    ("see who holds a lock", "cat /proc/locks", True),
    ("change /etc", "touch /etc/probe", False),
    ("change a program", "touch /opt/probe", False),
    ("change the mail", "touch /var/mail/probe", False),
    ("look at the users' files", "test -e /home/horn", False),
    ("look at root's files", "test -e /root/.bashrc", False),
    # Its own /tmp, see below.
    ("leave a file in /tmp", f"touch {LEFT}", True),
    ("speak to a server", "exec 3<>/dev/tcp/127.0.0.1/25", False),
    ("mount", "mount -t tmpfs none /mnt", False),
    ("have a namespace of its own", "unshare --net true", False),
    ("become another user", "setpriv --reuid=8 true", False),
    ("make a program that gives rights", "cp /bin/true /var/lib/pam_sap/probe && "
     "chmod u+s /var/lib/pam_sap/probe", False),
    ("end another user's process", "kill -0 $(pgrep -o -u dovecot)", False),
    ("look into another process", "cat /proc/1/environ", False),
)

host: ProductHost


def setUpModule() -> None:
    global host
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook)


def score(service: str) -> float:
    told = host.run("systemd-analyze", "security", "--no-pager", service).stdout
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", told)
    assert found, told
    return float(found[1])


def try_as(service: str) -> dict[str, bool]:
    """Each attempt within the unit: whether it succeeded."""
    script = "".join(f"(set -e; {what}) >/dev/null 2>&1 </dev/null; echo \"$? {label}\" >>{TOLD}\n"
                     for label, what, _ in ATTEMPTS)
    probe = host.root / "usr/local/sbin/probe"
    probe.write_text(f"#!/bin/bash\nrm -f {TOLD}\n{script}")
    probe.chmod(0o755)
    host.shell(f"mkdir -p /run/systemd/system/{service}.d; printf "
               "'[Service]\\nExecStart=\\nExecStart=/usr/local/sbin/probe\\n' "
               f">/run/systemd/system/{service}.d/probe.conf; systemctl daemon-reload; "
               f"systemctl start {service}; rm -r /run/systemd/system/{service}.d; "
               "systemctl daemon-reload")
    lines = host.run("cat", TOLD).stdout.splitlines()
    return {line.partition(" ")[2]: line.startswith("0 ") for line in lines}


class Confinement(unittest.TestCase):
    def test_score(self):
        for service in SERVICES:
            with self.subTest(service):
                found = score(service)
                print(f"\nfigure: exposure of {service}: {found}")
                self.assertLessEqual(found, MOST)

    def test_in_force(self):
        for service in SERVICES:
            found = try_as(service)
            for label, _what, may in ATTEMPTS:
                with self.subTest(f"{service}: {label}"):
                    self.assertEqual(found.get(label), may)
        self.assertFalse(host.inside(LEFT).exists(), "it was another /tmp")

    def test_without_the_unit_all_of_it_can_be_done(self):
        """Else the failures above would say nothing."""
        for label, what, _may in ATTEMPTS:
            with self.subTest(label):
                done = host.run("bash", "-c", f"set -e; {what}", check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
        host.shell(f"rm {LEFT} /etc/probe /opt/probe /var/mail/probe /var/lib/pam_sap/probe; "
                   "umount /mnt")

    def test_they_do_their_work(self):
        for address in ("192.0.2.77", "2001:db8::77"):
            with self.subTest(address):
                relay_is_earned(self, host, address)
        self.assertEqual(host.journal("(BPF|IPAddress|sandbox)", "--unit=pam_sap-*"), [])
