# SPDX-License-Identifier: BSD-2-Clause
"""janitor - removes a host when the process that made it has ended.

    python3 -m mailhost.janitor mailhost-4711-1 /var/cache/pam_sap/mailhost-4711-1

It waits for the end of its standard input: a pipe, held by that process only.
So it makes no difference whether that process closes it or is killed. Then all
that runs in the control group is killed, and the group and the folder go.
"""

import shutil
import signal
import sys
from pathlib import Path

from .cgroup import ControlGroup
from .waiting import wait_for

REMOVE_SECONDS = 10.0


def main(name: str, folder: Path) -> None:
    """See above."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.read()
    ControlGroup(name).end()
    wait_for(lambda: _removed(folder), REMOVE_SECONDS, f"cannot remove {folder}")


def _removed(folder: Path) -> bool:
    """Again, when a copy was just being made that has been killed with us."""
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
