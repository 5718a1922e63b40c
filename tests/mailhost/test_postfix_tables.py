# SPDX-License-Identifier: BSD-2-Clause
"""Postfix's tables: postmap and we read and write the same ones."""

import functools
import unittest
from collections.abc import Callable

from .earning import log_in
from .postfix_host import KINDS, PostfixHost, booted_postfix

HIS = {"198.51.100.9": "REJECT"}  # a record of the administrator's
TEXT = HIS | {"198.51.100": "OK", "example.org": "550 no mail from here"}
THEIRS = "/root/theirs"  # a table that has never been ours

# label, postmap's options, NULs in a record
CONVENTIONS = (("with a NUL", (), 2), ("with a NUL by -N", ("-N",), 2), ("without", ("-n",), 0))

hosts: list[PostfixHost]


def setUpModule() -> None:
    global hosts
    hosts = [booted_postfix(unittest.addModuleCleanup, kind) for kind in KINDS]


def as_text(records: dict[str, str]) -> str:
    """What postmap reads."""
    return "".join(f"{key}\t{value}\n" for key, value in records.items())


def of_lease(address: str) -> dict[str, str]:
    """The two records of a lease."""
    return {address: "OK", f"SAP:{address}": f"DUNNO pam_sap {address} OK"}


def on_each_host(test: Callable) -> Callable[["Tables"], None]:
    """A subtest for each type of table. It begins with an empty one, and leaves no
    problem behind."""
    @functools.wraps(test)
    def on_hosts(self: "Tables") -> None:
        for host in hosts:
            with self.subTest(host.kind.name):
                make_empty(host)
                self.assertEqual(host.records(), {})
                test(self, host)
                self.assertEqual(host.problems(), [])
    return on_hosts


def make_empty(host: PostfixHost) -> None:
    """Of leases, and of what else is in the table; there may be nothing. No text is
    beside it."""
    (host.root / host.RELAY.lstrip("/")).unlink(missing_ok=True)
    host.sapdb("revoke", "-a", check=False)
    host.postmap("-d", "-", stdin="\n".join(host.records()), check=False)


def write(host: PostfixHost, path: str, records: dict[str, str]) -> None:
    """A text for postmap."""
    (host.root / path.lstrip("/")).write_text(as_text(records))


class Tables(unittest.TestCase):
    @on_each_host
    def test_postmap_reads_ours(self, host):
        four, six = "192.0.2.77", "2001:db8::77"
        log_in(host, four)
        log_in(host, six)
        self.assertEqual(host.postmap("-q", four), "OK\n")
        self.assertEqual(host.postmap("-q", six), "OK\n")
        self.assertEqual(host.postmap("-q", "192.0.2.78", check=False), "")
        self.assertEqual(host.records(), of_lease(four) | of_lease(six))

    @on_each_host
    def test_we_read_postmaps(self, host):
        write(host, THEIRS, TEXT)
        for label, options, nuls in CONVENTIONS:
            with self.subTest(label):
                host.postmap(*options, path=THEIRS)
                self.assertEqual(self.nuls_of_theirs(host), nuls * len(TEXT))
                listed = host.sapdb("-m", host.kind.of_ours(THEIRS), "list")
                self.assertCountEqual(listed.splitlines(), as_text(TEXT).splitlines())
                host.run("rm", host.kind.file(THEIRS))

    @on_each_host
    def test_we_write_as_postmap_did(self, host):
        write(host, THEIRS, TEXT)
        for label, options, nuls in CONVENTIONS:
            with self.subTest(label):
                host.postmap(*options, path=THEIRS)
                host.sapdb("-m", host.kind.of_ours(THEIRS), "insert", "192.0.2.9", "OK")
                self.assertEqual(self.nuls_of_theirs(host), nuls * (len(TEXT) + 1))
                self.assertEqual(host.postmap("-q", "192.0.2.9", path=THEIRS), "OK\n")
                host.run("rm", host.kind.file(THEIRS))

    def nuls_of_theirs(self, host: PostfixHost) -> int:
        """How many there are in its keys and values."""
        return host.run(*host.kind.dump, host.kind.file(THEIRS)).stdout.count(r"\00")

    @on_each_host
    def test_postmap_i_and_d_beside_ours(self, host):
        first, second = "192.0.2.79", "192.0.2.80"
        log_in(host, first)
        host.postmap("-i", stdin=as_text(HIS))
        self.assertEqual(host.records(), of_lease(first) | HIS)
        log_in(host, second)
        self.assertEqual(host.records(), of_lease(first) | of_lease(second) | HIS)
        host.postmap("-d", *HIS)
        host.sapdb("revoke", first)
        self.assertEqual(host.records(), of_lease(second))

    @on_each_host
    def test_a_rebuild_is_healed(self, host):
        address = "192.0.2.81"
        log_in(host, address)
        write(host, host.RELAY, TEXT)
        host.postmap()
        self.assertEqual(host.records(), TEXT)
        host.run_expire()
        self.assertEqual(host.records(), of_lease(address) | TEXT)
        self.assertEqual(host.client.relay_reply(source=address).code, 250)

    @on_each_host
    def test_a_dump_fed_back_is_ours_still(self, host):
        """postmap makes the keys lower case: the markers' too."""
        address = "192.0.2.83"
        log_in(host, address)
        write(host, host.RELAY, host.records() | HIS)
        host.postmap()
        self.assertIn(f"sap:{address}", host.records())
        host.sapdb("revoke", address)
        self.assertEqual(host.records(), HIS)

    @on_each_host
    def test_a_refusal_is_respected(self, host):
        address = "192.0.2.82"
        host.postmap("-i", stdin=f"{address} REJECT\n")
        log_in(host, address)
        host.run_expire()
        self.assertFalse(host.has_lease(address))
        self.assertEqual(host.records(), {address: "REJECT"})
        self.assertEqual(host.client.relay_reply(source=address).code, 554)
        lines = host.log(rf"{address}\b.*keeps it shut")
        self.assertEqual(len(lines), 1, host.log(address))

    @on_each_host
    def test_sapdb_insert_and_delete(self, host):
        (key, value), = HIS.items()
        table = host.kind.of_ours(host.RELAY)
        host.sapdb("-m", table, "insert", key, value)
        self.assertEqual(host.postmap("-q", key), f"{value}\n")
        self.assertEqual(host.records(), HIS)
        host.sapdb("-m", table, "delete", key)
        self.assertEqual(host.postmap("-q", key, check=False), "")
