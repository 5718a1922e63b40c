# SPDX-License-Identifier: BSD-2-Clause
"""rebuild: the text's records, the live leases, and nothing else; or all as it was."""

import fcntl
import json
import os
import stat
import subprocess
import unittest

from cli import compilers, table
from cli.place import Place

CLIENT, OTHER = "192.0.2.7", "192.0.2.8"
TEXT = {"example.com": "REJECT", "198.51.100": "ERROR:550 go away", "192.0.2.50": "RELAY"}
# label, the compiler's script, what is said of it
BROKEN = (
    ("a mistake in the text", 'echo "makemap: $2: line 3: key x: duplicate key" >&2; exit 65',
     "makemap: {text}: line 3: key x: duplicate key; the table stays as it was"),
    ("a mistake that it passes over", 'echo "warning: $2.db: duplicate entry: x" >&2; '
     'echo x | db5.3_load -T -t hash "$2.db"', "warning: {text}: duplicate entry: x; the table"),
    ("silence", "exit 3", "{program} ended with status 3; the table stays as it was"),
    ("killed", "kill -9 $$", "{program} ended with status 137"),
    ("no table at all", "exit 0", "cannot open the table {state}/rebuild/table.db: No such"),
    ("no table, but a text", 'echo hello >"$2.db"', "{state}/rebuild/table.db"),
    ("another type", 'printf "a\\nb\\n" | db5.3_load -T -t btree "$2.db"', "btree"),
    ("the text changes meanwhile", 'echo z y >>{text}; printf "a\\nb\\n" | '
     'db5.3_load -T -t hash "$2.db"', "{text} was changed while it was read"),
)


class Rebuild(unittest.TestCase):
    KIND, COMPILER = "hash", "makemap"

    def setUp(self):
        self.place = Place()
        self.addCleanup(self.place.close)
        self.place.configure(map=f"{self.KIND}:{self.place.map}")
        self.text = self.place.root / "access"
        self.program = getattr(compilers, self.COMPILER)(self.place.root)
        self.write(TEXT)
        self.rebuild()
        self.place.sapdb("grant", CLIENT, "--user", "horn")

    def tearDown(self):
        self.assertEqual(table.faults(self.place.map), "")
        self.assertEqual(self.place.beside(), [])
        self.assertEqual(os.listdir(self.place.state / "rebuild"), [])

    def write(self, records: dict[str, str]) -> None:
        self.text.write_text("".join(f"{key}\t{value}\n" for key, value in records.items()))

    def rebuild(self, *options: str, general: tuple[str, ...] = (), status: int = 0) -> str:
        done = self.place.sapdb(*general, "rebuild", f"--{self.COMPILER}={self.program}",
                                *options, str(self.text))
        self.assertEqual((done.returncode, done.stderr == ""), (status, status == 0), done)
        self.stderr = done.stderr
        return done.stdout

    def statics(self) -> dict[str, str]:
        found = table.statics(self.place.map)
        return {key.decode(): value.decode() for key, value in found.items()}

    def summary(self, *numbers: int) -> str:
        return (f"{self.place.map} from {self.text}: records {{}}, added {{}}, changed {{}}, "
                "removed {}, leases {}\n").format(*numbers)

    def test_the_text_and_the_leases(self):
        """label, text, what is said: records, added, changed, removed, leases"""
        cases = (
            ("the same", TEXT, (3, 0, 0, 0, 1)),
            ("one more", TEXT | {"new.example": "OK"}, (4, 1, 0, 0, 1)),
            ("another value", TEXT | {"example.com": "OK"}, (3, 0, 1, 1, 1)),
            ("fewer", {"192.0.2.50": "RELAY"}, (1, 0, 0, 2, 1)),
            ("none", {}, (0, 0, 0, 1, 1)),
            ("all", TEXT, (3, 3, 0, 0, 1)),
        )
        for label, text, numbers in cases:
            with self.subTest(label):
                self.write(text)
                said = self.rebuild()
                self.assertEqual(said, "rebuilt " + self.summary(*numbers))
                self.assertEqual(self.statics(), text)
                self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_what_was_inserted_alone_is_gone(self):
        self.place.sapdb("insert", "by.hand", "OK")
        self.assertIn(" removed 1,", self.rebuild())
        self.assertEqual(self.statics(), TEXT)

    def test_many_come_and_go(self):
        many = {f"host{n}.example": f"550 {n}" for n in range(3000)}
        for text in (many, TEXT, many | TEXT):
            self.write(text)
            self.rebuild()
            self.assertEqual(self.statics(), text)
            self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_a_dry_run_says_it_and_does_nothing(self):
        self.place.sapdb("insert", "by.hand", "OK")
        before = self.place.map.stat()
        self.write({"example.com": "OK", "new.example": "REJECT", "192.0.2.50": "RELAY"})
        lines = self.rebuild("--dry-run").splitlines(keepends=True)
        self.assertEqual(sorted(lines[:-1]), [
            "+ example.com\tOK\n", "+ new.example\tREJECT\n",
            "- 198.51.100\tERROR:550 go away\n", "- by.hand\tOK\n", "- example.com\tREJECT\n"])
        self.assertEqual(lines[-1], "would rebuild " + self.summary(3, 1, 1, 2, 1))
        self.assertEqual(self.place.map.stat(), before)

    def test_json(self):
        self.write({"example.com": "OK", "new.example": "REJECT"})
        said = [json.loads(line) for line in self.rebuild("-n", general=("-j",)).splitlines()]
        self.assertEqual(sorted(said[:-1], key=str), sorted([
            {"key": "example.com", "was": "REJECT", "value": "OK"},
            {"key": "new.example", "was": None, "value": "REJECT"},
            {"key": "198.51.100", "was": "ERROR:550 go away", "value": None},
            {"key": "192.0.2.50", "was": "RELAY", "value": None}], key=str))
        result = {"rebuilt": str(self.place.map), "text": str(self.text), "dry_run": True,
                  "records": 2, "added": 1, "changed": 1, "removed": 2, "leases": 1}
        self.assertEqual(said[-1], result)
        done = json.loads(self.rebuild(general=("-j",)))
        self.assertEqual(done, result | {"dry_run": False})

    def test_his_word_about_a_client_ends_the_lease(self):
        """label, record of the text, what is said"""
        for label, key, value, said in (
                ("refused", CLIENT, "REJECT", f"refused {CLIENT}"),
                ("refused by its network", "192.0.2", "REJECT", f"refused {CLIENT}"),
                ("granted", CLIENT, "RELAY", f"no lease for {CLIENT}")):
            with self.subTest(label):
                self.write(TEXT | {key: value})
                self.assertIn(said, self.rebuild())
                self.assertEqual(self.statics(), TEXT | {key: value})
                self.assertEqual(self.place.where(CLIENT), "settled")
                self.write(TEXT)
                self.rebuild()
                self.place.sapdb("grant", CLIENT)
                self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_what_waits_is_opened(self):
        self.place.add_lease("pending", OTHER)
        self.assertIn(f"inserted {OTHER}", self.rebuild())
        self.assertEqual(table.opened(self.place.map), {CLIENT, OTHER})

    def test_a_dump_as_text_makes_no_lease_last(self):
        """makemap folds the markers."""
        dump = {key.decode().lower(): value.decode()
                for key, value in table.records(self.place.map).items()}
        self.place.sapdb("grant", OTHER)
        self.write(dump | {OTHER: "RELAY", f"sap:{OTHER}": f"DUNNO pam_sap {OTHER} RELAY"})
        self.rebuild()
        self.assertEqual(table.opened(self.place.map), {CLIENT, OTHER})
        self.place.sapdb("revoke", "--all")
        self.assertEqual({key.decode(): value.decode() for key, value
                          in table.records(self.place.map).items()}, TEXT)

    def test_the_table_is_newer_than_the_text(self):
        self.place.date(self.place.map, 7200)
        self.rebuild()
        self.assertGreaterEqual(self.place.map.stat().st_mtime_ns, self.text.stat().st_mtime_ns)

    def test_owner_and_mode_stay(self):
        self.place.map.chmod(0o604)
        if os.geteuid() == 0:
            os.chown(self.place.map, 8, 12)
        before = self.place.map.stat()
        self.write({})
        self.rebuild()
        after = self.place.map.stat()
        self.assertEqual((before.st_mode, before.st_uid, before.st_gid),
                         (after.st_mode, after.st_uid, after.st_gid))

    def test_a_new_table_is_the_folders(self):
        folder = self.place.map.parent
        if os.geteuid() == 0:
            os.chown(folder, 8, 12)
        for mta, mode in (("sendmail", 0o640), ("postfix", 0o644)):
            with self.subTest(mta):
                self.place.configure(mta=mta)
                self.place.map.unlink()
                self.rebuild()
                made = self.place.map.stat()
                self.assertEqual((made.st_uid, made.st_gid, stat.S_IMODE(made.st_mode)),
                                 (folder.stat().st_uid, folder.stat().st_gid, mode))
                shown = self.place.sapdb("list").stdout
                self.assertEqual(all(f"{key}\t{value}\n" in shown
                                     for key, value in TEXT.items()), True, shown)

    def test_what_a_killed_one_left_goes(self):
        (self.place.state / "rebuild/table.db").write_text("half of it")
        self.rebuild()

    def test_another_table(self):
        other = self.place.map.with_name("virtual.db")
        self.rebuild(general=("-m", f"{self.KIND}:{other}"))
        self.assertEqual(table.records(other), {key.encode(): value.encode()
                                                for key, value in TEXT.items()})
        self.write({"a.example": "b"})
        self.rebuild(general=("-m", f"{self.KIND}:{other}"))
        self.assertEqual(table.records(other), {b"a.example": b"b"})
        self.assertEqual(table.opened(self.place.map), {CLIENT})
        other.unlink()

    def test_the_text_of_another_table_is_refused(self):
        """A forgotten -m: whether that table is there or not."""
        for name in ("virtusertable", "access2", "acces", "access.new"):
            with self.subTest(name):
                self.text = self.place.root / name
                self.write({"a": "b"})
                self.rebuild(status=2)
                self.assertIn(f"{name} is not the text of {self.place.map} by its name: name its "
                              "table by -m", self.stderr)
                self.assertEqual(self.statics(), TEXT)

    def test_what_cannot_be_compiled(self):
        missing = self.place.root / "missing"
        for label, text, program, said in (
                ("no text", missing, self.program, f"cannot read the text {missing}"),
                ("a folder", self.place.root, self.program, "is no regular file"),
                ("no program", self.text, missing, f"the program {missing} is not installed")):
            with self.subTest(label):
                before = self.place.map.stat()
                done = self.place.sapdb("rebuild", f"--{self.COMPILER}={program}", str(text))
                self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1), done)
                self.assertIn(said, done.stderr)
                self.assertEqual(self.place.map.stat(), before)


class Lmdb(Rebuild):
    KIND, COMPILER = "lmdb", "postmap"

    def test_makemap_makes_none(self):
        done = self.place.sapdb("rebuild", str(self.text))
        self.assertEqual((done.returncode, done.stderr),
                         (3, "sapdb: makemap makes no LMDB table: say --postmap\n"))


class Btree(Rebuild):
    KIND = "btree"


class Hash(Rebuild):
    def test_a_compiler_that_fails_leaves_all_as_it_was(self):
        for label, script, said in BROKEN:
            with self.subTest(label):
                before = self.place.map.stat()
                program = self.place.root / "broken"
                program.write_text(f"#!/bin/sh\n{script.replace('{text}', str(self.text))}\n")
                program.chmod(0o755)
                done = self.place.sapdb("rebuild", f"-M{program}", str(self.text))
                self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1), done)
                self.assertIn(said.format(text=self.text, program=program,
                                          state=self.place.state), done.stderr)
                self.assertEqual(self.place.map.stat(), before)

    def test_a_word_with_the_texts_name_in_it_is_no_mistake_of_the_text(self):
        """Its name alone, as one gives it who stands in its folder."""
        program = self.place.root / "chatty"
        program.write_text("#!/bin/sh\necho 'warning: smtpd_client_access=x' >&2\n"
                           f'exec {self.program} "$@"\n')
        program.chmod(0o755)
        done = subprocess.run([*self.command(), f"-M{program}", "access"], cwd=self.place.root,
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr),
                         (0, "sapdb: warning: smtpd_client_access=x\n"))

    def test_which_compiler(self):
        self.place.configure(mta="exim")
        done = self.place.sapdb("rebuild", str(self.text))
        self.assertEqual((done.returncode, "--makemap or --postmap" in done.stderr), (3, True))
        done = self.place.sapdb("rebuild", "-M", "-P", str(self.text))
        self.assertEqual((done.returncode, "one of the two" in done.stderr), (2, True))

    def test_a_makemap_in_place_is_waited_for(self):
        with self.place.map.open("rb+") as theirs:
            fcntl.flock(theirs, fcntl.LOCK_EX)
            self.write(TEXT | {"new.example": "OK"})
            waiting = subprocess.Popen(
                [*self.command(), f"-M{self.program}", str(self.text)],
                stdout=subprocess.PIPE, text=True)
            with self.assertRaises(subprocess.TimeoutExpired):
                waiting.wait(0.5)
            self.assertEqual(self.statics(), TEXT)
        self.assertIn("added 1,", waiting.communicate(timeout=60)[0])
        self.assertEqual(self.statics(), TEXT | {"new.example": "OK"})
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    def command(self) -> list[str]:
        return [str(self.place.sapdb_path), "-c", str(self.place.conf), "rebuild"]

    def test_two_at_once_take_turns(self):
        slow = self.place.root / "slow"
        slow.write_text(f'#!/bin/sh\ntouch {self.place.root}/begun\nsleep 0.3\n'
                        f'exec {self.program} "$@"\n')
        slow.chmod(0o755)

        first = subprocess.Popen([*self.command(), f"-M{slow}", str(self.text)],
                                 stdout=subprocess.DEVNULL)
        self.rebuild()
        self.assertEqual(first.wait(60), 0)
        self.assertEqual(self.statics(), TEXT)


del Rebuild

if __name__ == "__main__":
    unittest.main()
