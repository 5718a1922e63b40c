# SPDX-License-Identifier: BSD-2-Clause
"""A good guest in the process of the mail daemon: what it costs, keeps and changes there.

    test_handles.py       10,000 handles in one process leave nothing behind
    test_threads.py       threads with a handle each; in a build with ThreadSanitizer no race
    test_surroundings.py  whatever the host has done to itself: umask, limits, chroot ...
    surroundings.py       the table of that
    sanitized.py          what cannot run in a build with a sanitizer says so
"""
