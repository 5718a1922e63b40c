# SPDX-License-Identifier: BSD-2-Clause
"""System calls that fail in a child, as on an older kernel or in a tighter unit.

    subprocess.run(..., preexec_fn=lambda: denied.call("pidfd_getfd", errno.ENOSYS))

By a seccomp filter: the program itself is what it always is.
"""

import ctypes
import errno
import platform
import struct
import unittest

NUMBERS = {"pidfd_open": 434, "pidfd_getfd": 438}
GETSOCKOPT = {"x86_64": 55, "aarch64": 209}
SOCKET = {"x86_64": 41, "aarch64": 198}
SO_PEERPIDFD = 77
AF_NETLINK = 16

LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
NUMBER_AT, FIRST_ARGUMENT_AT, THIRD_ARGUMENT_AT = 0, 16, 32
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, MODE_FILTER = 22, 38, 2

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def _step(code: int, value: int, skip_if_not: int = 0) -> bytes:
    return struct.pack("=HBBI", code, 0, skip_if_not, value)


def _install(*steps: bytes) -> None:
    program = _Program(len(steps), b"".join(steps))
    if (_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            or _libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0) != 0):
        raise OSError(ctypes.get_errno(), "no seccomp filter here")


def call(name: str, error: int) -> None:
    """This system call always fails."""
    _install(_step(LOAD, NUMBER_AT), _step(EQUAL, NUMBERS[name], 1),
             _step(RETURN, ERRNO | error), _step(RETURN, ALLOW))


def netlink() -> None:
    """The unit's RestrictAddressFamilies= leaves AF_NETLINK out."""
    _install(_step(LOAD, NUMBER_AT), _step(EQUAL, SOCKET[platform.machine()], 3),
             _step(LOAD, FIRST_ARGUMENT_AT), _step(EQUAL, AF_NETLINK, 1),
             _step(RETURN, ERRNO | errno.EAFNOSUPPORT), _step(RETURN, ALLOW))


def peerpidfd() -> None:
    """A kernel before Linux 6.5: getsockopt(2) knows no SO_PEERPIDFD."""
    _install(_step(LOAD, NUMBER_AT), _step(EQUAL, GETSOCKOPT[platform.machine()], 3),
             _step(LOAD, THIRD_ARGUMENT_AT), _step(EQUAL, SO_PEERPIDFD, 1),
             _step(RETURN, ERRNO | errno.ENOPROTOOPT), _step(RETURN, ALLOW))


def skip_unless_known() -> None:
    if platform.machine() not in GETSOCKOPT:
        raise unittest.SkipTest("the number of getsockopt is not known here")
