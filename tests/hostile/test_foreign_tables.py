# SPDX-License-Identifier: BSD-2-Clause
"""A table that somebody else wrote is sapdb's, not a login's.

The login rings the bell and waits, no longer than `wait`; with a service its client is
in the table when it returns, and without one the log says what to start. What there is
to put back (100,000 leases here) is no login's time.
"""

import threading
import time
import unittest

from cli import table
from pam import daemon
from pam.daemon import CLIENT, Daemon

OTHER = "192.0.2.8"
SLACK = 1.5  # of a busy machine
LEASES = 100_000
SERVICE = 60.0  # TimeoutStartSec= of its unit
STATICS = {"192.0.2.60": "REJECT"}


class Service:
    """In the path unit's place: while the queue is not empty, `sapdb commit`."""

    def __init__(self, place):
        self.place = place
        self.runs = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Service":
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.over.set()
        self.thread.join()

    def _watch(self) -> None:
        while not self.over.wait(0.01):
            if self.place.leases("pending"):
                self.place.sapdb("commit")
                self.runs += 1


class OnATable(unittest.TestCase):
    KIND = "hash"

    def setUp(self):
        self.daemon = Daemon(like_us=True, below="/var/tmp")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        self.place.configure(map=f"{self.KIND}:{self.place.map}")
        table.make(self.place.map, STATICS, kind=self.KIND)
        self.place.ready()

    def rebuild(self) -> bytes:
        """As Debian's make: another file, moved over the old one."""
        new = self.place.map.with_name("new.db")
        table.make(new, STATICS, kind=self.KIND)
        new.replace(self.place.map)
        return self.place.map.read_bytes()

    def log_in(self, address: str = CLIENT) -> tuple[daemon.Said, float]:
        seen = self.place.root / "seen.db"
        started = time.monotonic()
        said = self.daemon.run("start", "rhost=" + address, "open",
                               f"copy={self.place.map}:{seen}", "end")
        took = time.monotonic() - started
        self.assertEqual(said.values[2], daemon.SUCCESS)
        return said, took

    def opened_then(self) -> set[str]:
        return table.opened(self.place.root / "seen.db")


class Foreign(OnATable):
    def test_with_the_service_it_is_open_when_the_login_returns(self):
        self.place.configure(wait="10s")
        self.log_in(OTHER)
        for label, address in (("new", CLIENT), ("known", CLIENT), ("known", OTHER)):
            with self.subTest(label):
                self.rebuild()
                with Service(self.place) as service:
                    said, took = self.log_in(address)
                self.assertEqual(self.opened_then(), {CLIENT, OTHER})
                self.assertLess(took, 10)
                self.assertEqual(service.runs, 1)
                self.assertNotIn("not opened", " ".join(said.texts()))

    def test_without_it_the_wait_is_kept_and_it_is_said_once(self):
        self.place.configure(wait="300ms")
        content = self.rebuild()
        said, took = self.log_in()
        self.assertGreaterEqual(took, 0.3)
        self.assertLess(took, 0.3 + SLACK)
        self.assertEqual([line.level for line in said.log], [daemon.ERROR])
        self.assertIn("start pam_sap-commit.path", said.log[0].text)
        for address in (OTHER, CLIENT):
            self.assertEqual(self.log_in(address)[0].log, [])
        self.assertEqual(self.place.map.read_bytes(), content)
        self.assertEqual(self.place.leases("pending"), {CLIENT, OTHER})
        self.assertEqual(self.place.sapdb("expire").returncode, 0)
        self.assertEqual(table.opened(self.place.map), {CLIENT, OTHER})
        self.rebuild()
        self.assertEqual(len(self.log_in()[0].log), 1, "the timer came: it is news again")


class ForeignLmdb(Foreign):
    KIND = "lmdb"


class ManyLeases(OnATable):
    def fill(self) -> None:
        for number in range(LEASES):
            path = self.place.state / "active" / \
                f"10.{number // 62500}.{number // 250 % 250}.{number % 250}"
            path.write_text("user=horn service=dovecot opened=1\n", encoding="ascii")

    def test_what_there_is_to_put_back_is_no_logins_time(self):
        self.place.configure(wait="500ms", max_leases="1000000")
        self.place.sapdb("expire")
        self.fill()
        self.rebuild()
        known = "10.0.0.1"
        took = [self.log_in(address)[1] for address in (CLIENT, known)]
        self.assertLess(max(took), 0.5 + SLACK)
        self.assertEqual(self.place.leases("pending"), {CLIENT, known})
        started = time.monotonic()
        self.assertEqual(self.place.sapdb("commit", timeout=SERVICE).returncode, 0)
        service = time.monotonic() - started
        self.assertEqual(len(table.opened(self.place.map)), LEASES + 1)
        print(f"figure: foreign tables: {LEASES} leases to put back: a login took at most "
              f"{max(took):.2f} s of which it waited 0.5, the service {service:.1f} s")


if __name__ == "__main__":
    unittest.main()
