# SPDX-License-Identifier: BSD-2-Clause
"""status: which leases there are, and whether and why an address may relay."""

import json
import os
import unittest

from cli import table
from cli.test_leases import CLIENT, OTHER, REFUSED, STATIC, Leases

MAY = "may relay: "
MAY_NOT = "may not relay: "


class Status(Leases):
    def reason(self, address: str, status: int) -> str:
        return self.run_it("status", address, status=status).strip()

    def test_leases(self):
        self.grant(OTHER, CLIENT)
        self.place.add_lease("pending", "192.0.2.9", user="maria", service="imap")
        self.place.add_lease("deferred", "2001:db8::9")
        self.place.add_lease("ending", "192.0.2.10")
        lines = self.run_it("status").splitlines()
        self.assertEqual(lines[0].split()[:3], ["ADDRESS", "USER", "SERVICE"])
        self.assertEqual([(line.split()[0], line.split()[-1]) for line in lines[1:]],
                         [(CLIENT, "open"), (OTHER, "open"), ("192.0.2.9", "waiting"),
                          ("192.0.2.10", "ending"), ("2001:db8::9", "deferred")])

    def test_what_ends_next_comes_first(self):
        for address, age in ((CLIENT, 60), (OTHER, 600), ("192.0.2.9", 0)):
            self.place.add_lease("active", address, age=age)
        want = [OTHER, CLIENT, "192.0.2.9"]
        self.assertEqual([line.split()[0] for line in self.run_it("status").splitlines()[1:]],
                         want)
        self.assertEqual([json.loads(line)["address"] for line in
                          self.run_it("--json", "status").splitlines()], want)

    def test_it_fits_80_columns(self):
        longest = "2001:db8:1111:2222:3333:4444:5555:6666"
        self.place.add_lease("active", longest, user="u" * 200, service="s" * 60, age=800)
        self.place.add_lease("deferred", "198.51.100.255", user="u" * 14, service="s" * 10)
        lines = self.run_it("status").splitlines()
        self.assertEqual(max(map(len, lines)), 80)
        self.assertIn(longest, lines)  # with its row below
        self.assertRegex(lines[lines.index(longest) + 1],
                         r"\A {17}u{13}\+  s{9}\+  13min   13min   1min \d+s +open\Z")
        self.assertRegex(lines[-1], r"\A198.51.100.255   u{14}  s{10}  \d+s +\d+s .*deferred\Z")

    def on_a_terminal(self, **variables: str) -> str:
        mine, theirs = os.openpty()
        environment = {"PATH": os.environ["PATH"], "TERM": "xterm"} | variables
        done = self.place.sapdb("status", stdout=theirs, stderr=theirs, capture_output=False,
                                env=environment)
        os.close(theirs)
        said = os.read(mine, 4096).decode()
        os.close(mine)
        self.assertEqual(done.returncode, 0, said)
        return said

    def test_colours_are_for_terminals(self):
        self.grant(CLIENT)
        for label, variables, coloured in (("a terminal", {}, True),
                                           ("NO_COLOR", {"NO_COLOR": "1"}, False),
                                           ("an empty NO_COLOR", {"NO_COLOR": ""}, True),
                                           ("dumb", {"TERM": "dumb"}, False)):
            with self.subTest(label):
                self.assertEqual("\x1b[32mopen\x1b[0m" in self.on_a_terminal(**variables), coloured)
                self.assertEqual("\x1b" in self.on_a_terminal(**variables), coloured)
        self.assertNotIn("\x1b", self.run_it("status"))

    def test_who_is_not_connected_is_not_held(self):
        self.grant(CLIENT, OTHER)
        self.lapse(OTHER)
        self.place.configure(hold_open="yes")
        leases = [json.loads(line) for line in self.run_it("--json", "status").splitlines()]
        self.assertEqual([lease["held"] for lease in leases], [False, False])
        self.assertIn(" next run ", self.run_it("status"))
        self.assertIn("whose time is over", self.reason(OTHER, 0))
        self.assertEqual(self.run_it("expire", "-n"), f"would remove {OTHER} (user horn)\n")

    def test_no_lease(self):
        self.place.prepare()
        self.assertEqual(self.run_it("status"), "no lease\n")
        self.assertEqual(self.run_it("--json", "status"), "")

    def test_before_the_first_login(self):
        """No state folder yet: nothing is made by a look."""
        done = self.place.sapdb("status")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn(f"no state folder {self.place.state} yet: sapdb expire", done.stderr)
        self.assertFalse(self.place.state.exists())

    def test_reasons(self):
        self.grant(CLIENT)
        self.place.add_lease("pending", "192.0.2.9")
        self.place.add_lease("deferred", "192.0.2.10")
        self.place.add_lease("pending", "192.0.2.12", user="maria")
        self.place.configure(never="203.0.113.0/24")
        (self.place.state / "blocked").write_text(
            "user=maria until=0\nnetwork=192.0.2.70 until=4102444800\n")
        for address, status, want in (
                (CLIENT, 0, MAY + "lease of user horn (sapdb), opened 20"),
                ("127.0.0.1", 1, MAY_NOT + "no login opens it: a loopback address"),
                ("203.0.113.9", 1, MAY_NOT + "no login opens it: the setting never"),
                ("192.0.2.70", 1, MAY_NOT + "192.0.2.70 is blocked until 2100-01-01T00:00:00Z"),
                ("192.0.2.12", 1, MAY_NOT + "user maria is blocked"),
                (STATIC, 0, MAY + f"the administrator's record '{STATIC}' lets it"),
                (REFUSED, 1, MAY_NOT + f"the administrator's record '{REFUSED}' keeps it shut"),
                ("198.51.100.9", 1, MAY_NOT + "the administrator's record '198.51.100' keeps"),
                ("192.0.2.61", 1, MAY_NOT + "the administrator's record 'connect:192.0.2.61'"),
                ("192.0.2.9", 1, MAY_NOT + "its lease waits for a commit"),
                ("192.0.2.10", 1, MAY_NOT + "its lease waits until the table can be changed"),
                ("192.0.2.11", 1, MAY_NOT + "no lease, and no record lets it")):
            with self.subTest(address):
                self.assertTrue(self.reason(address, status).startswith(f"{address} {want}"),
                                self.reason(address, status))

    def test_a_lease_tells_until_when(self):
        self.grant(CLIENT)
        self.assertRegex(self.reason(CLIENT, 0),
                         r"opened 20\S+Z, closes in (15min|14min \d+s)\Z")
        (self.place.state / "blocked").write_text("user=horn until=0\n")
        self.assertIn("but blocked: the next timer run closes it", self.reason(CLIENT, 0))

    def test_json_of_an_address(self):
        self.grant(CLIENT)
        (self.place.state / "blocked").write_text("network=192.0.2.9 until=0\n")
        always = {"address", "may_relay", "reason"}
        for address, status, more in (
                (CLIENT, 0, {"user", "service", "opened", "last_login", "closes"}),
                (STATIC, 0, {"record"}), (REFUSED, 1, {"record"}), (OTHER, 1, set()),
                ("192.0.2.9", 1, {"block"})):
            with self.subTest(address):
                got = json.loads(self.run_it("--json", "status", address, status=status))
                self.assertEqual(set(got), always | more)
                self.assertEqual(got["may_relay"], status == 0)

    def test_a_record_that_is_lost_and_one_that_is_left(self):
        self.grant(CLIENT)
        self.place.map.unlink()
        table.make(self.place.map, {OTHER: "RELAY",
                                    f"SAP:{OTHER}": f"DUNNO pam_sap {OTHER} RELAY"})
        self.assertIn("the table has lost its record", self.reason(CLIENT, 1))
        self.assertIn("a record of ours whose lease is gone", self.reason(OTHER, 0))

    def test_behind_two_dashes(self):
        self.grant(CLIENT)
        self.assertEqual(self.run_it("status", "--", CLIENT).count("\n"), 1)
        self.assertEqual(self.run_it("status", "--"), self.run_it("status"))

    def test_of_several_the_worst_counts(self):
        self.grant(CLIENT)
        self.assertEqual(self.run_it("status", CLIENT, REFUSED, STATIC, status=1).count("\n"), 3)
        self.run_it("status", CLIENT, STATIC)


if __name__ == "__main__":
    unittest.main()
