# SPDX-License-Identifier: BSD-2-Clause
"""What each file that is no table of ours is said to be.

"Invalid argument" helps nobody: sapdb names what it found and the cure, in one line,
ends with 3 and leaves the file alone. The odd files are real ones where the tools to
make them are here.
"""

import os
import sqlite3
import struct
import subprocess
import unittest
from pathlib import Path

from cli import table
from cli.place import Place

HASH_MAGIC, BTREE_MAGIC, LMDB_MAGIC = 0x061561, 0x053162, 0xBEEFC0DE
PAIRS = {"192.0.2.1": "RELAY", "b": "c"}


def cdb_hash(key: bytes) -> int:
    value = 5381
    for byte in key:
        value = ((value << 5) + value ^ byte) & 0xFFFFFFFF
    return value


def make_cdb(path: Path) -> None:
    """As tinycdb's cdb -c would."""
    body, position, slots = b"", 2048, [[] for _ in range(256)]
    for key, value in PAIRS.items():
        record = struct.pack("<II", len(key), len(value)) + key.encode() + value.encode()
        digest = cdb_hash(key.encode())
        slots[digest & 255].append((digest, position))
        body, position = body + record, position + len(record)
    head = tail = b""
    for entries in slots:
        head += struct.pack("<II", position, len(entries) * 2)
        table_of = [(0, 0)] * (len(entries) * 2)
        for digest, where in entries:
            table_of[(digest >> 8) % len(table_of)] = (digest, where)
        tail += b"".join(struct.pack("<II", *pair) for pair in table_of)
        position += 8 * len(table_of)
    path.write_bytes(head + body + tail)


def make_old_hash(path: Path, order: str = "<") -> None:
    """The head of a Berkeley DB 1.85 hash: magic and version stand first."""
    words = (HASH_MAGIC, 2, 1234, 256, 8, 4096, 12, 256, 0, 0, 0, 0, 0, 0)
    path.write_bytes(struct.pack(f"{order}{len(words)}I", *words).ljust(8192, b"\0"))


def make_old_btree(path: Path) -> None:
    path.write_bytes(struct.pack("<6I", BTREE_MAGIC, 3, 4096, 0, 0, 0).ljust(8192, b"\0"))


def make_lmdb(path: Path) -> None:
    path.write_bytes(struct.pack("<4I2I", 0, 0, 0x80000, 0, LMDB_MAGIC, 1).ljust(8192, b"\0"))


def make_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE access (key TEXT, value TEXT)")
    connection.close()


def make_other_version(path: Path) -> None:
    table.make(path, PAIRS)
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, 16, 8)
    path.write_bytes(content)


def make_queue(path: Path) -> None:
    text = ("VERSION=3\nformat=bytevalue\ntype=queue\nre_len=4\nkeys=1\nHEADER=END\n"
            " 31\n 61626364\nDATA=END\n")
    subprocess.run(["db5.3_load", str(path)], input=text, text=True, check=True)


def make_recno(path: Path) -> None:
    text = "VERSION=3\nformat=bytevalue\ntype=recno\nkeys=1\nHEADER=END\n 31\n 61\nDATA=END\n"
    subprocess.run(["db5.3_load", str(path)], input=text, text=True, check=True)


def make_symlink(path: Path) -> None:
    path.symlink_to(table.make(path.with_name("real.db"), PAIRS))


FILES = (
    ("a hash of Berkeley DB 1.85", make_old_hash, "a Berkeley DB 1.85 table"),
    ("the same of another byte order", lambda path: make_old_hash(path, ">"),
     "a Berkeley DB 1.85 table"),
    ("a btree of Berkeley DB 1.85", make_old_btree, "a Berkeley DB 1.85 table"),
    ("a cdb", make_cdb, "a cdb table"),
    ("a text", lambda path: path.write_text("192.0.2.1\tRELAY\n"), "a text file"),
    ("a long text", lambda path: path.write_text("é 192.0.2.1\tRELAY\n" * 500), "a text file"),
    ("an empty file", lambda path: path.write_bytes(b""), "an empty file"),
    ("another byte order", lambda path: table.make(path, PAIRS, options=("db_lorder=4321",)),
     "a machine with another byte order"),
    ("a btree", lambda path: table.make(path, PAIRS, kind="btree"),
     "a btree table: name it btree:"),
    ("a newer or older format", make_other_version, "another format version"),
    ("a queue", make_queue, "a Berkeley DB queue or heap"),
    ("LMDB", make_lmdb, "an LMDB table: name it lmdb:"),
    ("SQLite", make_sqlite, "an SQLite database"),
    ("rubbish", lambda path: path.write_bytes(bytes(range(256)) * 16), "no table that is known"),
    ("a few bytes", lambda path: path.write_bytes(b"\x01\x02\x03"), "no table that is known"),
    ("a symbolic link", make_symlink, "a symbolic link; name the table itself"),
    ("a folder", lambda path: path.mkdir(), "no regular file"),
    ("a FIFO", os.mkfifo, "no regular file"),
    ("nothing", lambda path: None, "No such file or directory"),
)


class Formats(unittest.TestCase):
    def setUp(self):
        self.place = Place()
        self.addCleanup(self.place.close)
        self.path = self.place.map

    def refuse(self, *arguments: str) -> str:
        done = self.place.sapdb(*arguments)
        self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(str(self.path), done.stderr)
        return done.stderr

    def content(self):
        return self.path.read_bytes() if self.path.is_file() else None

    def test_what_it_is(self):
        self.name_each("hash", FILES)

    def test_what_it_is_under_the_name_of_lmdb(self):
        self.name_each("lmdb", (*(row for row in FILES if row[0] not in ("LMDB", "nothing")),
                                ("a hash", lambda path: table.make(path, PAIRS),
                                 "a hash table: name it hash:"),
                                ("half a table of LMDB", make_lmdb, "is damaged: ")))

    def name_each(self, kind: str, files):
        commands = (("list",), ("list", "b"), ("insert", "x", "y"), ("delete", "b"),
                    ("status", "192.0.2.1"))
        self.place.prepare()
        for number, (label, make, want) in enumerate(files):
            self.path = self.place.map.with_name(f"odd{number}.db")
            self.place.configure(map=f"{kind}:{self.path}")
            make(self.path)
            before = self.content()
            for command in commands:
                with self.subTest(label, command=command[0]):
                    self.assertIn(want, self.refuse(*command))
                    self.assertEqual(self.content(), before)
        self.assertEqual([name for name in os.listdir(self.path.parent)
                          if name.startswith(".")], [], "temporary files")

    def test_a_hash_named_as_btree(self):
        self.path = table.make(self.place.map, PAIRS)
        self.place.configure(map=f"btree:{self.path}")
        self.assertIn("a hash table: name it hash:", self.refuse("list"))

    def test_a_recno_named_as_btree_is_refused(self):
        """Its head is a btree's; libdb tells the difference."""
        make_recno(self.place.map)
        self.place.configure(map=f"btree:{self.path}")
        self.refuse("list")

    def test_a_table_cut_off_is_refused_or_read_but_never_taken(self):
        """libdb may see it or not; nothing of it may be put in the map's place."""
        whole = table.make(self.place.map, {f"k{i}": "v" * 50 for i in range(400)}).read_bytes()
        for size in (100, 512, 4096, 8192, len(whole) // 2, len(whole) - 4096):
            with self.subTest(size):
                self.path.write_bytes(whole[:size])
                done = self.place.sapdb("list")
                self.assertIn(done.returncode, (0, 3))
                self.assertEqual(done.stderr == "", done.returncode == 0)

    def test_a_table_of_lmdb_cut_off_is_refused_or_read_and_never_crashes(self):
        """libmdb alone ends by SIGBUS or SIGSEGV on most of these."""
        records = {f"k{i}": "v" * 50 for i in range(400)}
        whole = table.make(self.place.map, records, kind="lmdb").read_bytes()
        self.place.configure(map=f"lmdb:{self.place.map}")
        for size in (100, 4096, 4200, 8192, 12288, len(whole) // 2, len(whole) - 4096):
            for command in (("list",), ("insert", "x", "y"), ("status", "192.0.2.1")):
                with self.subTest(size, command=command[0]):
                    self.path.write_bytes(whole[:size])
                    self.assertIn("is damaged" if size > 20 else "", self.refuse(*command))
                    self.assertEqual(self.content(), whole[:size])

    def test_the_last_word_is_a_cure(self):
        for make, cure in ((make_old_hash, "rebuild it from its text with makemap"),
                           (lambda path: path.write_bytes(b""), "makemap or postmap, or remove it"),
                           (lambda path: path.write_text("a b"), "the table made of it")):
            make(self.path)
            with self.subTest(cure):
                self.assertIn(cure, self.refuse("list"))


if __name__ == "__main__":
    unittest.main()
