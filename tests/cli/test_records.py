# SPDX-License-Identifier: BSD-2-Clause
"""list, insert and delete: what the tool of 1999 did, and what it did not.

The examples are its README's, on tables that db5.3_load and mdb_load made; after each
test db5.3_verify or mdb_stat accepts the table.
"""

import json
import unittest

from cli import table
from cli.place import Place

RECORDS = {"example.com": "REJECT", "192.0.2.1": "RELAY", "spam@example.net": "550 no spam"}


class Records(unittest.TestCase):
    KIND = "hash"

    def setUp(self):
        self.place = Place()
        self.addCleanup(self.place.close)
        self.place.configure(map=f"{self.KIND}:{self.place.map}")
        self.use(RECORDS)

    def use(self, records):
        self.place.map.unlink(missing_ok=True)
        table.make(self.place.map, records, kind=self.KIND)

    def state_of_file(self) -> tuple[int, int]:
        file = self.place.map.stat()
        return file.st_ino, file.st_mtime_ns

    def tearDown(self):
        self.assertEqual(table.faults(self.place.map), "")

    def run_it(self, *arguments: str, status: int = 0) -> str:
        """stdout, after a look at the exit status and at what stands on stderr."""
        done = self.place.sapdb(*arguments)
        self.assertEqual(done.returncode, status, done)
        self.assertEqual(done.stderr == "", status == 0, done.stderr)
        self.stderr = done.stderr
        return done.stdout

    def stored(self) -> dict[bytes, bytes]:
        return table.records(self.place.map)

    def test_list_all(self):
        for word in ("list", "lst"):
            with self.subTest(word):
                lines = self.run_it(word).splitlines()
                self.assertEqual(dict(line.split("\t") for line in lines), RECORDS)
                self.assertEqual(len(lines), len(RECORDS))

    def test_list_two_keys_in_the_order_asked(self):
        for word in ("list", "lst"):
            with self.subTest(word):
                self.assertEqual(self.run_it(word, "example.com", "192.0.2.1"),
                                 "example.com\tREJECT\n192.0.2.1\tRELAY\n")

    def test_a_missing_key_is_said_and_the_others_are_listed(self):
        out = self.run_it("list", "nobody", "example.com", "none", status=1)
        self.assertEqual(out, "example.com\tREJECT\n")
        self.assertEqual(self.stderr.splitlines(),
                         [f"sapdb: key {key} not found in {self.place.map}"
                          for key in ("nobody", "none")])

    def test_insert_two_pairs(self):
        for word in ("insert", "ins", "add"):
            with self.subTest(word):
                self.use(RECORDS)
                two = {"203.0.113.1": "RELAY", "example.org": "ERROR:5.7.1:550 no"}
                self.run_it(word, *(text for pair in two.items() for text in pair))
                want = RECORDS | two
                self.assertEqual(self.stored(), {
                    key.encode(): value.encode() for key, value in want.items()})

    def test_insert_replaces(self):
        self.run_it("insert", "example.com", "OK")
        self.assertEqual(self.stored()[b"example.com"], b"OK")
        self.assertEqual(len(self.stored()), len(RECORDS))

    def test_insert_of_what_is_there_changes_no_file(self):
        self.run_it("insert", "192.0.2.9", "OK")
        before = self.state_of_file()
        self.run_it("insert", "example.com", "REJECT")
        self.assertEqual(self.state_of_file(), before)

    def test_insert_takes_odd_text(self):
        pairs = {"a b": "c\td", "é": "ü", "x" * 511: "y" * 3000, "-dash": "-v", "empty": ""}
        for key, value in pairs.items():
            with self.subTest(key[:20]):
                self.run_it("insert", key, value)
                self.assertEqual(self.stored()[key.encode()], value.encode())

    def test_a_double_dash_ends_the_options(self):
        """As everywhere: it is no key."""
        self.run_it("insert", "--", "-a", "b")
        self.run_it("list", "--", "-a")
        self.run_it("delete", "--", "-a")
        self.assertEqual(len(self.stored()), len(RECORDS))

    def test_insert_all_or_none(self):
        for label, arguments in (("no value", ("a", "1", "b")), ("empty key", ("a", "1", "", "2")),
                                 ("long key", ("a", "1", "k" * 512, "2")),
                                 ("marker", ("a", "1", "SAP:192.0.2.1", "x")),
                                 ("folded marker", ("a", "1", "sap:192.0.2.1", "x")),
                                 ("nothing", ())):
            with self.subTest(label):
                self.assertEqual(self.run_it("insert", *arguments, status=2), "")
                self.assertEqual(self.stderr.count("\n"), 1)
                self.assertNotIn(b"a", self.stored())

    def test_delete_one(self):
        for word in ("delete", "del"):
            with self.subTest(word):
                self.use(RECORDS)
                self.run_it(word, "example.com")
                self.assertNotIn(b"example.com", self.stored())
                self.assertEqual(len(self.stored()), len(RECORDS) - 1)

    def test_delete_of_a_missing_key_deletes_the_others(self):
        self.run_it("delete", "nobody", "example.com", status=1)
        self.assertEqual(self.stderr, f"sapdb: key nobody not found in {self.place.map}\n")
        self.assertNotIn(b"example.com", self.stored())

    def test_delete_of_a_missing_key_alone_changes_no_file(self):
        before = self.state_of_file()
        self.run_it("delete", "nobody", status=1)
        self.assertEqual(self.state_of_file(), before)

    def test_to_empty_and_back(self):
        self.run_it("delete", *RECORDS)
        self.assertEqual(self.stored(), {})
        self.assertEqual(self.run_it("list"), "")
        self.run_it("insert", "a", "b")
        self.assertEqual(self.run_it("list"), "a\tb\n")

    def test_owner_and_mode_are_kept(self):
        self.place.map.chmod(0o604)
        self.run_it("insert", "a", "b")
        self.assertEqual(self.place.map.stat().st_mode & 0o777, 0o604)

    def test_json(self):
        found = [json.loads(line) for line in self.run_it("--json", "list").splitlines()]
        self.assertEqual({one["key"]: one["value"] for one in found}, RECORDS)

    def test_a_source_beside_the_table_is_warned_of(self):
        source = self.place.map.with_suffix("")
        source.write_text("example.com REJECT\n")
        done = self.place.sapdb("insert", "a", "b")
        self.assertEqual(done.returncode, 0)
        self.assertIn(f"is compiled from {source}", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)


class LmdbRecords(Records):
    KIND = "lmdb"

    def test_the_file_is_never_another_one(self):
        """Who has it open for his lifetime, as smtpd, must see what is changed."""
        before = self.place.inode()
        self.run_it("insert", "a", "b")
        self.run_it("delete", "example.com")
        self.assertEqual(self.place.inode(), before)
        self.assertEqual(self.place.beside(), [])

    def test_postmaps_source_is_warned_of(self):
        path = table.make(self.place.root / "relay.lmdb", RECORDS, kind="lmdb")
        path.with_suffix("").write_text("example.com REJECT\n")
        done = self.place.sapdb("-m", f"lmdb:{path}", "insert", "a", "b")
        self.assertIn(f"is compiled from {path.with_suffix('')}", done.stderr)

    def test_a_table_with_nuls(self):
        path = table.make(self.place.root / "nul.lmdb", {"b": "1", "c": "2"}, kind="lmdb", nul=True)
        done = self.place.sapdb("-m", f"lmdb:{path}", "insert", "a", "0", "b", "9")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.place.sapdb("-m", f"lmdb:{path}", "delete", "c").returncode, 0)
        self.assertEqual(table.records(path), {b"a\0": b"0\0", b"b\0": b"9\0"})
        self.assertEqual(self.place.sapdb("-m", f"lmdb:{path}", "list").stdout, "a\t0\nb\t9\n")

    def test_the_form_of_a_new_table_is_that_of_the_mail_server(self):
        for mta, want in (("sendmail", {b"a": b"b"}), ("postfix", {b"a\0": b"b\0"})):
            with self.subTest(mta):
                path = table.make(self.place.root / f"{mta}.lmdb", {}, kind="lmdb")
                self.place.configure(mta=mta)
                self.place.sapdb("-m", f"lmdb:{path}", "insert", "a", "b")
                self.assertEqual(table.records(path), want)

    def test_a_lease_from_its_grant_to_its_end(self):
        self.place.configure(mta="postfix")
        self.run_it("grant", "192.0.2.7")
        self.assertEqual(self.stored()[b"192.0.2.7"], b"OK")
        self.assertIn("may relay", self.run_it("status", "192.0.2.7"))
        self.run_it("revoke", "192.0.2.7")
        self.assertEqual(set(self.stored()), {key.encode() for key in RECORDS})


class OtherTables(unittest.TestCase):
    """-m: any table, such as aliases.db, whose keys and values end in a NUL."""

    def setUp(self):
        self.place = Place()
        self.addCleanup(self.place.close)
        self.aliases = table.make(self.place.map.with_name("aliases.db"),
                                  {"root": "horn", "postmaster": "root"}, nul=True)

    def tearDown(self):
        self.assertEqual(table.faults(self.aliases), "")

    def sapdb(self, *arguments: str):
        return self.place.sapdb("-m", str(self.aliases), *arguments)

    def test_aliases_are_listed_without_the_nul(self):
        self.assertEqual(sorted(self.sapdb("list").stdout.splitlines()),
                         ["postmaster\troot", "root\thorn"])
        self.assertEqual(self.sapdb("list", "root").stdout, "root\thorn\n")

    def test_what_is_inserted_has_the_nul_too(self):
        self.assertEqual(self.sapdb("insert", "abuse", "root", "root", "maria").returncode, 0)
        self.assertEqual(table.records(self.aliases), {
            b"root\0": b"maria\0", b"postmaster\0": b"root\0", b"abuse\0": b"root\0"})

    def test_what_is_deleted_is_gone(self):
        self.assertEqual(self.sapdb("delete", "root").returncode, 0)
        self.assertEqual(table.records(self.aliases), {b"postmaster\0": b"root\0"})

    def test_the_form_of_a_new_table_is_that_of_the_mail_server(self):
        for mta, want in (("sendmail", {b"a": b"b"}), ("postfix", {b"a\0": b"b\0"})):
            with self.subTest(mta):
                path = table.make(self.place.root / f"{mta}.db", {})
                self.place.configure(mta=mta)
                self.place.sapdb("-m", str(path), "insert", "a", "b")
                self.assertEqual(table.records(path), want)

    def test_btree(self):
        path = table.make(self.place.root / "b.db", {"a": "1", "c": "3"}, kind="btree")
        self.place.sapdb("-m", f"btree:{path}", "insert", "b", "2")
        self.assertEqual(self.place.sapdb("-m", f"btree:{path}", "list").stdout,
                         "a\t1\nb\t2\nc\t3\n")
        self.assertEqual(table.faults(path), "")

    def test_binary_keys_are_escaped(self):
        path = table.make(self.place.root / "bin.db",
                          {b"\x1b[2J\n": b"\xff\\\x00x", b"nul\0in": b"ok"})
        done = self.place.sapdb("-m", str(path), "list")
        self.assertEqual(sorted(done.stdout.splitlines()),
                         ["nul\\x00in\tok", "\\x1b[2J\\x0a\t\\xff\\\\\\x00x"][::-1])
        for line in self.place.sapdb("-m", str(path), "--json", "list").stdout.splitlines():
            self.assertIn("key", json.loads(line))

    def test_a_table_with_duplicates_gets_one_value(self):
        path = table.make(self.place.root / "dup.db", {"a": "1"}, options=("duplicates=1",))
        self.place.sapdb("-m", str(path), "insert", "a", "2")
        self.assertEqual(self.place.sapdb("-m", str(path), "list").stdout, "a\t2\n")

    def test_the_other_table_is_no_business_of_the_leases(self):
        self.place.add_lease("pending", "192.0.2.7")
        self.sapdb("insert", "x", "y")
        self.assertEqual(self.place.where("192.0.2.7"), "pending")
        self.assertNotIn(b"192.0.2.7\0", table.records(self.aliases))

    def test_m_is_for_the_three(self):
        for command in ("status", "grant", "revoke", "expire", "commit"):
            with self.subTest(command):
                done = self.sapdb(command)
                self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))


if __name__ == "__main__":
    unittest.main()
