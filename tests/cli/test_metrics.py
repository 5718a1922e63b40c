# SPDX-License-Identifier: BSD-2-Clause
"""metrics, and the file that the timer leaves: what the parser of Prometheus reads in it."""

import json
import os
import stat
import time
import unittest

from cli import table
from cli.place import Place
from cli.prometheus import Samples

CLIENT, OTHER, REFUSED = "192.0.2.7", "192.0.2.8", "192.0.2.60"
NAMES = {
    "sap_build_info", "sap_leases", "sap_max_leases", "sap_oldest_waiting_seconds",
    "sap_leases_opened_total", "sap_leases_removed_total", "sap_commits_total",
    "sap_commit_failures_total", "sap_commit_seconds_total", "sap_table_sealed",
    "sap_last_commit_timestamp_seconds", "sap_last_expire_timestamp_seconds", "sap_blocks",
    "sap_complaint",
}
STATES = {"open": 0, "waiting": 0, "deferred": 0, "ending": 0, "settled": 0}
OLD = 500  # seconds


class Metrics(unittest.TestCase):
    def setUp(self):
        self.place = Place()
        self.addCleanup(self.place.close)
        table.make(self.place.map, {REFUSED: "REJECT"})
        self.file = self.place.root / "metrics/pam_sap.prom"
        self.file.parent.mkdir()
        self.place.ready()

    def run_it(self, *arguments: str) -> str:
        done = self.place.sapdb(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def values(self) -> dict:
        return Samples(self.run_it("metrics")).values()

    def test_the_names_and_what_they_are(self):
        samples = Samples(self.run_it("metrics"))
        self.assertEqual(set(samples.values()), NAMES)
        for name, kind in samples.types().items():
            self.assertEqual(kind, "counter" if name.endswith("_total") else "gauge", name)

    def test_each_name_is_in_the_page(self):
        with open(os.path.join(os.environ["SAP_SOURCE"], "docs/man/sapdb-metrics.8"),
                  encoding="utf-8") as page:
            told = page.read()
        self.assertEqual([name for name in sorted(NAMES) if f"Ic {name}\n" not in told
                          and f"Ic {name} " not in told], [])

    def test_json_says_the_same(self):
        self.run_it("grant", CLIENT)
        said = json.loads(self.run_it("-j", "metrics"))
        self.assertEqual(said, self.values())
        self.assertIsInstance(said["sap_leases"]["open"], int)

    def test_leases_by_state(self):
        for folder, state in (("active", "open"), ("pending", "waiting"), ("ending", "ending"),
                              ("deferred", "deferred"), ("settled", "settled")):
            with self.subTest(state):
                self.place.add_lease(folder, CLIENT)
                self.assertEqual(self.values()["sap_leases"], STATES | {state: 1})
                (self.place.state / folder / CLIENT).unlink()

    def test_the_oldest_that_waits(self):
        self.assertEqual(self.values()["sap_oldest_waiting_seconds"], 0)
        self.place.add_lease("pending", CLIENT, age=10)
        self.place.add_lease("deferred", OTHER, age=OLD)
        self.assertAlmostEqual(self.values()["sap_oldest_waiting_seconds"], OLD, delta=60)

    def test_commits_are_counted_whoever_makes_them(self):
        before = self.values()
        self.run_it("grant", CLIENT)
        self.run_it("grant", OTHER)
        self.run_it("revoke", CLIENT)
        self.run_it("insert", "a.example", "OK")
        self.run_it("expire")  # nothing to do
        after = self.values()
        gone = {name: after[name] - before[name] for name in NAMES if name.endswith("_total")}
        self.assertGreater(gone.pop("sap_commit_seconds_total"), 0)
        self.assertLess(after["sap_commit_seconds_total"], 60)
        self.assertEqual(gone, {"sap_commits_total": 4, "sap_commit_failures_total": 0,
                                "sap_leases_opened_total": 2, "sap_leases_removed_total": 1})

    def test_failures_are_counted(self):
        before = self.values()["sap_commit_failures_total"]
        good = self.place.map.read_bytes()
        self.place.map.write_bytes(b"no table at all" * 100)
        self.assertEqual(self.place.sapdb("grant", CLIENT).returncode, 3)
        self.assertEqual(self.place.sapdb("expire").returncode, 3)
        now = self.values()
        self.assertEqual(now["sap_commit_failures_total"] - before, 2)
        self.assertEqual(now["sap_table_sealed"], 0)
        self.assertEqual(now["sap_complaint"]["map"], 1)
        self.place.map.write_bytes(good)
        self.run_it("expire")
        self.assertEqual((self.values()["sap_complaint"]["map"],
                          self.values()["sap_table_sealed"]), (0, 1))

    def test_counters_that_are_spoilt_begin_anew(self):
        for junk in (b"", b"commits=x", b"\xff" * 4096):
            with self.subTest(junk[:9]):
                (self.place.run / "counters").write_bytes(junk)
                self.assertEqual(self.values()["sap_commits_total"], 0)
                self.run_it("insert", "a.example", str(time.monotonic_ns()))
                self.assertEqual(self.values()["sap_commits_total"], 1)

    def test_times_and_blocks(self):
        now = time.time()
        self.run_it("block", "198.51.100.0/24")
        self.run_it("expire")
        values = self.values()
        self.assertEqual(values["sap_blocks"], 1)
        self.assertEqual(values["sap_max_leases"], 100000)
        for name in ("sap_last_expire_timestamp_seconds", "sap_last_commit_timestamp_seconds"):
            self.assertAlmostEqual(values[name], now, delta=60)
        self.place.date(self.place.state / "expired", OLD)
        self.assertAlmostEqual(self.values()["sap_last_expire_timestamp_seconds"], now - OLD,
                               delta=60)

    def leave(self, path) -> None:
        self.place.configure(metrics_file=str(path))

    def test_the_timer_leaves_a_file(self):
        self.leave(self.file)
        self.place.sapdb("grant", CLIENT)
        self.assertFalse(self.file.exists())
        self.run_it("expire")
        self.assertEqual(Samples(self.file.read_text()).values()["sap_leases"]["open"], 1)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o644)
        inode = self.file.stat().st_ino
        self.run_it("expire")
        self.assertNotEqual(self.file.stat().st_ino, inode, "written aside")
        self.assertEqual(os.listdir(self.file.parent), [self.file.name])

    def test_a_commit_or_a_dry_run_leaves_none(self):
        self.leave(self.file)
        self.run_it("expire", "--dry-run")
        self.run_it("commit")
        self.assertFalse(self.file.exists())

    def test_what_is_there_aside_is_not_followed(self):
        secret = self.place.root / "secret"
        secret.write_text("secret")
        aside = self.file.with_name(f".{self.file.name}.new")
        self.leave(self.file)
        for make in (lambda: aside.symlink_to(secret), lambda: aside.hardlink_to(secret),
                     lambda: aside.write_text("half")):
            make()
            self.run_it("expire")
            self.assertEqual((secret.read_text(), os.listdir(self.file.parent)),
                             ("secret", [self.file.name]))

    def test_where_it_cannot_it_says_so_once_and_leases_end(self):
        self.place.sapdb("grant", CLIENT)
        for label, path in (("no folder", self.place.root / "missing/x.prom"),
                            ("a folder of that name", self.place.root)):
            with self.subTest(label):
                self.leave(path)
                first = self.place.sapdb("expire", "--unattended")
                self.assertEqual((first.returncode, first.stderr.count("\n")), (0, 1))
                self.assertIn(str(path.parent if label == "no folder" else path), first.stderr)
                self.assertEqual(self.place.sapdb("expire", "--unattended").stderr, "")
        self.place.date(self.place.state / "active" / CLIENT, 3600)
        self.assertEqual(self.place.sapdb("expire").returncode, 0)
        self.assertEqual(self.place.where(CLIENT), "")
        self.leave(self.file)
        self.run_it("expire")
        self.assertFalse((self.place.run / "complaint-metrics").exists())

    def test_a_damaged_list_of_blocks_hides_nothing_else(self):
        (self.place.state / "blocked").write_text("x\n")
        self.assertEqual(NAMES - set(Samples(self.run_it("metrics")).values()), {"sap_blocks"})

    def test_it_takes_no_argument(self):
        done = self.place.sapdb("metrics", "x")
        self.assertEqual((done.returncode, "it takes no argument" in done.stderr), (2, True))


if __name__ == "__main__":
    unittest.main()
