# SPDX-License-Identifier: BSD-2-Clause
"""apart - prefixes for commands that must leave nothing behind.

DIES_WITH_US: the command is killed when the thread that started it ends, however
that comes about. So start such commands from the main thread.

PRIVATE_MOUNTS: what the command mounts is seen by itself and its children only,
and is gone with them. The root of a chroot need not be a mount point, which
both mount propagation and systemd-nspawn insist on; it is made one.

PRIVATE_PROCESSES: goes first of the two; when the command is killed, so are all
that it has started.
"""

DIES_WITH_US = ["setpriv", "--pdeathsig", "KILL"]

_MAKE_PRIVATE = """
mount --make-rprivate / 2>/dev/null && exec "$@"
mount --rbind / /mnt && mount --make-rprivate /mnt && exec chroot /mnt "$@"
"""
PRIVATE_MOUNTS = ["unshare", "--mount", "--propagation", "unchanged",
                  "sh", "-c", _MAKE_PRIVATE, "sh"]

PRIVATE_PROCESSES = ["unshare", "--pid", "--fork", "--kill-child"]
