# SPDX-License-Identifier: BSD-2-Clause
"""What a host may have done to itself, as steps of the login program (tests/pam/login.h).

`before` is done before pam_start, `behind` after it: libpam, too, needs descriptors,
memory and its own files.
"""

import signal
from dataclasses import dataclass, field

PASSING = "/var/empty"  # no such library, home or zone


@dataclass(frozen=True)
class Host:
    label: str
    before: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


def handling(step: str, *signals: signal.Signals) -> tuple[str, ...]:
    return tuple(f"{step}={int(number)}" for number in signals)


# In each of these the client is opened as ever, and nothing is logged but that.
WELCOMING = (
    Host("umask 000", ("umask=000",)),
    Host("umask 077", ("umask=077",)),
    Host("umask 177", behind=("umask=177",)),
    Host("closed standard streams", ("closed",)),
    Host("signals ignored", handling("ignore", signal.SIGALRM, signal.SIGCHLD,
                                     signal.SIGPIPE)),
    Host("signals that kill", handling("default", signal.SIGALRM, signal.SIGPIPE,
                                       signal.SIGXFSZ, signal.SIGIO)),
    Host("signals handled", handling("handle", signal.SIGCHLD, signal.SIGALRM, signal.SIGIO)),
    Host("signals blocked", handling("block", signal.SIGALRM, signal.SIGTERM,
                                     signal.SIGUSR1)),
    Host("an alarm that runs", ("alarm",)),
    Host("16 descriptors", ("nofile=16",)),
    Host("no process more", ("nproc=0",)),
    Host("a working folder that is gone", ("nowhere=DIR/gone",)),
    Host("a stack of 64 KiB", ("threads=1", "stack=65536")),
    Host("16 MiB more memory", ("memory=16384",)),
    Host("another time zone", environment={"TZ": "Asia/Kathmandu"}),
    Host("no such time zone", environment={"TZ": f":{PASSING}"}),
    Host("libdb's environment", environment={"DB_HOME": PASSING, "TMPDIR": PASSING}),
    Host("malloc's", environment={"MALLOC_CHECK_": "3", "MALLOC_ARENA_MAX": "1",
                                  "MALLOC_PERTURB_": "170"}),
    Host("the loader's", environment={"LD_LIBRARY_PATH": PASSING, "LD_BIND_NOW": "1"}),
    Host("the resolver's", environment={"RES_OPTIONS": "debug", "HOSTALIASES": PASSING}),
)

# So many descriptors are left, or KiB of memory: opened, or a reason, or in the queue.
SCARCE = tuple(
    [Host(f"{count} descriptors left", ("nofile=64",), (f"free={count}",))
     for count in range(13)]
    + [Host(f"{kib} KiB left", behind=(f"memory={kib}",))
       for kib in (0, 16, 64, 132, 256, 512, 1024, 2048, 4096)])
