# SPDX-License-Identifier: BSD-2-Clause
"""postmap and sapdb on the same tables, of either type."""

import unittest
from collections.abc import Callable

from .earning import is_logged_once, log_in
from .postfix_host import SUFFIX, TABLE, PostfixHost, booted_postfix, ours

host: PostfixHost


def setUpModule() -> None:
    global host
    host = booted_postfix(unittest.addModuleCleanup)


class Tables(unittest.TestCase):
    def setUp(self):
        self.addCleanup(lambda: self.assertEqual(host.problems(), []))

    def for_each_kind(self, first: int, check: Callable[[str, str], None]) -> None:
        """`check(address, another)`, both of this test alone."""
        for number, kind in zip((first, first + 2), SUFFIX):
            with self.subTest(kind):
                host.use(kind)
                check(f"192.0.2.{number}", f"2001:db8::{number}")
                self.assertEqual(host.problems(), [])

    def test_postmap_reads_ours(self):
        self.for_each_kind(86, self.postmap_reads)

    def postmap_reads(self, address4: str, address6: str) -> None:
        for address in (address4, address6):
            host.sapdb("grant", address)
            self.assertEqual(host.asked(address), "OK")
            self.assertEqual(host.asked(f"SAP:{address}"), "", "folded, it is not found")
        listed = host.sapdb("list", "--all").splitlines()
        self.assertEqual(dict(line.split("\t") for line in listed), host.records())
        self.assertEqual(len(listed), 4)
        for address in (address4, address6):
            host.sapdb("revoke", address)
            self.assertEqual(host.asked(address), "")

    def test_we_read_postmaps(self):
        for kind, suffix in SUFFIX.items():
            for flags, nuls in (("", 2), ("-n", 0), ("-N", 2)):
                with self.subTest(f"{kind} {flags}"):
                    path = f"/root/table.{suffix}"
                    self.read_and_written(kind, path, flags)
                    self.assertEqual(host.nuls(kind, path), 3 * nuls)

    def read_and_written(self, kind: str, path: str, flags: str) -> None:
        """Ours beside postmap's: a reader that has found a key of one convention looks
        for no other from then on."""
        host.shell(f"cd /root; rm -f {path}; printf '198.51.100.7 REJECT go away\\n"
                   f"2001:db8::7 OK\\n' >table; postmap {flags} {kind}:table")
        table = ("-m", f"{kind}:{path}")
        self.assertEqual(host.sapdb(*table, "list", "198.51.100.7", "2001:db8::7"),
                         "198.51.100.7\tREJECT go away\n2001:db8::7\tOK\n")
        host.sapdb(*table, "insert", "192.0.2.7", "OK")
        found = host.run("postmap", "-q", "-", f"{kind}:/root/table", stdin=None,
                         input="2001:db8::7\n192.0.2.7\n198.51.100.7\n").stdout
        self.assertEqual(found, "2001:db8::7\tOK\n192.0.2.7\tOK\n"
                                "198.51.100.7\tREJECT go away\n")

    def test_postmap_i_and_d_beside_ours(self):
        self.for_each_kind(87, self.edited_beside)

    def edited_beside(self, address: str, another: str) -> None:
        host.sapdb("grant", address)
        host.postmap("-i", "198.51.100.7 REJECT")
        his = {"198.51.100.7": "REJECT"}
        self.assertEqual(host.records(), his | ours(address))
        log_in(host, another)
        self.assertEqual(host.records(), his | ours(address) | ours(another))
        host.postmap("-d", address)
        host.run_expire()
        self.assertEqual(host.records(), his | ours(address) | ours(another))
        host.postmap("-d", "198.51.100.7")
        host.sapdb("revoke", address)
        self.assertEqual(host.records(), ours(another))

    def test_a_rebuild_is_healed(self):
        host.shell(f"printf '198.51.100.7 REJECT\\n' >{TABLE}")
        self.addCleanup(host.run, "rm", TABLE)
        self.for_each_kind(90, self.rebuilt)

    def rebuilt(self, address: str, another: str) -> None:
        his = {"198.51.100.7": "REJECT"}
        host.sapdb("grant", address)
        host.run("postmap", host.table)
        self.assertEqual(host.records(), his)
        host.run_expire()
        self.assertEqual(host.records(), his | ours(address))
        host.run("postmap", host.table)
        log_in(host, another)
        self.assertEqual(host.records(), his | ours(address) | ours(another))
        host.sapdb("revoke", "--all")
        self.assertEqual(host.records(), his)
        host.sapdb("delete", "198.51.100.7")

    def test_rebuild_keeps_leases(self):
        self.addCleanup(host.run, "rm", TABLE)
        self.for_each_kind(99, self.rebuilt_by_sapdb)

    def rebuilt_by_sapdb(self, address: str, another: str) -> None:
        host.shell(f"printf '198.51.100.7 REJECT go away\n2001:db8::7 OK\n' >{TABLE}")
        host.sapdb("grant", address)
        host.sapdb("insert", "198.51.100.8", "OK")
        host.sapdb("rebuild", TABLE)
        his = {"198.51.100.7": "REJECT go away", "2001:db8::7": "OK"}
        self.assertEqual(host.records(), his | ours(address))
        self.assertEqual(host.asked("198.51.100.7"), "REJECT go away")
        for mistake, word in (("198.51.100.7 OK", "duplicate"), ("alone", "expected format")):
            host.shell(f"echo '{mistake}' >>{TABLE}")
            done = host.run("sapdb", "rebuild", TABLE, check=False)
            self.assertEqual(done.returncode, 3)
            self.assertRegex(done.stderr, f"^sapdb: postmap: .*{TABLE}\\b.*{word}.*\n$")
            self.assertEqual(host.records(), his | ours(address))
            host.shell(f"sed -i '$d' {TABLE}")
        host.sapdb("revoke", address)
        host.sapdb("delete", *his)

    def test_a_dump_fed_back_is_ours_still(self):
        self.addCleanup(host.run, "rm", TABLE)
        self.for_each_kind(91, self.fed_back)

    def fed_back(self, address: str, another: str) -> None:
        """postmap makes the keys lower case, and so the markers."""
        his = {"198.51.100.7": "REJECT"}
        host.sapdb("grant", address)
        log_in(host, another)
        host.shell(f"postmap -s {host.table} >{TABLE}; echo 198.51.100.7 REJECT >>{TABLE}; "
                   f"postmap {host.table}")
        self.assertIn(f"sap:{address}", host.records())
        host.sapdb("revoke", address)
        self.assertEqual(set(map(str.lower, host.records())),
                         set(map(str.lower, his | ours(another))))
        host.sapdb("revoke", another)
        self.assertEqual(host.records(), his)
        host.sapdb("delete", "198.51.100.7")

    def test_a_refusal_is_respected(self):
        for address, kind in zip(("192.0.2.94", "2001:db8::94"), SUFFIX):
            with self.subTest(kind):
                host.serve(kind)
                host.postmap("-i", f"{address} REJECT")
                log_in(host, address)
                self.assertEqual(host.client.relay_reply(source=address).code, 554)
                self.assertFalse(host.has_lease(address))
                is_logged_once(self, host, f"{address}.* keeps it shut")
                self.assertEqual(host.records(), {address: "REJECT"})
                host.postmap("-d", address)
                log_in(host, address)
                self.assertEqual(host.client.relay_reply(source=address).code, 250)

    def test_sapdb_insert_and_delete(self):
        self.for_each_kind(95, self.inserted_and_deleted)

    def inserted_and_deleted(self, address: str, another: str) -> None:
        host.sapdb("grant", another)
        host.sapdb("insert", address, "550 not you", "198.51.100.7", "OK")
        self.assertEqual(host.asked(address), "550 not you")
        self.assertEqual(host.sapdb("list", address), f"{address}\t550 not you\n")
        host.sapdb("delete", address, "198.51.100.7")
        self.assertEqual(host.asked(address), "")
        refused = host.run("sapdb", "delete", another, check=False)
        self.assertIn("revoke", refused.stderr)
        self.assertEqual(host.records(), ours(another))
