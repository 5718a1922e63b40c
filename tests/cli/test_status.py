# SPDX-License-Identifier: BSD-2-Clause
"""status: which leases there are, and whether and why an address may relay."""

import json
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
        for address, status, want in (
                (CLIENT, 0, MAY + "lease of user horn (sapdb), closes in "),
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
