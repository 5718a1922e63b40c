# SPDX-License-Identifier: BSD-2-Clause
"""grant, revoke, expire and commit.

The times of leases are set, never waited for; after each test db5.3_verify accepts the
table. test_status.py and test_leased_keys.py build on Leases too.
"""

import json
import unittest

from cli import table
from cli.place import Place

CLIENT, OTHER, STATIC, REFUSED = "192.0.2.7", "192.0.2.8", "192.0.2.50", "192.0.2.60"
MINUTE = 60


class Leases(unittest.TestCase):
    def setUp(self):
        self.place = Place()
        self.addCleanup(self.place.close)
        table.make(self.place.map, {REFUSED: "REJECT", STATIC: "RELAY", "198.51.100": "REJECT",
                                    "connect:192.0.2.61": "OK"})

    def tearDown(self):
        self.assertEqual(table.faults(self.place.map), "")

    def run_it(self, *arguments: str, status: int = 0) -> str:
        done = self.place.sapdb(*arguments)
        self.assertEqual(done.returncode, status, done)
        self.stderr = done.stderr
        if status == 0:
            self.assertEqual(done.stderr, "")
        return done.stdout

    def grant(self, *addresses: str) -> None:
        for address in addresses:
            self.run_it("grant", address, "--user", "horn")

    def lapse(self, address: str, age: float = 3600) -> None:
        self.place.date(self.place.state / "active" / address, age)


class Grant(Leases):
    def test_grant_opens_and_says_so(self):
        out = self.run_it("grant", CLIENT, "--user", "horn")
        self.assertEqual(out, f"inserted {CLIENT} into {self.place.map} for user horn (sapdb)\n")
        self.assertEqual(table.opened(self.place.map), {CLIENT})
        self.assertEqual(self.place.where(CLIENT), "active")

    def test_again_it_renews(self):
        self.grant(CLIENT)
        self.lapse(CLIENT, 300)
        self.assertEqual(self.run_it("grant", CLIENT), f"renewed {CLIENT}\n")
        self.assertRegex(self.run_it("status", CLIENT), "closes in 1(5min|4min 5.s)")

    def test_for_a_time_of_its_own(self):
        for span, want in (("2h", 7200), ("90s", 90), ("24h", 86400)):
            with self.subTest(span):
                self.run_it("grant", "--for", span, CLIENT)
                lease, = map(json.loads, self.run_it("--json", "status").splitlines())
                self.assertAlmostEqual(lease["closes"] - lease["opened"], want, delta=2)
                self.run_it("revoke", CLIENT)

    def test_who_gets_none(self):
        for label, address, want in (
                ("refused", REFUSED, "the administrator's records decide"),
                ("granted already", STATIC, "the administrator's records decide"),
                ("in a refused network", "198.51.100.9", "the administrator's records decide"),
                ("loopback", "127.0.0.1", "never opened: a loopback address"),
                ("link-local", "fe80::1", "never opened: a link-local address")):
            with self.subTest(label):
                self.run_it("grant", address, status=1)
                self.assertIn(want, self.stderr)
                self.assertEqual(self.stderr.count("\n"), 1)
                self.assertEqual(self.place.leases("active"), set())

    def test_without_the_timer_none(self):
        self.place.configure(expiry_watch="10min")
        self.place.prepare()
        self.run_it("grant", CLIENT, status=1)
        self.assertIn("start pam_sap-expire.timer", self.stderr)


class Revoke(Leases):
    def test_named(self):
        self.grant(CLIENT, OTHER)
        self.assertEqual(self.run_it("revoke", CLIENT),
                         f"removed {CLIENT} from {self.place.map} (user horn, revoked)\n")
        self.assertEqual(table.opened(self.place.map), {OTHER})

    def test_by_user_and_all(self):
        self.run_it("grant", CLIENT, "--user", "horn")
        self.run_it("grant", OTHER, "--user", "ma ria")
        self.run_it("grant", "192.0.2.9", "--user", "horn")
        self.run_it("revoke", "--user", "ma ria")
        self.assertEqual(table.opened(self.place.map), {CLIENT, "192.0.2.9"})
        self.run_it("revoke", "--all")
        self.assertEqual(table.opened(self.place.map), set())

    def test_what_waits_too(self):
        self.place.add_lease("pending", CLIENT)
        self.place.add_lease("deferred", OTHER)
        self.run_it("revoke", CLIENT, OTHER)
        self.assertEqual(self.place.where(CLIENT) + self.place.where(OTHER), "")
        self.assertEqual(table.opened(self.place.map), set())

    def test_without_a_lease(self):
        self.grant(CLIENT)
        self.run_it("revoke", OTHER, CLIENT, status=1)
        self.assertIn(f"{OTHER} has no lease", self.stderr)
        self.assertEqual(table.opened(self.place.map), set())
        self.run_it("revoke", "--all", status=1)
        self.assertIn("no lease to revoke", self.stderr)

    def test_all_is_all(self):
        """Also what an earlier revoke could not commit, and what is no lease any more."""
        self.grant(CLIENT, OTHER)
        (self.place.state / "active" / CLIENT).rename(self.place.state / "ending" / CLIENT)
        self.assertIn(f"removed {CLIENT} ", self.run_it("revoke", "--all"))
        self.assertEqual(table.opened(self.place.map), set())
        self.grant(CLIENT)
        (self.place.state / "active" / CLIENT).rename(self.place.state / "ending" / CLIENT)
        self.run_it("revoke", "--all")
        self.assertEqual(table.opened(self.place.map), set())
        self.grant(CLIENT)
        (self.place.state / "active" / CLIENT).write_bytes(b"")
        self.run_it("revoke", "--all")
        self.assertEqual((table.opened(self.place.map), self.place.where(CLIENT)), (set(), ""))
        self.run_it("revoke", "--all", status=1)

    def test_static_records_stay(self):
        self.run_it("revoke", STATIC, status=1)
        self.assertEqual(len(table.records(self.place.map)), 4)


class Expire(Leases):
    def test_dry_run_only_says_it(self):
        self.grant(CLIENT, OTHER)
        self.lapse(CLIENT)
        self.assertEqual(self.run_it("expire", "--dry-run"), f"would remove {CLIENT} (user horn)\n")
        self.assertEqual(self.run_it("expire", "-n"), f"would remove {CLIENT} (user horn)\n")
        self.assertEqual(table.opened(self.place.map), {CLIENT, OTHER})
        self.assertEqual(self.place.where(CLIENT), "active")

    def test_it_ends_what_has_lapsed(self):
        self.grant(CLIENT, OTHER)
        self.lapse(CLIENT)
        self.assertRegex(self.run_it("expire"),
                         rf"\Aremoved {CLIENT} from \S+ \(user horn, last login \S+Z\)\n\Z")
        self.assertEqual(table.opened(self.place.map), {OTHER})
        self.assertEqual(self.place.leases("active"), {OTHER})

    def test_bounds_of_the_lifetime(self):
        for age, ends in ((14 * MINUTE, False), (15 * MINUTE - 5, False), (15 * MINUTE + 1, True)):
            with self.subTest(age):
                self.grant(CLIENT)
                self.lapse(CLIENT, age)
                self.run_it("expire")
                self.assertEqual(self.place.where(CLIENT), "" if ends else "active")

    def test_idle_it_says_and_changes_nothing(self):
        self.grant(CLIENT)
        self.run_it("expire")
        before = self.place.map.stat()
        self.assertEqual(self.run_it("expire"), "")
        after = self.place.map.stat()
        self.assertEqual((after.st_ino, after.st_ctime_ns), (before.st_ino, before.st_ctime_ns))

    def test_it_dates_its_run(self):
        self.run_it("expire")
        expired = self.place.state / "expired"
        self.place.date(expired, 3600)
        self.run_it("expire")
        sealed = (self.place.run / "seal").stat().st_mtime
        self.assertLess(abs(expired.stat().st_mtime - sealed), 60)

    def test_the_map_heals(self):
        self.grant(CLIENT)
        self.place.map.unlink()
        table.make(self.place.map, {REFUSED: "REJECT", "192.0.2.99": "RELAY",
                                    "SAP:192.0.2.99": "DUNNO pam_sap 192.0.2.99 RELAY"})
        self.assertIn("1 put back, 1 without a lease removed", self.run_it("expire"))
        self.assertEqual(table.opened(self.place.map), {CLIENT})
        self.assertNotIn(b"192.0.2.99", table.records(self.place.map))

    def test_commit_opens_the_queue(self):
        self.place.add_lease("pending", CLIENT)
        self.place.add_lease("deferred", OTHER)
        out = self.run_it("commit")
        self.assertEqual(sorted(line.split()[1] for line in out.splitlines()), [CLIENT, OTHER])
        self.assertEqual(table.opened(self.place.map), {CLIENT, OTHER})
        self.assertEqual(self.run_it("commit"), "")

    def test_commit_ends_what_has_lapsed_when_the_timer_is_late(self):
        for label, age, ends in (("the timer has just run", 0, False),
                                 ("a minute ago", MINUTE, False),
                                 ("two minutes ago", 2 * MINUTE, True)):
            with self.subTest(label):
                self.grant(CLIENT)
                self.run_it("expire")
                self.place.date(self.place.state / "expired", age)
                self.lapse(CLIENT)
                self.run_it("commit")
                self.assertEqual(table.opened(self.place.map), set() if ends else {CLIENT})

    def test_what_lapsed_in_the_queue_is_not_opened(self):
        self.place.add_lease("pending", CLIENT, age=3600)
        self.assertIn(f"not opened: {CLIENT}", self.run_it("commit"))
        self.assertEqual(table.opened(self.place.map), set())

    def test_junk_in_the_queue_is_removed_and_told(self):
        self.place.prepare()
        for name in ("x.tmp", "192.0.2.07", "192.0.2.7 "):
            (self.place.state / "pending" / name).write_text("x")
        (self.place.state / "pending" / CLIENT).write_text("no lease")
        out = self.run_it("commit")
        self.assertIn("no lease that may be opened: 4 files in pending/, the first '", out)
        self.assertEqual(self.place.leases("pending"), set())


if __name__ == "__main__":
    unittest.main()
