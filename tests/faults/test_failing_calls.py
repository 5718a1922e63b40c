# SPDX-License-Identifier: BSD-2-Clause
"""Every call fails once: of each work each system call fails in turn, or falls short.

Nothing crashes; the table is whole and the administrator's records are all in it; the
login passes, and has as many descriptors open as before; the work is done, or a reason
is given; nobody is told of an opening that is none; the next run of the timer puts the
rest right.

In CI each call fails with one of the errors that it may have, in rotation, and again with
those that are dealt with in another way than others; a renewal's few calls each with all of
them, as with SAP_FAULT_ALL=1 those of every work. What is a reason names a path, or the
error. In a build with -Db_sanitize=address (clang) what leaks on the way is a fault, too.
"""

import errno
import os
import re
import unittest
from pathlib import Path
from unittest import mock

from cli import table
from faults.injected import Injected
from faults.works import (Block, Commit, Expiry, Grant, Insert, RebuildOfCompiled,
                          Reconcile, Renewal, Work)
from pam import daemon

MANY_FAULTS = 8
ALL = bool(os.environ.get("SAP_FAULT_ALL"))
SHORT = "short"

ANY = ("EIO", "EACCES", "ENOMEM")
CHANGE = ("EROFS", "ENOSPC", "EIO", "EACCES", "EDQUOT")
DATA = ("ENOSPC", "EIO", "EDQUOT")
MEMORY = ("ENOMEM",)
# What each call may fail with; and what of it is tried at every one.
ERRORS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "openat": (("EMFILE", "EACCES", "EIO", "ENOMEM", "EROFS", "ENOSPC"), ("EINTR",)),
    "read": (("EIO",), (SHORT, "EINTR")),
    "pread64": (("EIO",), (SHORT, "EINTR")),
    "write": (DATA, (SHORT, "EINTR")),
    "pwrite64": (DATA, (SHORT, "EINTR")),
    "writev": (DATA, (SHORT, "EINTR")),
    "pwritev": (DATA, (SHORT, "EINTR")),
    "copy_file_range": (DATA, (SHORT, "EINTR", "EXDEV")),
    "fsync": (DATA, ("EINTR",)),
    "fdatasync": (DATA, ("EINTR",)),
    "ftruncate": (DATA, ("EINTR",)),
    "close": (("EIO", "ENOSPC", "EDQUOT"), ("EINTR",)),
    "flock": (("ENOMEM", "EIO"), ("EINTR",)),
    "fcntl": (("ENOMEM", "EACCES", "EIO"), ("EINTR",)),
    "getdents64": (("EIO", "ENOMEM"), (SHORT,)),
    "socket": (("EMFILE", "ENOMEM", "EACCES"), ()),
    "sendto": (("ENOMEM",), ("EINTR",)),
    "recvmsg": (("ENOMEM",), ("EINTR",)),
    "bind": (("ENOMEM",), ()),
    # The process that looks at a table of somebody else's first (db-tool/trial.h).
    "pipe2": (("EMFILE", "ENOMEM"), ()),
    "clone": (("EAGAIN", "ENOMEM"), ()),
    "poll": (MEMORY, ("EINTR",)),
    "wait4": (("EINTR",), ()),
    "dup3": (("EMFILE",), ("EINTR",)),
    "connect": (("EACCES", "ENOENT"), ("EINTR",)),
    "mmap": (MEMORY, ()), "brk": (MEMORY, ()), "mprotect": (MEMORY, ()),
    **dict.fromkeys(("newfstatat", "fstat", "access", "faccessat2", "readlink", "fstatfs",
                     "flistxattr", "fgetxattr", "getrandom", "lseek"), (ANY, ())),
    **dict.fromkeys(("mkdir", "mkdirat", "rename", "renameat", "renameat2", "linkat",
                     "unlink", "unlinkat", "rmdir", "chmod", "fchmod", "fchmodat", "fchown",
                     "fchownat", "utimensat", "fsetxattr"), (CHANGE, ())),
}
# libdb frees its handle twice when the close of its first look at a table fails. We have
# closed that file once in front of it (berkeley_handle.c), and that close is tried.
LIBDB_PROBE = "close of a look"
CANNOT_FAIL = {LIBDB_PROBE, "fcntl_fd", "exit_group", "geteuid", "getegid", "getpid", "gettid",
               "getuid", "munmap", "uname", "futex", "prlimit64", "rt_sigaction",
               "rt_sigprocmask", "clock_gettime", "clock_nanosleep", "getpeername",
               "getsockname", "ioctl", "statfs", "kill", "set_robust_list"}
# What is no failure at all: the rest is done, or it is done in another way.
HARMLESS = {("copy_file_range", SHORT), ("copy_file_range", "EINTR"),
            ("copy_file_range", "EXDEV"), ("getdents64", SHORT)}
MEANS = {SHORT: "ENOSPC"}  # of what was not written whole
OTHER_WORDS = {"ENOMEM": ("failed to map segment",)}  # the dynamic linker's
SANITIZER = r"(Address|Leak)Sanitizer|runtime error:"
# It cannot look at a process that is traced; this one is let go behind its fault.
LOOKS_FOR_LEAKS = {"ASAN_OPTIONS": "detect_leaks=1"}
INSERTED = re.compile(r"inserted (\S+) into")


def is_sanitized() -> bool:
    """The sanitizer's own calls are in between, and it dies without memory."""
    return b"__asan_init" in Path(os.environ["SAP_SAPDB"]).read_bytes()


def actions(name: str, n: int, each: bool = ALL) -> list[str]:
    may, must = ERRORS.get(name, ((), ()))
    if not may or (may == MEMORY and is_sanitized()):
        return []
    return [*(may if each else (may[n % len(may)],)), *must]


def action_of(error: str) -> str:
    return error if error == SHORT else str(getattr(errno, error))


class FailingCalls(unittest.TestCase):
    """The classes below are run side by side."""

    def setUp(self):
        self.failed = self.undone = 0

    def start(self, kind: type[Work], spare: bool, table_kind: str) -> Work:
        work = kind(spare, table_kind)
        self.addCleanup(work.close)
        return work

    def names(self, work: Work) -> list[str]:
        """The calls of one run in which nothing fails."""
        names = work.calls()
        if not is_sanitized():
            self.assertEqual(set(names) - CANNOT_FAIL - ERRORS.keys(), set(),
                             "calls without a row: what may they fail with?")
        return [LIBDB_PROBE if three == ("fcntl_fd", "read", "close") else three[2]
                for three in zip(["", "", *names], ["", *names], names)]

    def attempt(self, work: Work, n: int, error: str) -> tuple[bool, list[str]]:
        """Was there such a call? And what is wrong."""
        work.set_up()
        before = len(work.daemon.lines())
        with mock.patch.dict(os.environ, LOOKS_FOR_LEAKS):
            done = work.run(n, action_of(error))
        said = [line for line in done.err.splitlines() if line] + [
            line.text for line in work.daemon.lines()[before:] if line.level <= daemon.NOTICE]
        faults = work.faults_now()
        if is_sanitized() and ERRORS.get(done.name, ((), ()))[0] in ((), MEMORY):
            work.settle()  # a call of the sanitizer's came in between
            return False, work.heal()
        if done.status < 0:
            faults.append(f"killed by signal {-done.status}")
        if re.search(SANITIZER, done.err):
            faults.append(done.err)
        is_done = work.is_done()
        self.undone += not is_done
        faults += self.faults_of_what_is_said(work, done, said, is_done)
        if (done.name, error) in HARMLESS and not is_done:
            faults.append("not done")
        elif not is_done or done.status != 0:
            faults += self.faults_of_reason(work, said, error)
        work.settle()
        return bool(done.name), faults + work.heal()

    def faults_of_reason(self, work: Work, said: list[str], error: str) -> list[str]:
        """It is one line, and says where it went wrong, or how."""
        if not said and isinstance(work, Grant) and work.place.where(work.address) == "pending":
            return []  # the service is asked, and says what is wrong
        words = (str(work.place.root), os.strerror(getattr(errno, MEANS.get(error, error))),
                 *OTHER_WORDS.get(error, ()))
        is_clear = len(said) == 1 and any(word in said[0] for word in words)
        return [] if is_clear else [f"not done, and no reason in one clear line: {said}"]

    def faults_of_what_is_said(self, work: Work, done: Injected, said: list[str],
                               is_done: bool) -> list[str]:
        found = []
        if isinstance(work, Grant):
            values = daemon.values_of(done.out)
            if values[:1] + values[2:4] + values[5:] != [daemon.SUCCESS] * 4:
                found.append(f"the login: {done.out.split()}")
            elif values[1] != values[4]:
                found.append(f"{values[4]} descriptors, before it {values[1]}")
        elif done.status == 0 and not is_done:
            found.append(f"not done, but it ended with 0; {said!r}")
        opened = table.opened(work.place.map)
        lies = [address for address in INSERTED.findall("\n".join(said)) if address not in opened]
        return found + [f"said to be open: {address}" for address in lies]

    def run_all(self, kind: type[Work], spare: bool, table_kind: str) -> int:
        """Every call; returns how many faults were injected."""
        work = self.start(kind, spare, table_kind)
        names = self.names(work)
        tried = [(n, name, error) for n, name in enumerate(names, 1)
                 for error in actions(name, n, ALL or kind is Renewal)]
        injected = 0
        for n, name, error in tried:
            if self.failed >= MANY_FAULTS:
                return injected
            with self.subTest(kind.label, spare=spare, table=table_kind, n=n, error=error):
                was_there, faults = self.attempt(work, n, error)
                injected += was_there
                # Nothing is short of one byte; the calls of a sanitizer differ.
                if not was_there and error != SHORT and not is_sanitized():
                    faults.append("it was not called")
                if faults:
                    self.failed += 1
                    work = self.start(kind, spare, table_kind)
                    self.fail(f"{name}: " + "; ".join(faults))
        self.assertGreater(injected, len(tried) / 2)
        return injected

    def check(self, kind: type[Work], table_kind: str = "hash"):
        in_turn = (True, False) if kind.has_spares and table_kind == "hash" else (False,)
        for spare in in_turn:
            if spare and os.geteuid() != 0:
                continue  # only root keeps spares
            self.undone = 0
            injected = self.run_all(kind, spare, table_kind)
            print(f"\nfigure: failing calls: {kind.label}, {table_kind}, "
                  f"{'a' if spare else 'no'} spare: {injected} faults injected, after "
                  f"{self.undone} the work was left to the next run, {self.failed} wrong")


class Login(FailingCalls):
    def test_grant(self):
        self.check(Grant)

    def test_renewal(self):
        self.check(Renewal)


class Service(FailingCalls):
    def test_commit(self):
        self.check(Commit)

    def test_reconcile(self):
        self.check(Reconcile)


class Timer(FailingCalls):
    def test_expiry(self):
        self.check(Expiry)


class Administrator(FailingCalls):
    def test_insert(self):
        self.check(Insert)


class Compiled(FailingCalls):
    """All of it of a text."""

    def test_rebuild(self):
        self.check(RebuildOfCompiled)


class Blocking(FailingCalls):
    def test_block(self):
        self.check(Block)


class InPlace(FailingCalls):
    """A table that is changed in place."""

    def test_grant(self):
        self.check(Grant, "lmdb")

    def test_insert(self):
        self.check(Insert, "lmdb")

    def test_reconcile(self):
        self.check(Reconcile, "lmdb")

    def test_commit(self):
        self.check(Commit, "lmdb")

    def test_expiry(self):
        self.check(Expiry, "lmdb")


if __name__ == "__main__":
    unittest.main()
