# SPDX-License-Identifier: BSD-2-Clause
"""Every setting is in pam_sap.conf(5) and in the sample file, with the right default."""

import re
import unittest

from . import code
from .source import text

SAMPLE = "pam_smtpafterpop/pam_sap.conf.in"
PAGE = "docs/man/pam_sap.conf.5"
MODULE_PAGE = "docs/man/pam_sap.8"
OPTIONS = "meson_options.txt"

SETTINGS = code.settings()


def sample_values() -> list[tuple[str, str]]:
    """The commented lines `#name = value`, with the built-in places."""
    places = {f"@{name}@": place_of(name) for name in ("state_dir", "run_dir")}
    values = re.findall(r"^#(\w+) =[ ]*(.*)$", text(SAMPLE), flags=re.MULTILINE)
    return [(name, places.get(value, value)) for name, value in values]


def place_of(name: str) -> str:
    """The default of a meson option: state_dir is statedir there."""
    found = re.search(rf"option\('{name.replace('_', '')}', type: 'string', value: '([^']*)'",
                      text(OPTIONS))
    assert found
    return found[1]


def page_sections() -> dict[str, str]:
    """Name of a setting -> its paragraph in the manual page."""
    parts = re.split(r"^\.It Ic (\w+) = .*\n", text(PAGE), flags=re.MULTILINE)
    # A paragraph ends where its list does, unless that is a list inside it.
    return {name: re.split(r"^\.S[hs] ", body, flags=re.MULTILINE)[0]
            for name, body in zip(parts[1::2], parts[2::2])}


def page_default(paragraph: str) -> str | None:
    found = re.match(r"Default: empty\.\n|Default:\n\.Ql (.+?)(?: \.)?\n", paragraph)
    return (found[1] or "") if found else None


def c_default(setting: code.Setting) -> str:
    """The built-in default, written as in the sample."""
    member = code.built_in().get(setting.member or "")
    preset = re.search(r'\[MTA_SENDMAIL\] = \{ "(\w+)", "([^"]+)", "(\w+)"',
                       text("core/access_record.c"))
    assert preset
    match setting.kind:
        case "set_mta":
            return {"MTA_SENDMAIL": preset[1]}[member]
        case "set_map":
            return preset[2]
        case "set_time" | "set_time_or_zero":
            return f"{numbers(member)}ms"
        case "set_number" | "set_prefix":
            return str(numbers(member))
        case "set_switch":
            return "yes" if member == "true" else "no"
        case "set_on_error":
            return "fail" if member == "true" else "ignore"
        case "set_ipv6_form":
            return "compressed" if member == "true" else "full"
        case "set_ports":
            return " ".join(member.strip("{} ").split(", "))
        case "set_peers":
            peers = code.built_in()["peers"].strip("{} ").split(", ")
            return " ".join(peer.removeprefix("PEER_").lower() for peer in peers)
        case "set_path":
            return place_of(setting.name)
    if setting.name == "value":
        return preset[3]
    return member or ""


def numbers(product: str) -> int:
    """15 * 60 * 1000L"""
    result = 1
    for factor in product.split("*"):
        result *= int(factor.strip().rstrip("L"))
    return result


def same(setting: code.Setting, a: str, b: str) -> bool:
    if setting.kind.startswith("set_time"):
        return code.milliseconds(a) == code.milliseconds(b)
    return a == b


class Settings(unittest.TestCase):
    def test_the_table_was_read(self):
        self.assertGreater(len(SETTINGS), 15)
        self.assertIn("lifetime", [setting.name for setting in SETTINGS])

    def test_all_are_in_the_page_and_no_other(self):
        self.assertEqual(set(page_sections()), {setting.name for setting in SETTINGS})

    def test_all_are_in_the_sample_once_and_no_other(self):
        self.assertEqual(sorted(name for name, _value in sample_values()),
                         sorted(setting.name for setting in SETTINGS))

    def test_the_sample_changes_nothing(self):
        lines = [line for line in text(SAMPLE).split("\n") if line and line[0] != "#"]
        self.assertEqual(lines, [])

    def test_defaults(self):
        sample, page = dict(sample_values()), page_sections()
        for setting in SETTINGS:
            # Where it is depends on how it was built; the page says so.
            if setting.name == "backend_dir":
                continue
            want = c_default(setting)
            with self.subTest(setting.name):
                self.assertTrue(same(setting, sample[setting.name], want),
                                f"{SAMPLE} {sample[setting.name]!r}, built in {want!r}")
                told = page_default(page[setting.name])
                self.assertIsNotNone(told, "the page tells no default")
                self.assertTrue(same(setting, told, want),
                                f"{PAGE} {told!r}, built in {want!r}")

    def test_bounds(self):
        for setting in SETTINGS:
            paragraph = page_sections()[setting.name].replace("\n", " ")
            for bounds in setting.bounds:
                with self.subTest(setting.name):
                    self.assertIn(bounds, paragraph)

    def test_who_may_be_a_module_argument(self):
        arguments = text(MODULE_PAGE).split(".Sh ARGUMENTS\n", 1)[1].split("\n.Sh ", 1)[0]
        listed = set(re.findall(r"\w+", " ".join(
            re.findall(r"^\.Ic (.*)$", arguments, flags=re.MULTILINE))))
        self.assertEqual(listed, {setting.name for setting in SETTINGS if setting.argument})
        for setting in SETTINGS:
            with self.subTest(setting.name):
                self.assertEqual("Also a module argument." in page_sections()[setting.name],
                                 setting.argument)
