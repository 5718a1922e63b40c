# SPDX-License-Identifier: BSD-2-Clause
"""What the traces of the model have in the middle, at every step of a command.

The named steps alone are in test_traces_login.py, _closing.py, _commit.py, _exchange.py
and _spares.py; test_renewals.py and test_stop_points.py drive more at every call.
"""

import unittest

from cli import table
from race.test_renewals import LAPSED
from race.traces import CLIENT, OTHER, REFUSING, Stopped, Traces

HIS = {"192.0.2.60": "REJECT"}


class Requests(Traces):
    def begin(self) -> None:
        """One has waited for more than a lifetime, the other just came."""
        self.run_sapdb("expire")  # also so that `commit` does not do the timer's work
        self.place.sapdb("revoke", CLIENT, OTHER)
        for address in (CLIENT, OTHER):
            self.place.add_lease("pending", address)
        self.place.date(self.place.state / "pending" / CLIENT, LAPSED)

    def test_a_lapsed_request_is_renewed(self):
        """At each stop of the commit that would drop it."""
        def do(stopped: Stopped) -> str:
            self.log_in()
            return stopped.go_on()

        def judge(ended: str) -> None:
            self.assertEqual(ended, "ended 0")
            self.run_sapdb("commit")
            self.expect({CLIENT, OTHER})

        self.at_each_stop(self.sapdb("commit"), do, judge)

    def test_a_lapsed_request_is_renewed_and_the_commit_killed(self):
        def do(stopped: Stopped) -> None:
            self.log_in()
            stopped.step()
            stopped.kill()

        def judge(_: None) -> None:
            self.run_sapdb("expire")
            self.expect({CLIENT, OTHER})

        self.at_each_stop(self.sapdb("commit"), do, judge)

    def test_a_request_at_any_step_of_a_commit(self):
        """It is in active/ only when the table shows it."""
        def do(stopped: Stopped) -> str:
            self.place.add_lease("pending", CLIENT)
            return stopped.go_on()

        def judge(ended: str) -> None:
            self.assertEqual(ended, "ended 0")
            self.assertEqual(self.place.leases("active"), table.opened(self.place.map))
            self.run_sapdb("commit")
            self.expect({CLIENT, OTHER})

        self.at_each_stop(self.sapdb("commit"), do, judge)


class Settled(Traces):
    def begin(self) -> None:
        """He refused the client, which is known; now another table stands there."""
        self.replace_table(REFUSING)
        self.run_sapdb("expire")
        self.log_in()
        self.run_sapdb("commit")
        self.assertEqual(self.place.where(CLIENT), "settled")
        self.replace_table(HIS)

    def at_any_step(self, judge_how) -> None:
        def do(stopped: Stopped) -> None:
            judge_how(stopped)

        def judge(_: None) -> None:
            self.run_sapdb("commit")
            self.expect({CLIENT})

        self.at_each_stop(self.sapdb("expire"), do, judge)

    def test_a_login_at_any_step_of_the_commit(self):
        def go_on(stopped: Stopped) -> None:
            self.log_in()
            self.assertEqual(stopped.go_on(), "ended 0")

        self.at_any_step(go_on)

    def test_a_login_after_a_kill_at_any_step_of_the_commit(self):
        def kill(stopped: Stopped) -> None:
            stopped.kill()
            self.log_in()

        self.at_any_step(kill)


class Refused(Traces):
    """He refuses a known client, by a mv, while a commit renews it."""

    def begin(self) -> None:
        self.replace_table({})
        self.one_waits()

    def test_a_refusal_at_any_step_of_a_commit(self):
        def do(stopped: Stopped) -> None:
            self.replace_table(REFUSING)
            self.finish(stopped)

        self.at_each_stop(self.sapdb("commit"), do, lambda _: self.expect_refused("settled"))


class Closing(Traces):
    def test_a_kill_at_any_step_of_an_insert(self):
        """Nothing waits and the seal may be whole: the next run clears up all the same."""
        def do(stopped: Stopped) -> None:
            stopped.kill()
            self.place.date(self.place.state / "active" / CLIENT, 0)  # nothing is due

        def judge(_: None) -> None:
            self.run_sapdb("expire")
            self.assertEqual(self.place.beside(), [])
            self.assertEqual(table.faults(self.place.map), "")
            self.assertEqual(table.opened(self.place.map), {CLIENT, OTHER})

        self.at_each_stop(self.sapdb("insert", "192.0.2.61", "REJECT"), do, judge)


if __name__ == "__main__":
    unittest.main()
