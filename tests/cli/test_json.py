# SPDX-License-Identifier: BSD-2-Clause
"""The members of each JSON object, which others are written against: none goes, none gets
another type, and each is in the command's manual page.

A member may be added: then it is added here. Those of setup and check are in test_setup and
test_check.
"""

import json
import re
import unittest
from pathlib import Path

from cli.test_leases import CLIENT, OTHER, REFUSED, STATIC, Leases

MAN = Path(__file__).parents[2] / "docs/man"
LEASE = {"address": str, "user": str, "service": str}
EVENT = {"event": str, "kind": str, "map": str}
OF_LEASE = EVENT | LEASE | {"last_login": int}
TIMES = {"opened": int, "last_login": int, "closes": int}
ANSWER = {"address": str, "may_relay": bool, "reason": str}

# In this order, on one place: arguments, exit status, the members of each object.
CALLS = (
    ("grant -u horn A", 0, [OF_LEASE]),
    ("grant A", 0, [{"renewed": str}]),
    ("grant -n B", 0, [{"would": str, "address": str, "user": str}]),
    ("list A", 0, [{"key": str, "value": str}]),
    ("status", 0, [LEASE | TIMES | {"state": str, "held": bool}]),
    ("status A", 0, [ANSWER | LEASE | TIMES]),
    (f"status {STATIC}", 0, [ANSWER | {"record": str}]),
    (f"status {REFUSED}", 1, [ANSWER | {"record": str}]),
    ("expire -n", 0, []),
    ("block -n A", 0, [{"would": str, "network": str, "until": int},
                       {"would": str, "address": str, "user": str}]),
    ("block A", 0, [EVENT | {"detail": str}, OF_LEASE]),
    ("status A", 1, [ANSWER | {"block": str}]),
    ("block -u maria", 0, [EVENT | {"detail": str}]),
    ("block", 0, [{"network": str, "until": int}, {"user": str, "until": int}]),
    ("grant -u horn A", 1, [OF_LEASE | {"detail": str}]),
    ("unblock -n -u maria", 0, [{"would": str, "user": str, "until": int}]),
    ("unblock -a", 0, [EVENT | {"detail": str}] * 2),
    ("grant -u horn A", 0, [OF_LEASE]),
    ("revoke -n A", 0, [{"would": str, "address": str, "user": str}]),
    ("revoke A", 0, [OF_LEASE]),
    (f"grant {REFUSED}", 1, [OF_LEASE | {"detail": str}]),
)
# What stands for another command's members: they are told of once, at the end of the list.
PAGE = MAN / "sapdb.8"


def words_of(page: Path) -> set[str]:
    """Whatever an .Ic line names."""
    lines = re.findall(r"^(?:\.It )?\.?Ic (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return set(re.findall(r"[a-z_]+", " ".join(lines)))


class Json(Leases):
    def test_members_and_types(self):
        for words, status, want in CALLS:
            arguments = words.replace("A", CLIENT).replace("B", OTHER).split()
            with self.subTest(words):
                said = [json.loads(line) for line in
                        self.run_it("--json", *arguments, status=status).splitlines()]
                self.assertEqual([{name: type(value) for name, value in one.items()}
                                  for one in said], want)

    def test_each_member_is_in_the_page(self):
        told = words_of(PAGE)
        members = {name for _words, _status, objects in CALLS for one in objects for name in one}
        self.assertGreater(len(members), 20)
        self.assertEqual(sorted(members - told), [])

    def test_every_kind_of_event_is_in_the_page(self):
        source = (MAN.parents[1] / "core/event.c").read_text(encoding="utf-8")
        table = source.split("*event_name(", 1)[1].split("};", 1)[0]
        kinds = set(re.findall(r'= "(\w+)"', table))
        self.assertGreater(len(kinds), 10)
        page = PAGE.read_text(encoding="utf-8")
        said = page.split(".Ic kind :", 1)[1].split(".Ic map ;", 1)[0]
        self.assertEqual(sorted(kinds - set(re.findall(r"\w+", said))), [])


if __name__ == "__main__":
    unittest.main()
