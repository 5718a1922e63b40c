# SPDX-License-Identifier: BSD-2-Clause
"""Traces of the model at whose named step a lease ends (tests/model/repairs.py)."""

import unittest

from cli import table
from race.traces import CLIENT, OTHER, Traces

LOCK_TRIES = 3


class Closing(Traces):
    def test_nothing_ends_without_the_lock(self):
        """A revoke has it: the run of the timer finds what is due, and waits."""
        self.begin()
        revoke = self.hold_sapdb(f"revoke {OTHER}", f"unlinkat pending/{OTHER}")
        expire = self.hold_sapdb("expire", "flock commit.lock")
        for _ in range(LOCK_TRIES):
            expire.step()
            self.go_to(expire, "flock commit.lock")
        self.assertEqual(self.place.where(CLIENT), "active")
        self.finish(revoke, expire)
        self.expect(set())

    def test_a_login_before_the_rename_is_seen_behind_it(self):
        self.begin()
        expire = self.hold_sapdb("expire", "renameat active/A ending/A")
        self.log_in()
        self.finish(expire)
        self.expect({CLIENT, OTHER})

    def test_what_a_dead_one_left_in_ending(self):
        """It was killed behind the rename, or when its commit was done. A login had found
        the lease before that, and dated it after; or it dated nothing."""
        for label, call, touch, want in (
                ("renewed", "newfstatat ending/A", "e", {CLIENT, OTHER}),
                ("lapsed", "newfstatat ending/A", "s", {OTHER}),
                ("lapsed, and closed", "unlinkat ending/A", "s", {OTHER})):
            with self.subTest(label):
                self.begin()
                login = self.hold_login("utimensat active/A")
                expire = self.hold_sapdb("expire", call)
                login.step(touch)
                login.kill()
                expire.kill()
                again = self.hold_sapdb("expire", "getdents64 ending")
                self.assertEqual(self.place.where(CLIENT), "ending")
                self.finish(again)
                self.expect(want)

    def test_renewed_in_ending_and_closed_already(self):
        """It waits for a commit: a login meanwhile must not take it for shown."""
        self.begin()
        login = self.hold_login("utimensat active/A")
        expire = self.hold_sapdb("expire", "unlinkat ending/A")
        login.step("e")
        login.kill()
        expire.kill()
        self.assertEqual(table.opened(self.place.map), {OTHER})
        again = self.hold_sapdb("expire", "renameat2 ending/A pending/A")
        again.step()
        self.assertEqual(self.place.where(CLIENT), "pending")
        self.log_in()
        self.finish(again)
        self.run_sapdb("commit")
        self.expect({CLIENT, OTHER})

    def test_active_is_lost(self):
        """While the timer looks, or behind that: then its next run finds it."""
        for call, runs in (("getdents64 active", ()), ("flock commit.lock", ("expire",))):
            with self.subTest(call):
                self.both_open()
                expire = self.hold_sapdb("expire", call)
                for lease in (self.place.state / "active").iterdir():
                    lease.unlink()
                self.finish(expire)
                for command in runs:
                    self.run_sapdb(command)
                self.expect(set())

    def test_an_insert_that_dies_over_its_copy(self):
        """Nothing waits and the seal is whole: the next run clears up all the same."""
        self.both_open()
        seal = (self.place.run / "seal").read_bytes()
        insert = self.hold_sapdb("insert 192.0.2.61 REJECT", "fsync .access.db.pam_sap")
        insert.kill()
        self.assertNotEqual(self.place.beside(), [])
        self.assertEqual((self.place.run / "seal").read_bytes(), seal)
        self.run_sapdb("expire")
        self.expect({CLIENT, OTHER})

    def test_a_revoke_that_dies_before_the_rename(self):
        self.both_open()
        self.hold_sapdb("revoke A", "renameat active/A ending/A").kill()
        self.run_sapdb("expire")
        self.expect({OTHER})

    def test_a_block_that_dies_before_the_rename(self):
        """Then the client renews its lease: another's login, that looked before."""
        self.both_open()
        login = self.hold_login("utimensat active/A")
        self.hold_sapdb("block A", "renameat active/A ending/A").kill()
        self.finish(login)
        self.assertEqual(self.place.where(CLIENT), "active")
        self.run_sapdb("expire")
        self.expect({OTHER})

    def test_blocked_in_ending_and_in_the_queue(self):
        """A login that looked before the block asks for a commit: it must not save it."""
        self.both_open()
        login = self.hold_login("utimensat active/A")
        block = self.hold_sapdb("block A", "renameat active/A ending/A")
        block.step()
        block.kill()
        self.place.configure(wait="0")
        self.finish(login)
        self.place.add_lease("pending", CLIENT)
        self.assertEqual(self.place.where(CLIENT), "pending ending")
        self.run_sapdb("expire")
        self.expect({OTHER})

    def test_renewed_in_ending_and_blocked(self):
        """It waits for a commit, and has a record: that goes with it."""
        self.both_open()
        login = self.hold_login("utimensat active/A")
        block = self.hold_sapdb("block A", "renameat active/A ending/A")
        block.step()
        login.step("e")
        login.kill()
        block.kill()
        self.assertEqual(self.place.where(CLIENT), "ending")
        again = self.hold_sapdb("expire", "renameat2 ending/A pending/A")
        self.assertEqual(table.opened(self.place.map), {CLIENT, OTHER})
        self.finish(again)
        self.expect({OTHER})


if __name__ == "__main__":
    unittest.main()
