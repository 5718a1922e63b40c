# SPDX-License-Identifier: BSD-2-Clause
"""Traces of the model around an exchange of files (tests/model/repairs.py)."""

import fcntl
import os
import unittest

from pam.daemon import CLIENT
from race.rebuilders import InPlace
from race.traces import EXCHANGE, OTHER, Traces

FEWEST_LOCKED = 3
VERSIONS = tuple({"version": str(n)} for n in range(3))


class Moves(Traces):
    """`sapdb commit` is held in front of the exchange, and a mv is quicker."""

    def hold_and_move(self):
        self.one_waits()
        service = self.hold_sapdb("commit", EXCHANGE)
        self.replace_table(VERSIONS[1])
        return service

    def move_again(self, service) -> None:
        """The newer table comes in front of the exchange that puts the other one back."""
        service.step()
        self.go_to(service, EXCHANGE)
        self.replace_table(VERSIONS[2])

    def judge(self, statics: dict[str, str]) -> None:
        self.run_sapdb("expire")
        self.expect({CLIENT, OTHER})
        self.expect_statics(statics)

    def test_what_comes_out_is_looked_at(self):
        self.finish(self.hold_and_move())
        self.judge(VERSIONS[1])

    def test_the_newest_is_put_back(self):
        service = self.hold_and_move()
        self.move_again(service)
        self.finish(service)
        self.judge(VERSIONS[2])

    def test_a_kill_behind_the_exchange(self):
        service = self.hold_and_move()
        service.step()
        service.kill()
        self.judge(VERSIONS[1])

    def test_a_kill_behind_the_exchange_that_puts_back(self):
        service = self.hold_and_move()
        self.move_again(service)
        service.step()
        service.kill()
        self.judge(VERSIONS[2])

    def test_who_has_opened_what_is_put_back_is_told(self):
        """The commit goes on, or dies and the next one drops its file."""
        for killed in (False, True):
            with self.subTest(killed=killed):
                service = self.hold_and_move()
                service.step()
                with open(self.place.map, "rb") as reader:
                    before = int(os.fstat(reader.fileno()).st_mtime)
                    if killed:
                        service.kill()
                    else:
                        self.finish(service)
                    self.judge(VERSIONS[1])
                    self.assertGreater(int(os.fstat(reader.fileno()).st_mtime), before)


class Exchange(Traces):
    def is_locked(self) -> bool:
        """No makemap could have the table now."""
        fd = os.open(self.place.map, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        return False

    def test_the_new_file_is_locked_until_it_is_sealed(self):
        """From the exchange on, at each call."""
        self.one_waits()
        seal = (self.place.run / "seal").read_bytes()
        service = self.hold_sapdb("commit", EXCHANGE)
        service.step()
        locked = 0
        while service.is_held and (self.place.run / "seal").read_bytes() == seal:
            self.assertTrue(self.is_locked(), service.call)
            locked += 1
            service.step()
        self.finish(service)
        self.assertGreater(locked, FEWEST_LOCKED)

    def test_what_somebody_wrote_to_is_not_sealed(self):
        """Without a lock, as postmap does: the next run looks at all of it."""
        self.one_waits()
        service = self.hold_sapdb("commit", EXCHANGE)
        service.step()
        os.utime(self.place.map, (0, 0))
        self.finish(service)
        self.assertFalse((self.place.run / "seal").exists())
        self.run_sapdb("expire")
        self.expect({CLIENT, OTHER})

    def test_a_makemap_that_waits_for_the_retired_file_gives_up(self):
        """It gets its chance after each call, until the retired file is let go."""
        self.replace_table(VERSIONS[0])
        self.one_waits()
        service = self.hold_sapdb("commit", EXCHANGE)
        makemap = InPlace(self.place.map, {b"version": b"1"})
        self.assertTrue(makemap.settle(), "it waits")
        while service.is_held and not service.is_at("renameat .seal.new seal"):
            service.step()
            makemap.settle()
        self.finish(service)
        self.assertFalse(makemap.succeeded())
        self.expect({CLIENT, OTHER})
        self.expect_statics(VERSIONS[0])

    def test_readers_are_told_before_the_login_returns(self):
        """sendmail's look at what it has open: its date, in whole seconds."""
        self.both_open()
        self.run_sapdb("revoke", CLIENT)
        login = self.hold_login(EXCHANGE)
        with open(self.place.map, "rb") as reader:
            before = int(os.fstat(reader.fileno()).st_mtime)
            self.go_to(login, "renameat2 pending/A active/A")
            self.assertGreater(int(os.fstat(reader.fileno()).st_mtime), before)
        self.finish(login)
        self.expect({CLIENT, OTHER})


if __name__ == "__main__":
    unittest.main()
