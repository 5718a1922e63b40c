# SPDX-License-Identifier: BSD-2-Clause
"""block, unblock, revoke --block: who is kept shut, and that it lasts."""

import json
import time
import unittest

from cli import table
from cli.test_leases import CLIENT, OTHER, REFUSED, STATIC, Leases

NETWORK = "192.0.2.0/24"
END = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"


class Blocks(Leases):
    def opened(self) -> set[str]:
        return table.opened(self.place.map)

    def test_a_block_ends_the_lease_and_keeps_it_shut(self):
        for label, arguments, words in (
                ("an address", (CLIENT,), CLIENT),
                ("its network", (NETWORK,), NETWORK),
                ("the user", ("--user", "horn"), "user horn")):
            with self.subTest(label):
                self.grant(CLIENT)
                self.assertEqual(self.run_it("block", *arguments),
                                 f"blocked {words}\n"
                                 f"removed {CLIENT} from {self.place.map} (user horn, revoked)\n")
                self.assertEqual(self.opened(), set())
                kept_shut = f"not opened: {CLIENT} for user horn (sapdb): {words} is blocked\n"
                self.assertEqual(self.run_it("grant", CLIENT, "-u", "horn", status=1), kept_shut)
                self.assertEqual(self.opened(), set())
                self.assertEqual(self.run_it("unblock", *arguments), f"unblocked {words}\n")
                self.grant(CLIENT)
                self.assertEqual(self.opened(), {CLIENT})
                self.run_it("revoke", "--all")

    def test_for_a_time(self):
        self.assertRegex(self.run_it("block", "--for", "2h", CLIENT),
                         rf"\Ablocked {CLIENT} until {END}\n\Z")
        self.assertRegex(self.run_it("block"), rf"\A{CLIENT} until {END}\n\Z")

    def test_the_end_of_a_block(self):
        self.place.prepare()
        for label, until, shut in (("over", 1, False), ("to come", 4102444800, True)):
            with self.subTest(label):
                (self.place.state / "blocked").write_text(f"network={CLIENT} until={until}\n")
                self.run_it("grant", CLIENT, status=1 if shut else 0)
                self.assertEqual(self.opened(), set() if shut else {CLIENT})
                self.run_it("revoke", "--all", status=1 if shut else 0)

    def test_revoke_and_block(self):
        self.grant(CLIENT, OTHER)
        self.assertRegex(self.run_it("revoke", "--block", "90s", CLIENT),
                         rf"\Ablocked {CLIENT} until {END}\nremoved {CLIENT} ")
        self.assertEqual(self.opened(), {OTHER})
        self.assertRegex(self.run_it("revoke", "-b", "1d", "-u", "horn"),
                         rf"\Ablocked user horn until {END}\nremoved {OTHER} ")
        self.run_it("revoke", "-b", "1d", "192.0.2.77")
        self.assertEqual(self.run_it("block").count("\n"), 3)

    def test_whoever_waits_goes(self):
        self.place.add_lease("pending", CLIENT)
        self.place.add_lease("deferred", OTHER)
        self.run_it("block", NETWORK)
        self.assertEqual(self.place.where(CLIENT) + self.place.where(OTHER), "")
        self.place.add_lease("pending", CLIENT)
        self.assertEqual(self.run_it("commit"),
                         f"not opened: {CLIENT} for user horn (dovecot): {NETWORK} is blocked\n")

    def test_the_timer_ends_what_a_killed_block_left(self):
        self.grant(CLIENT)
        (self.place.state / "blocked").write_text("user=horn until=0\n")
        self.assertIn(f"removed {CLIENT} ", self.run_it("expire"))
        self.assertEqual(self.opened(), set())

    def test_static_records_stay(self):
        self.run_it("block", NETWORK)
        self.assertEqual(len(table.records(self.place.map)), 4)
        self.assertIn("may relay: the administrator's record", self.run_it("status", STATIC))

    def test_of_several_unblocked_those_that_are_there(self):
        self.run_it("block", CLIENT, OTHER)
        self.assertEqual(self.run_it("unblock", CLIENT, "192.0.2.99", status=1),
                         f"unblocked {CLIENT}\n")
        self.assertEqual(self.stderr, "sapdb: 192.0.2.99 is not blocked\n")
        self.assertEqual(self.run_it("unblock", "--all"), f"unblocked {OTHER}\n")
        self.assertEqual(self.run_it("block"), "nobody is blocked\n")
        self.assertFalse((self.place.state / "blocked").exists())

    def test_dry_runs_change_nothing(self):
        self.grant(CLIENT, OTHER)
        self.run_it("block", "-u", "maria")
        before = (self.place.inode(), (self.place.state / "blocked").read_text())
        for arguments, want in (
                (("block", "-n", NETWORK), f"would block {NETWORK}\n"
                 f"would revoke {CLIENT} (user horn)\nwould revoke {OTHER} (user horn)\n"),
                (("block", "-n", "-u", "eve"), "would block user eve\n"),
                (("unblock", "-n", "-u", "maria"), "would unblock user maria\n"),
                (("unblock", "-n", "-a"), "would unblock user maria\n"),
                (("revoke", "-n", CLIENT), f"would revoke {CLIENT} (user horn)\n"),
                (("revoke", "-n", "-a"),
                 f"would revoke {CLIENT} (user horn)\nwould revoke {OTHER} (user horn)\n"),
                (("grant", "-n", "-u", "horn", "192.0.2.9"),
                 "would open 192.0.2.9 (user horn)\n"),
                (("grant", "-n", "-u", "horn", CLIENT), f"would renew {CLIENT} (user horn)\n")):
            with self.subTest(arguments):
                self.assertEqual(sorted(self.run_it(*arguments).splitlines()),
                                 sorted(want.splitlines()))
                self.assertEqual((self.place.inode(),
                                  (self.place.state / "blocked").read_text()), before)
                self.assertEqual(self.opened(), {CLIENT, OTHER})

    def test_a_grant_that_would_not_be(self):
        self.grant(CLIENT)
        self.run_it("block", "192.0.2.9")
        for address, settings, want in (
                ("192.0.2.9", {}, "192.0.2.9 is blocked"),
                (REFUSED, {}, f"the administrator's record '{REFUSED}' keeps it shut"),
                (STATIC, {}, f"the administrator's record '{STATIC}' lets it relay already"),
                ("127.0.0.1", {}, "a loopback address"),
                (OTHER, {"max_leases": "1"}, "max_leases is reached"),
                (OTHER, {"expiry_watch": "10min"}, "has not run within expiry_watch")):
            with self.subTest(want):
                self.place.configure(**({"max_leases": None, "expiry_watch": "0"} | settings))
                self.assertEqual(self.run_it("grant", "-n", address, status=1), "")
                self.assertIn(want, self.stderr)

    def test_json(self):
        self.grant(CLIENT)
        self.run_it("block", "-u", "maria")
        for arguments, want in (
                (("block",), [{"user": "maria", "until": 0}]),
                (("block", "-n", NETWORK),
                 [{"would": "block", "network": NETWORK, "until": 0},
                  {"would": "revoke", "address": CLIENT, "user": "horn"}]),
                (("unblock", "-n", "-a"), [{"would": "unblock", "user": "maria", "until": 0}])):
            with self.subTest(arguments):
                got = [json.loads(line) for line in
                       self.run_it("--json", *arguments).splitlines()]
                self.assertEqual(got, want)

    def test_json_of_what_happens(self):
        lease = {"address": CLIENT, "user": "horn", "service": "sapdb"}
        for arguments, status, want in (
                (("grant", "-u", "horn", CLIENT), 0, [{"kind": "opened"} | lease]),
                (("block", CLIENT), 0, [{"kind": "blocked", "detail": CLIENT},
                                        {"kind": "removed"} | lease]),
                (("grant", "-u", "horn", CLIENT), 1,
                 [{"kind": "kept_shut", "detail": f"{CLIENT} is blocked"} | lease]),
                (("unblock", CLIENT), 0, [{"kind": "unblocked", "detail": CLIENT}])):
            with self.subTest(arguments):
                said = [json.loads(line) for line in
                        self.run_it("--json", *arguments, status=status).splitlines()]
                self.assertTrue(all(one.pop("event") for one in said))
                self.assertEqual({one.pop("map") for one in said}, {str(self.place.map)})
                for one in said:
                    self.assertEqual("last_login" in one, "address" in one)
                    one.pop("last_login", None)
                self.assertEqual(said, want)

    def test_misuse(self):
        for arguments, want in (
                (("block", "mail.example"), "'mail.example' is no address"),
                (("block", "192.0.2.7/24"), "has bits behind its prefix"),
                (("block", "-f", "2", CLIENT), "--for '2': must be a time"),
                (("block", "-f", "4000d", CLIENT), "from 1s to 3650d"),
                (("block", "-u", ""), "a name is needed"),
                (("revoke", "-u", "", "-b", "1h"), "a name is needed"),
                (("revoke", "-u", "", "-b", "1h", CLIENT), "one of the three"),
                (("revoke", "-u", ""), "a name is needed"),
                (("block", "-u", "horn", CLIENT), "addresses and networks, or a user"),
                (("block", "-f", "2h"), "addresses and networks, or a user"),
                (("unblock",), "addresses and networks, or a user"),
                (("revoke", "-b", "1h", "-a"), "sapdb block takes networks"),
                (("revoke", "-b", "x", CLIENT), "--block 'x': must be")):
            with self.subTest(arguments):
                self.assertEqual(self.run_it(*arguments, status=2), "")
                self.assertIn(want, self.stderr)
                self.assertEqual(self.stderr.count("\n"), 1)

    def test_a_dry_expiry_tells_of_the_blocked(self):
        self.grant(CLIENT, OTHER)
        (self.place.state / "blocked").write_text(f"network={CLIENT} until=0\n")
        self.assertEqual(self.run_it("expire", "-n"), f"would remove {CLIENT} (user horn)\n")

    def test_a_damaged_list_renews_all_the_same(self):
        self.grant(CLIENT)
        (self.place.state / "blocked").write_text("network=192.0.2.9 until=0")  # cut
        self.lapse(CLIENT, 300)
        self.assertEqual(self.run_it("grant", CLIENT), f"renewed {CLIENT}\n")
        self.assertLess(time.time() - (self.place.state / "active" / CLIENT).stat().st_mtime, 200)
        for _ in range(2):
            self.run_it("grant", OTHER, status=3)
            self.assertIn("is no block", self.stderr)

    def test_a_damaged_list(self):
        self.grant(CLIENT, OTHER)
        (self.place.state / "blocked").write_text("what\n")
        self.lapse(CLIENT)
        self.run_it("grant", "192.0.2.9", status=3)
        self.assertIn("blocked, line 1: is no block, so nothing new is opened; remove the line",
                      self.stderr)
        self.run_it("block", status=3)
        self.run_it("block", "192.0.2.9", status=3)
        self.run_it("expire", status=3)
        self.assertEqual(self.opened(), {OTHER})


if __name__ == "__main__":
    unittest.main()
