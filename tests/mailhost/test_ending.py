# SPDX-License-Identifier: BSD-2-Clause
"""However a host ends, nothing of it is left."""

import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path

from .root_image import CACHE
from .waiting import wait_for

TESTS = Path(__file__).parent.parent
SECONDS = 15.0
RUN = """
from mailhost.host import Host
import time
with Host() as host:
    host.boot()
    print("booted", flush=True)
    time.sleep(60)
"""


def descendants(process: int) -> set[int]:
    """The process ids of all that this one has started, directly or not."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = status.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(int(rest.split()[1]), []).append(int(status.parent.name))
    found, new = set(), [process]
    while new:
        new = [child for parent in new for child in children.get(parent, [])]
        found.update(new)
    return found


def control_groups(name: str) -> list[Path]:
    """The groups of this host, in every hierarchy."""
    return list(Path("/sys/fs/cgroup").glob(f"**/{name}"))


class Ending(unittest.TestCase):
    def setUp(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", RUN], cwd=TESTS,
                                        stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.terminate)
        self.addCleanup(self.process.stdout.close)
        self.assertEqual(self.process.stdout.readline(), "booted\n")
        self.started = descendants(self.process.pid)
        self.name = f"mailhost-{self.process.pid}-1"
        self.assertGreater(len(self.started), 5)
        self.assertTrue(control_groups(self.name))

    def end(self, number: signal.Signals) -> int:
        """Send the signal, and wait for the end of all processes, which the
        janitor is the last of."""
        self.process.send_signal(number)
        status = self.process.wait(SECONDS)
        wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in self.started),
                 SECONDS, "a process is left")
        self.assertFalse((CACHE / self.name).exists())
        self.assertEqual(control_groups(self.name), [])
        self.assertEqual(list(Path("/run/systemd/nspawn").glob(f"*/{self.name}")), [])
        return status

    def test_by_sigterm(self):
        self.assertEqual(self.end(signal.SIGTERM), 128 + signal.SIGTERM)

    def test_by_kill(self):
        self.assertEqual(self.end(signal.SIGKILL), -signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()
