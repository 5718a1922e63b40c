# SPDX-License-Identifier: BSD-2-Clause
"""The file for node_exporter, left by the timer's service in its sandbox."""

import os
import unittest

from cli.prometheus import Samples

from . import pam_scenario
from .product import CONF, ProductHost, booted_product

FOLDER = "/var/lib/prometheus/node-exporter"
FILE = f"{FOLDER}/pam_sap.prom"
ELSEWHERE = "/srv/metrics/pam_sap.prom"
CLIENT, OTHER = "192.0.2.77", "192.0.2.78"
OWNER = "mail"  # as prometheus, another user's

host: ProductHost
stock = ""


def as_with_node_exporter(ours: ProductHost) -> None:
    folder = ours.root / FOLDER.lstrip("/")
    folder.mkdir(parents=True)
    uid, gid = next(map(int, line.split(":")[2:4]) for line in
                    (ours.root / "etc/passwd").read_text().splitlines()
                    if line.startswith(f"{OWNER}:"))
    for path in (folder, folder.parent):
        os.chown(path, uid, gid)
    ours.settings((ours.root / CONF).read_text() + f"metrics_file = {FILE}\n")


def setUpModule() -> None:
    global host, stock
    host = booted_product(unittest.addModuleCleanup, pam_scenario.session_hook,
                          as_with_node_exporter)
    host.stop_timer()
    stock = (host.root / CONF).read_text()


def left(path: str = FILE) -> dict:
    """As node_exporter, which runs as its own user, reads it."""
    text = host.run("runuser", "-u", OWNER, "--", "cat", path).stdout
    return Samples(text).values()


def log_in(address: str) -> None:
    host.client.pop3_login("horn", "sesam", source=address)


class Metrics(unittest.TestCase):
    def tearDown(self):
        self.assertEqual(host.problems(), [])

    def test_the_run_at_boot_has_left_it(self):
        self.assertGreater(left()["sap_last_expire_timestamp_seconds"], 0)

    def test_a_run_says_what_logins_did(self):
        host.run_expire()
        before = left()
        log_in(CLIENT)
        host.run_expire()
        after = left()
        self.assertEqual(after["sap_leases"]["open"], before["sap_leases"]["open"] + 1)
        self.assertEqual(after["sap_leases_opened_total"],
                         before["sap_leases_opened_total"] + 1)
        self.assertEqual(after, Samples(host.sapdb("metrics")).values())

    def test_another_folder_needs_a_drop_in(self):
        log_in(OTHER)
        host.shell("mkdir -p /srv/metrics")
        host.settings(stock.replace(FILE, ELSEWHERE))
        self.addCleanup(host.settings, stock)
        host.make_old(OTHER)
        for _ in range(2):
            host.run_expire()
        self.assertFalse(host.has_lease(OTHER))
        said = host.log(f"{ELSEWHERE}")
        self.assertEqual(len(said), 1, said)
        self.assertIn("ReadWritePaths=", said[0])
        host.shell("mkdir -p /run/systemd/system/pam_sap-expire.service.d; "
                   "printf '[Service]\\nReadWritePaths=/srv/metrics\\n' "
                   "> /run/systemd/system/pam_sap-expire.service.d/metrics.conf; "
                   "systemctl daemon-reload")
        host.run_expire()
        self.assertEqual(left(ELSEWHERE)["sap_complaint"]["map"], 0)
