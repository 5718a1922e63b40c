# SPDX-License-Identifier: BSD-2-Clause
"""Traces of the model at whose named step a commit is held (tests/model/repairs.py)."""

import os
import unittest

from cli import table
from race.test_renewals import LAPSED
from race.traces import CLIENT, EXCHANGE, OTHER, REFUSING, Stopped, Traces

HIS = {"192.0.2.60": "REJECT"}
OLDER = 600
FAILED = "ended 768"  # exit status 3


class Queue(Traces):
    def test_a_new_table_is_made_right_as_a_whole(self):
        """It is moved there when the batch is listed already."""
        self.one_waits()
        service = self.hold_sapdb("commit", "openat access.db")
        self.replace_table(HIS)
        self.finish(service)
        self.expect({CLIENT, OTHER})
        self.expect_statics(HIS)

    def test_ended_and_come_back(self):
        """A lease is in ending/, where an expiry died, and in active/: it is renewed when
        the service, which somebody else has called, comes to that."""
        self.begin()
        expire = self.hold_sapdb("expire", "renameat active/A ending/A")
        expire.step()
        expire.kill()
        self.log_in()
        self.assertEqual(self.place.where(CLIENT), "active ending")
        self.place.add_lease("pending", "192.0.2.9")
        service = self.hold_sapdb("commit", "openat ending/A")
        self.log_in()
        self.finish(service)
        self.expect({CLIENT, OTHER, "192.0.2.9"})

    def test_a_request_behind_the_list_is_not_taken_for_shown(self):
        self.begin()
        expire = self.hold_sapdb("expire", "getdents64 deferred")
        self.log_in()
        self.finish(expire)
        self.assertEqual(self.place.leases("active"), table.opened(self.place.map))
        self.assertEqual(self.place.where(CLIENT), "pending")
        self.run_sapdb("commit")
        self.expect({CLIENT, OTHER})

    def test_a_block_behind_the_look_at_blocks(self):
        """A new client: its login looked before it was blocked, and asks to be opened after."""
        self.both_open()
        self.run_sapdb("revoke", CLIENT)
        self.place.configure(expiry_watch="10min")
        login = self.hold_login("newfstatat expired")
        self.run_sapdb("block", CLIENT)
        self.finish(login)
        self.run_sapdb("commit")
        self.expect({OTHER})

    def test_an_older_request_dates_nothing_back(self):
        self.both_open()
        self.place.add_lease("pending", CLIENT, age=OLDER)
        service = self.hold_sapdb("commit", "renameat .seal.new seal")
        self.log_in()
        self.place.date(self.place.state / "pending" / CLIENT, OLDER)
        self.finish(service)
        self.expect({CLIENT, OTHER})
        self.assertGreaterEqual(self.age_of("active", CLIENT), 0)

    def test_what_was_deferred_is_taken_along(self):
        """Also when its client comes again while the service lists the queue."""
        for label, comes in (("one new", False), ("and come again", True)):
            with self.subTest(label):
                self.both_open()
                self.run_sapdb("revoke", "--all")
                self.place.add_lease("deferred", CLIENT, age=OLDER)
                self.place.add_lease("pending", OTHER)
                service = self.hold_sapdb("commit", "close pending")
                if comes:
                    self.log_in()
                self.finish(service)
                if comes:
                    self.run_sapdb("commit")
                self.expect({CLIENT, OTHER})

    def test_a_commit_that_fails_silences_the_bell(self):
        """A second link: makemap, too, would not touch the table. A login comes in the
        midst of it, and the timer when that is over."""
        self.one_waits()
        link = self.place.map.with_name("link")
        service = self.hold_sapdb("commit", "openat access.db")
        os.link(self.place.map, link)
        self.log_in()
        self.assertEqual(service.go_on(), FAILED)
        self.assertEqual(self.place.leases("pending"), set())
        self.assertEqual(self.place.where(CLIENT), "deferred")
        link.unlink()
        self.run_sapdb("expire")
        self.expect({CLIENT, OTHER})

    def test_a_lapsed_request_is_renewed_as_it_leaves(self):
        self.one_waits()
        self.place.date(self.place.state / "pending" / CLIENT, LAPSED)
        service = self.hold_sapdb("commit", "read pending/A")
        self.log_in()
        self.finish(service)
        self.run_sapdb("commit")
        self.expect({CLIENT, OTHER})


class Settled(Traces):
    def begin(self) -> None:
        """Both are refused and have come; then a mv refuses no more, and one comes again."""
        self.replace_table({CLIENT: "REJECT", OTHER: "REJECT"})
        self.run_sapdb("expire")
        for address in (CLIENT, OTHER):
            self.place.add_lease("pending", address)
        self.run_sapdb("commit")
        self.assertEqual(self.place.leases("settled"), {CLIENT, OTHER})
        self.replace_table(HIS)
        self.place.add_lease("pending", OTHER)

    def judge(self) -> None:
        self.run_sapdb("commit")
        self.expect({CLIENT, OTHER})
        self.expect_statics(HIS)

    def test_what_was_said_of_the_old_table_is_gone_with_the_new_seal(self):
        self.begin()
        service = self.hold_sapdb("commit", "renameat .seal.new seal")
        service.step()
        self.log_in()
        self.finish(service)
        self.judge()

    def test_and_it_goes_before_the_seal_comes(self):
        for label, end in (("goes on", Stopped.go_on), ("is killed", Stopped.kill)):
            with self.subTest(f"the service {label}"):
                self.begin()
                service = self.hold_sapdb("commit", "unlinkat settled/A")
                if end is Stopped.kill:
                    service.kill()
                self.log_in()
                if end is Stopped.go_on:
                    self.finish(service)
                self.judge()


class Refused(Traces):
    """A mv brings a table that refuses a client of ours."""

    def test_a_known_client_is_refused(self):
        """Before the copy is made, and after; the client's login has found that out."""
        for call in ("openat access.db", EXCHANGE):
            with self.subTest(call):
                self.one_waits()
                self.run_sapdb("commit")
                login = self.hold_login("newfstatat access.db")
                self.replace_table({})
                self.finish(login)
                self.assertEqual(self.place.where(CLIENT), "active pending")
                service = self.hold_sapdb("commit", call)
                self.replace_table(REFUSING)
                self.finish(service)
                self.expect_refused("settled")
                self.replace_table({})

    def test_a_lapsed_client_is_refused(self):
        """What ends must not take his record with it."""
        for call in ("openat access.db", EXCHANGE):
            with self.subTest(call):
                self.begin()
                expire = self.hold_sapdb("expire", call)
                self.replace_table(REFUSING)
                self.finish(expire)
                self.expect_refused("")
                self.replace_table({})


if __name__ == "__main__":
    unittest.main()
