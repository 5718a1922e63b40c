# SPDX-License-Identifier: BSD-2-Clause
"""What the module needs and what it gives.

It is a guest in every mail daemon: it may bring libpam and libc into the process and
nothing else, and no name of its own but the six of Linux-PAM.
"""

import os
import re
import subprocess
import unittest

from guest.sanitized import not_under_a_sanitizer

MODULE = os.environ["SAP_MODULE"]
HOOKS = {f"pam_sm_{name}" for name in ("authenticate", "setcred", "acct_mgmt",
                                       "open_session", "close_session", "chauthtok")}
# A guest does none of these: threads and processes, signals, the process's own state,
# the log's, name services.
UNWELCOME = {
    "fork", "vfork", "posix_spawn", "system", "popen", "pthread_create", "signal",
    "sigaction", "alarm", "setitimer", "umask", "chdir", "fchdir", "setuid", "seteuid",
    "setgid", "setegid", "setresuid", "setgroups", "setlocale", "setenv", "putenv",
    "unsetenv", "clearenv", "openlog", "closelog", "syslog", "atexit", "exit", "_exit",
    "abort", "getenv", "gethostbyname", "gethostbyaddr", "getaddrinfo", "getnameinfo",
    "sleep", "printf", "puts", "perror", "strtok", "inet_ntoa", "localtime", "gmtime",
    "strerror", "getpwnam", "getgrnam", "readdir_r", "tmpfile", "mktemp",
}
# What the compiler's hardening brings.
HARMLESS = {"__stack_chk_fail"}


def lines_of(*command: str) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def names(*options: str) -> set[str]:
    return {line.split()[-1].split("@")[0] for line in lines_of("nm", "-D", *options, MODULE)}


def plain(name: str) -> str:
    """Without what fortification made of it: __syslog_chk is syslog."""
    return re.sub(r"^__(.*)_chk$", r"\1", name)


class Linkage(unittest.TestCase):
    def test_needs_libpam_and_libc_only(self):
        found = [line for line in lines_of("readelf", "-d", MODULE) if "(NEEDED)" in line]
        needed = [re.search(r"\[(.*)\]", line).group(1) for line in found]
        not_under_a_sanitizer("it brings libraries of its own")
        self.assertEqual(sorted(needed), ["libc.so.6", "libpam.so.0"])

    def test_exports_the_six_hooks_only(self):
        self.assertEqual(names("--defined-only"), HOOKS)

    def test_calls_nothing_that_a_guest_may_not(self):
        called = {plain(name) for name in names("--undefined-only")} - HARMLESS
        self.assertEqual(called & UNWELCOME, set())

    def test_has_no_executable_stack_and_no_text_relocation(self):
        headers = "\n".join(lines_of("readelf", "-lW", MODULE))
        self.assertRegex(headers, r"GNU_STACK.*\bRW\b")
        self.assertIn("GNU_RELRO", headers)
        dynamic = "\n".join(lines_of("readelf", "-d", MODULE))
        self.assertNotIn("TEXTREL", dynamic)
        self.assertRegex(dynamic, r"BIND_NOW|FLAGS.*NOW")

    def test_has_no_thread_local_and_no_constructor_of_its_own(self):
        headers = "\n".join(lines_of("readelf", "-lW", MODULE))
        self.assertNotIn(" TLS ", headers)


if __name__ == "__main__":
    unittest.main()
