# SPDX-License-Identifier: BSD-2-Clause
"""Traces of the model at whose named step a login is held (tests/model/repairs.py)."""

import unittest

from race.traces import CLIENT, OTHER, REFUSING, Stopped, Traces

HIS = {"192.0.2.60": "REJECT"}
OLDER, UNWATCHED = 600, 660


class Logins(Traces):
    def expiry_takes_it(self) -> Stopped:
        """The lease has lapsed, and is in ending/: it was looked at there, too."""
        expire = self.hold_sapdb("expire", "renameat active/A ending/A")
        for _ in ("rename", "look"):
            expire.step()
        self.assertIn("ending", self.place.where(CLIENT))
        return expire

    def test_a_touch_of_a_lease_that_ends_is_none(self):
        """The kernel has found the file, expiry takes it, then the kernel dates it."""
        self.begin()
        login = self.hold_login("utimensat active/A")
        expire = self.expiry_takes_it()
        login.step("e")
        self.finish(login, expire)
        self.run_sapdb("commit")
        self.expect({CLIENT, OTHER})

    def test_a_touch_of_a_lease_that_was_replaced_is_none(self):
        """As above; an older request of the client's is in active/ when the login looks."""
        self.begin()
        self.place.add_lease("pending", CLIENT, age=OLDER)
        login = self.hold_login("utimensat active/A")
        expire = self.expiry_takes_it()
        login.step("e")
        self.finish(expire)
        self.assertEqual(self.place.where(CLIENT), "active")
        self.finish(login)
        self.run_sapdb("commit")
        self.expect({CLIENT, OTHER})
        self.assertGreaterEqual(self.age_of("active", CLIENT), 0)

    def test_a_request_that_is_taken_is_made_again(self):
        """By a revoke that was quicker to the lock."""
        self.both_open()
        self.run_sapdb("revoke", CLIENT)
        login = self.hold_login("flock commit.lock")
        self.run_sapdb("revoke", CLIENT)
        self.go_to(login, "newfstatat pending/A")
        self.finish(login)
        self.run_sapdb("commit")
        self.expect({CLIENT, OTHER})

    def test_nothing_is_opened_when_nobody_would_close_it(self):
        """The timer has not run for long; or it runs at that moment."""
        self.place.configure(expiry_watch="10min")
        for label, runs, want in (("no", (), set()), ("just now", ("expire",), {CLIENT})):
            with self.subTest(timer=label):
                self.run_sapdb("expire")
                self.place.date(self.place.state / "expired", UNWATCHED)
                login = self.hold_login("newfstatat expired")
                for command in runs:
                    self.run_sapdb(command)
                self.finish(login)
                self.run_sapdb("commit")
                self.expect(want)

    def test_a_mv_takes_the_refusal_away_at_that_moment(self):
        self.replace_table(REFUSING)
        self.run_sapdb("expire")
        self.log_in()
        self.assertEqual(self.place.where(CLIENT), "settled")
        login = self.hold_login("utimensat settled/A")
        self.replace_table(HIS)
        self.finish(login)
        self.run_sapdb("commit")
        self.expect({CLIENT})
        self.expect_statics(HIS)


if __name__ == "__main__":
    unittest.main()
