# SPDX-License-Identifier: BSD-2-Clause
"""rebuilding - peer C at work: a text file, and makemap of all of it for each login.

SAP_MAKEMAP names the program; tools/bench takes it out of Debian's sendmail-bin.
"""

import os
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

SOURCE = Path(__file__).parent / "peers/rebuild.sh"
MAKEMAP = Path(os.environ.get("SAP_MAKEMAP", "/usr/sbin/makemap"))


def is_there() -> bool:
    return MAKEMAP.exists()


class Rebuilder:
    def __init__(self, folder: Path, records: Iterable[tuple[str, str]]):
        self._cf = folder / "sendmail.cf"
        self._text = folder / "access"
        self.table = folder / "access.db"
        self._cf.write_text("O TrustedUser=0\n", encoding="ascii")
        self._text.write_text("".join(f"{key}\t{value}\n" for key, value in records),
                              encoding="ascii")

    def open(self, address: str) -> float:
        """Microseconds until the table has it."""
        start = time.monotonic()
        done = subprocess.run(["/bin/sh", str(SOURCE), str(MAKEMAP), str(self._text),
                               str(self.table), address, str(self._cf)],
                              stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:  # it also warns of folders like /var/tmp
            raise RuntimeError(f"the rebuild: {done.stderr}")
        return (time.monotonic() - start) * 1e6
