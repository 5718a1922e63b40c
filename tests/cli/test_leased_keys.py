# SPDX-License-Identifier: BSD-2-Clause
"""What list, insert and delete do where a lease is: the administrator's word counts."""

import os
import unittest

from cli import table
from cli.test_leases import CLIENT, OTHER, REFUSED, Leases

MARKERS = 6000
KEYS = 300
SLOWER = 10
TICK = 0.01  # of os.times()


class LeasedKeys(Leases):
    def setUp(self):
        super().setUp()
        self.grant(CLIENT)

    def test_markers_are_hidden(self):
        shown = self.run_it("list")
        self.assertIn(f"{CLIENT}\tRELAY\n", shown)
        self.assertNotIn("SAP:", shown)
        for option in ("--all", "-a"):
            self.assertIn(f"SAP:{CLIENT}\tDUNNO ", self.run_it("list", option))

    def test_a_marker_grants_nothing(self):
        value = table.records(self.place.map)[table.marker(CLIENT)]
        self.assertTrue(value.startswith(b"DUNNO "), value)

    def test_delete_of_its_record_is_refused(self):
        for key in (CLIENT, f"SAP:{CLIENT}", f"sap:{CLIENT}"):
            with self.subTest(key):
                self.run_it("delete", key, status=1)
                self.assertEqual(self.stderr, f"sapdb: {key} belongs to a lease; end it by: "
                                              "sapdb revoke ADDRESS\n")
                self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_delete_takes_the_others(self):
        self.run_it("delete", CLIENT, REFUSED, status=1)
        self.assertNotIn(REFUSED.encode(), table.records(self.place.map))

    def test_reject_ends_the_lease_and_says_so(self):
        out = self.run_it("insert", CLIENT, "REJECT")
        self.assertIn(f"refused {CLIENT} for user horn (sapdb): the administrator's record "
                      f"'{CLIENT}' in {self.place.map} keeps it shut", out)
        self.assertEqual(self.place.where(CLIENT), "settled")
        records = table.records(self.place.map)
        self.assertEqual(records[CLIENT.encode()], b"REJECT")
        self.assertNotIn(table.marker(CLIENT), records)

    def test_reject_of_its_network_ends_it_too(self):
        out = self.run_it("insert", "192.0.2", "REJECT")
        self.assertIn(f"refused {CLIENT}", out)
        self.assertEqual(table.opened(self.place.map), set())
        self.assertNotIn(CLIENT.encode(), table.records(self.place.map))

    def test_delete_of_the_refusal_lets_the_next_login_in(self):
        self.run_it("insert", CLIENT, "REJECT")
        self.run_it("delete", CLIENT)
        self.grant(CLIENT)
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_insert_commits_what_waits_too(self):
        self.place.add_lease("pending", OTHER)
        out = self.run_it("insert", "example.com", "REJECT")
        self.assertIn(f"inserted {OTHER}", out)
        self.assertEqual(table.opened(self.place.map), {CLIENT, OTHER})

    def test_the_administrators_own_grant_outlives_the_lease(self):
        """Also when it reads like ours; or the command says that it did not take it."""
        for value in ("OK", "RELAY"):
            with self.subTest(value):
                done = self.place.sapdb("insert", CLIENT, value)
                if done.returncode == 0:
                    self.place.sapdb("revoke", CLIENT)
                    self.run_it("expire")
                    self.assertEqual(table.records(self.place.map).get(CLIENT.encode()),
                                     value.encode())
                else:
                    self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1))
            self.place.sapdb("delete", CLIENT)
            self.place.sapdb("grant", CLIENT)

    def test_it_outlives_the_lease_beside_two_markers(self):
        """A dump that went through makemap has one that is folded."""
        ours = table.records(self.place.map)
        marker = table.marker(CLIENT)
        table.make(self.place.map, ours | {marker.lower(): ours[marker]})
        self.place.sapdb("expire")
        self.run_it("insert", CLIENT, "RELAY")
        self.place.sapdb("revoke", CLIENT)
        self.run_it("expire")
        records = table.records(self.place.map)
        self.assertEqual(records.get(CLIENT.encode()), b"RELAY")
        self.assertEqual({marker, marker.lower()} & records.keys(), set())

    def test_the_text_file_is_never_written(self):
        source = self.place.map.with_suffix("")
        source.write_text(f"{REFUSED} REJECT\n")
        self.place.date(source, 3600)
        before = source.stat()
        for command in (("insert", "a", "b"), ("delete", "a"), ("grant", OTHER), ("expire",),
                        ("insert", CLIENT, "REJECT"), ("commit",), ("revoke", OTHER)):
            with self.subTest(command):
                self.assertEqual(self.place.sapdb(*command).returncode, 0)
                after = source.stat()
                self.assertEqual((after.st_ino, after.st_ctime_ns),
                                 (before.st_ino, before.st_ctime_ns))

    def test_many_keys_cost_one_walk_for_markers(self):
        """Each of them a walk would be three hundred times as long."""
        other = self.place.root / "other.db"
        clients = [f"10.1.{i // 250}.{i % 250 + 1}" for i in range(MARKERS)]
        table.make(other, {address: "RELAY" for address in clients} | {
            table.marker(address): f"DUNNO pam_sap {address} RELAY" for address in clients})
        keys = [f"example{i}.org" for i in range(KEYS)]
        pairs = [word for key in keys for word in (key, "REJECT")]
        for command, one, all_of_them, status in (
                ("insert", ["a", "b"], pairs, 0), ("delete", ["a"], keys, 0),
                ("delete", ["a", clients[7]], [*keys[1:], clients[7]], 1)):
            with self.subTest(command, status=status):
                first = self.seconds(other, command, *one)
                second = self.seconds(other, command, *all_of_them, status=status)
                print(f"\nfigure: {command}: {KEYS} keys beside {MARKERS} markers take "
                      f"{second:.2f} s of the processor, one {first:.2f} s")
                self.assertLess(second, SLOWER * max(first, TICK))
        self.assertEqual(len(table.opened(other)), MARKERS)

    def seconds(self, path, *command: str, status: int | None = None) -> float:
        """Of the processor: what else the machine does plays no part."""
        before = os.times()
        done = self.place.sapdb("-m", f"hash:{path}", *command)
        after = os.times()
        if status is not None:
            self.assertEqual(done.returncode, status, done)
        return (after.children_user + after.children_system
                - before.children_user - before.children_system)


if __name__ == "__main__":
    unittest.main()
