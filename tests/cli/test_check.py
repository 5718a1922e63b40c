# SPDX-License-Identifier: BSD-2-Clause
"""sapdb check where no host has to be booted: what it prints, its exit status, and what it
says of settings, state, leases and table. The whole way is mailhost/test_check.

This machine may have daemons of its own: only what is about the test's place counts.
"""

import concurrent.futures
import itertools
import json
import os
import stat
import time
import unittest
from pathlib import Path

from cli import table
from cli.place import NOBODY
from cli.test_leases import CLIENT, OTHER, Leases

MEMBERS = {"id", "severity", "what", "why", "mend", "where"}
SEVERITIES = ("error", "warning", "note")
# Of this machine, not of the place.
ELSEWHERE = ("pam-", "dovecot-", "saslauthd-", "cyrus-", "timer-", "path-", "expire-", "commit-",
             "boot-", "unit-", "mta-", "sendmail-", "postfix-", "exim-", "no-")
COLUMNS = 80
BUSY_SECONDS = 5.0


@unittest.skipUnless(os.geteuid() == 0, "skipped: sapdb check needs root")
class Check(Leases):
    def setUp(self):
        super().setUp()
        self.place.configure(expiry_watch="10min")
        self.run_it("expire")
        self.grant(CLIENT)

    def tearDown(self):
        """Some leave no table behind."""

    def objects(self) -> list[dict]:
        done = self.place.sapdb("--json", "check")
        found = [json.loads(line) for line in done.stdout.splitlines()]
        counting = [one for one in found if one["severity"] != "note"]
        self.assertEqual(done.returncode, 1 if counting else 0, done)
        return [one for one in found if not one["id"].startswith(ELSEWHERE)]

    def ids(self) -> list[str]:
        return [one["id"] for one in self.objects()]

    def records(self, **changes: str | None) -> None:
        """Another table, as if makemap had made it: with these records, or without."""
        found = {key.decode(): value.decode()
                 for key, value in table.records(self.place.map).items()}
        found |= changes
        self.place.map.unlink()
        table.make(self.place.map, {key: value for key, value in found.items() if value})

    def test_nothing(self):
        self.assertEqual(self.ids(), [])

    def test_nothing_is_changed(self):
        self.records(**{CLIENT: None, f"SAP:{OTHER}": f"DUNNO pam_sap {OTHER} RELAY"})
        (self.place.state / "pending/junk").write_text("x")
        before = self.look()
        self.assertEqual(self.place.sapdb("check").returncode, 1)
        self.assertEqual(self.look(), before)

    def look(self) -> dict[Path, tuple]:
        """All that a change would change, access times apart."""
        found = {}
        for path in (self.place.root, *self.place.root.rglob("*")):
            its = path.lstat()
            found[path] = (its.st_ino, its.st_mode, its.st_uid, its.st_size, its.st_mtime_ns,
                           its.st_ctime_ns)
        return found

    def test_an_object_has_all_members(self):
        self.place.conf.chmod(0o666)
        found = self.objects()
        self.assertEqual([one["id"] for one in found][:1], ["conf-writable"])
        for one in found:
            self.assertEqual(set(one), MEMBERS)
            self.assertIn(one["severity"], SEVERITIES)
            self.assertTrue(all(isinstance(value, str) and value for value in one.values()))
        self.assertEqual(found[0]["where"], str(self.place.conf))
        self.assertEqual(found[0]["mend"], f"chmod go-w {self.place.conf}")

    def test_the_worst_comes_first(self):
        self.records(**{f"SAP:{OTHER}": f"DUNNO pam_sap {OTHER} RELAY"})
        self.place.date(self.place.state / "active" / CLIENT, -7200)
        self.place.date(self.place.state / "expired", -7200)
        self.assertEqual(self.ids(),
                         ["lease-from-future", "clock-set-back", "marker-without-record"])
        severities = [SEVERITIES.index(json.loads(line)["severity"]) for line
                      in self.place.sapdb("--json", "check").stdout.splitlines()]
        self.assertEqual(severities, sorted(severities))

    def test_settings_that_do_not_load(self):
        for label, text, want, what in (
                ("unknown", "colour = red\n", "conf-mistake", "line 1: there is no setting"),
                ("a value", "\nlifetime = 5\n", "conf-mistake", "line 2: lifetime = '5'"),
                ("for a terminal", "a\x1b[31m = 1\n", "conf-mistake", "no setting 'a\\"),
                ("of two", "hold_open = yes\nmax_lifetime = 1min\n", "conf-mistake",
                 "max_lifetime is shorter")):
            with self.subTest(label):
                self.place.conf.write_text(text)
                found = self.objects()
                self.assertEqual(found[0]["id"], want, found)
                self.assertIn(what, found[0]["what"])
                self.assertNotIn("\x1b", self.place.sapdb("check").stdout)

    def test_settings_of_another_owner(self):
        os.chown(self.place.conf, NOBODY, NOBODY)
        self.assertEqual(self.ids()[0], "conf-owner")

    def test_networks(self):
        for label, changes, want in (
                ("two networks", {"never": "192.0.2.0/24 2001:db8::/32"}, []),
                ("all", {"never": "0.0.0.0/0 ::/0"}, ["never-covers-all"]),
                ("halves", {"never": "0.0.0.0/1 128.0.0.0/1"}, ["never-covers-all"]),
                ("only in never", {"only": "192.0.2.0/24", "never": "192.0.0.0/16"},
                 ["only-covers-none"]),
                ("only beside never", {"only": "192.0.2.0/24", "never": "192.0.2.0/25"}, [])):
            with self.subTest(label):
                self.place.configure(**{"never": None, "only": None} | changes)
                self.assertEqual(self.ids(), want)

    def test_the_table_against_the_leases(self):
        marker = {f"SAP:{OTHER}": f"DUNNO pam_sap {OTHER} RELAY"}
        for label, changes, want in (
                ("a marker alone", marker, "marker-without-record"),
                ("a folded marker", {f"sap:{OTHER}": marker[f"SAP:{OTHER}"]},
                 "marker-without-record"),
                ("a record without a lease", marker | {OTHER: "RELAY"}, "record-without-lease"),
                ("a lease without a record", {CLIENT: None, f"SAP:{CLIENT}": None},
                 "lease-without-record"),
                ("a record that lost its marker", {f"SAP:{CLIENT}": None}, None),
                ("a refusal of the administrator's", {f"connect:{CLIENT}": "REJECT"}, None)):
            with self.subTest(label):
                self.records(**changes)
                self.assertEqual(self.ids(), [want] if want else [])
                self.run_it("expire")
                self.assertEqual(self.ids(), [])  # mended, or his
                self.records(**dict.fromkeys((CLIENT, f"SAP:{CLIENT}", f"connect:{CLIENT}")))
                self.run_it("expire")
                self.place.sapdb("grant", "--user", "horn", CLIENT)

    def test_beside_work_nothing_is_told(self):
        """What is seen between two steps of a commit is no finding."""
        ends = time.monotonic() + BUSY_SECONDS

        def work(network: int) -> None:
            for number in itertools.cycle(range(1, 40)):
                if time.monotonic() > ends:
                    return
                address = f"192.0.{network}.{number}"
                self.place.sapdb("grant", "--user", "horn", address)
                self.place.sapdb("revoke", address)

        with concurrent.futures.ThreadPoolExecutor() as pool:
            works = [pool.submit(work, network) for network in (1, 3, 4)]
            found, checks = [], 0
            while time.monotonic() < ends:
                found += self.ids()
                checks += 1
        for done in works:
            done.result()
        self.assertEqual(found, [])
        print(f"figure: cli, sapdb check beside commits without a pause: {checks} checks, "
              "0 findings")

    def test_a_seal_that_nobody_renews(self):
        self.records()
        self.assertEqual(self.ids(), [])  # the timer is about to look
        (self.place.run / "seal").unlink()
        os.utime(self.place.map)
        self.assertEqual(self.ids(), [])

    def test_what_is_no_table(self):
        self.place.map.unlink()
        self.assertEqual(self.ids(), ["table-missing"])
        for label, content, want in (
                ("text", b"192.0.2.1 RELAY\n", "table-unknown"),
                ("empty", b"", "table-unknown"),
                ("1.85", (0x061561).to_bytes(4, "little") + bytes(4096), "table-old-format"),
                ("cdb", ((2048).to_bytes(4, "little") + bytes(4)) * 256, "table-cdb")):
            with self.subTest(label):
                self.place.map.write_bytes(content)
                self.assertEqual(self.ids(), [want])
        self.place.map.unlink()
        table.make(self.place.map, {"a": "b"}, "btree")
        self.assertEqual(self.ids(), ["table-type"])
        self.place.map.rename(self.place.map.with_name("other"))
        self.place.map.symlink_to("other")
        self.assertEqual(self.ids(), ["table-link"])

    def test_who_may_write(self):
        state, folder = self.place.state, self.place.map.parent
        for path, mode, want in (
                (state, 0o757, "state-mode"), (state / "active", 0o710, "state-mode"),
                (state / "pending", 0o770, "state-mode"), (folder, 0o775, "table-folder-writable"),
                (self.place.map, 0o664, "table-writable")):
            with self.subTest(path.name):
                before = stat.S_IMODE(path.stat().st_mode)
                path.chmod(mode)
                self.assertEqual(self.ids(), [want])
                path.chmod(before)
        for path, want in ((state, "state-owner"), (state / "ending", "state-owner"),
                           (folder, "table-folder-owner"), (self.place.map, "table-owner")):
            with self.subTest(path.name):
                os.chown(path, 1000, -1)
                self.assertEqual(self.ids(), [want])
                os.chown(path, 0, -1)
                self.run_it("expire")
        self.assertEqual(self.ids(), [])

    def test_times(self):
        expired = self.place.state / "expired"
        for label, age, want in (("a minute", 60, []), ("late", 240, ["expiry-late"]),
                                 ("the future", -600, ["clock-set-back"])):
            with self.subTest(label):
                self.place.date(expired, age)
                self.assertEqual(self.ids(), want)
        expired.unlink()
        self.assertEqual(self.ids(), ["expiry-late"])

    def test_leases_that_wait(self):
        self.place.add_lease("pending", OTHER)
        self.assertEqual(self.ids(), [])  # it has just come
        self.place.add_lease("deferred", OTHER)
        self.assertEqual(self.ids(), ["leases-deferred"])

    def test_full(self):
        self.place.configure(max_leases="1")
        self.assertEqual(self.ids(), ["leases-full"])

    def test_no_state(self):
        self.place.configure(state_dir=str(self.place.root / "nowhere"))
        self.assertEqual(self.ids(), ["state-missing"])
        self.assertFalse((self.place.root / "nowhere").exists())

    def test_a_state_folder_that_cannot_be_opened(self):
        (self.place.root / "file").write_text("")
        self.place.configure(state_dir=str(self.place.root / "file"))
        done = self.place.sapdb("check")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, r"\Asapdb: .*/file cannot be looked at: .*\n\Z")

    def test_who_is_not_root(self):
        done = self.place.sapdb("check", user=NOBODY, group=NOBODY, extra_groups=[])
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertRegex(done.stderr, r"\A.*run sapdb check as root\n\Z")

    def test_usage(self):
        for words in (("x",), ("--all",), ("-x",)):
            with self.subTest(words):
                done = self.place.sapdb("check", *words)
                self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_text(self):
        self.place.map.unlink()
        done = self.place.sapdb("check", "-v", env=os.environ | {"COLUMNS": "40"})
        self.assertIn(f"error: table-missing ({self.place.map})\n  what: There is no table",
                      done.stdout)
        self.assertIn("\nlooked at settings: ", "\n" + done.stdout)
        self.assertIn("nothing of records: a table that has to be mended first\n", done.stdout)
        self.assertEqual([line for line in done.stdout.splitlines() if len(line) > COLUMNS], [])
        self.assertRegex(done.stdout, r"\n\d+ errors?, \d+ warnings?\.\n\Z")


if __name__ == "__main__":
    unittest.main()
