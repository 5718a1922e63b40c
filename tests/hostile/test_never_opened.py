# SPDX-License-Identifier: BSD-2-Clause
"""Addresses that nobody opens by a login, in all the ways in which they can be written.

Through the module, in a network of the test's own, so that the host's own addresses are
known. What may be opened beside them is opened: else the table would show nothing.
"""

import ipaddress
import platform
import unittest
from ipaddress import IPv4Address, IPv6Address

from cli import table
from pam import apart, daemon, denied
from pam.daemon import SUCCESS, Daemon

OWN4, OWN6 = "198.51.100.9", "2001:db8:5::9"
OWN = "an address of this host"

# Every kind, at both of its ends.
NEVER4 = (
    ("0.0.0.1", "an unspecified address"), ("0.255.255.255", "an unspecified address"),
    ("127.0.0.1", "a loopback address"), ("127.255.255.255", "a loopback address"),
    ("169.254.0.0", "a link-local address"), ("169.254.255.255", "a link-local address"),
    ("224.0.0.0", "a multicast address"), ("239.255.255.255", "a multicast address"),
    ("240.0.0.0", "a reserved or broadcast address"),
    ("255.255.255.255", "a reserved or broadcast address"),
    (OWN4, OWN),
)
NEVER6 = (
    ("::1", "a loopback address"),
    ("fe80::", "a link-local address"),
    ("febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a link-local address"),
    ("fe80::5efe:192.0.2.7", "a link-local address"),  # ISATAP
    ("ff00::", "a multicast address"), ("ff02::1", "a multicast address"),
    ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a multicast address"),
    (OWN6, OWN),
)
# Daemons say so for "not known"; these are no addresses.
UNKNOWN = ("0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0", "::ffff:0.0.0.0", "::%lo", "0.0.0.0;110")

# What inet_aton(3) and browsers take for 127.0.0.1 and others.
NOT_ADDRESSES = (
    "127.1", "127.0.1", "127", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1",
    "0177.0.0.1", "017700000001", "127.0.0.01", "127.0.0.1.", "127.000.000.001",
    " 127.0.0.1", "127.0.0.1 ", "+127.0.0.1", "127.0.0.256", "127.0.0.1/8", "127.0.0.1:110",
    "[127.0.0.1", "127.0.0.1]", "[[::1]]", "[::1]x", "::1/128", ":::1", "1::1::1", "::g",
    "::ffff:127.1", "::ffff:0177.0.0.1", "::127.0.0.1.", "localhost", "ip6-localhost",
    "[::1]:", "[::1]:110x", "::1%", "[::1%]", "::1;", "::1;110x", "\uff11\uff12\uff17.0.0.1",
)

MAY_BE_OPENED = (
    "126.255.255.255", "128.0.0.1", "169.253.255.255", "169.255.0.1", "223.255.255.255", "1.0.0.1",
    "192.0.2.7",  # for documents: no harm
    "10.1.2.3", "172.16.0.1", "192.168.1.2", "100.64.0.1",  # a site's, a provider's own
    "192.88.99.1",  # was 6to4's anycast: nobody logs in from there
    "2001:db8::7", "2400::1", "fc00::1", "fdff:ffff::1",  # unique local
    "fec0::7",  # site-local: as unique local, for those who have it still
    "fe7f::1", "2001:db8::5efe:7f00:1",  # ISATAP: its own network, whatever it carries
    "2002:c000:207::1", "64:ff9b::c000:207", "64:ff9b:1::c000:207",
    "64:ff9b:1:c000:2:700::", "2001:0:c000:201::3fff:fdf8",
)


def carriers(address: str) -> list[str]:
    """IPv6 addresses that are this IPv4 address, or carry it."""
    number = int(IPv4Address(address))
    high, low = number >> 16, number & 0xffff
    bare = f"{high:x}:{low:x}"
    byte = [f"{byte:02x}" for byte in IPv4Address(address).packed]
    found = [f"::ffff:{address}", f"::FFFF:{bare}", f"0:0:0:0:0:ffff:{bare}",
             f"2002:{bare}::1", f"2002:{bare}:ffff:1:2:3:4", f"64:ff9b::{address}",
             f"2001:0:c000:201:8000:1:{high ^ 0xffff:x}:{low ^ 0xffff:x}",
             f"::{address}", f"0:0:0:0:0:0:{bare}"]
    if low & 0xff == 0:
        return found
    # A host's: behind a local prefix of 96, 48, 56 and 64 bits (RFC 6052).
    return found + [f"64:ff9b:1:ffff::{bare}",
                    f"64:ff9b:1:{high:x}:{byte[2]}:{byte[3]}00::",
                    f"64:ff9b:1:12{byte[0]}:{byte[1]}:{byte[2]}{byte[3]}::",
                    f"64:ff9b:1:1234:{byte[0]}:{byte[1]}{byte[2]}:{byte[3]}00::"]


def spellings(address: str) -> set[str]:
    """The same address, as it may be written and what may stand around it."""
    words = {address, address.upper(), address.lower()}
    if ":" in address:
        parsed = IPv6Address(address)
        words |= {parsed.exploded, parsed.compressed, parsed.exploded.upper()}
    around = ("{}", "[{}]", "{}%eth0", "[{}%25eth0]", "{};110", "[{}]:143", "[{}];1")
    return {form.format(word) for word in words for form in around}


def canonical(address: str) -> str:
    """As the module writes it."""
    parsed = ipaddress.ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)


def forms_of(address: str) -> dict[str, str]:
    """How it may be written -> what it is."""
    bare = [address] if ":" in address else [address, *carriers(address)]
    return {text: one for one in bare for text in spellings(one)}


def setUpModule():
    apart.own_network(f"{OWN4}/32", f"{OWN6}/128")


class NeverOpened(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon("session optional OURS debug")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {})
        self.place.prepare()
        self.timer_ran()

    def timer_ran(self):
        """Before its first run a table is not known to be whole."""
        self.place.own()
        done = self.place.sapdb("expire")
        self.assertEqual(done.returncode, 0, done.stderr)

    def log_in(self, *rhosts: str, **options) -> list[str]:
        """A handle for each, all in one process; a line of log for each."""
        steps = [step for rhost in rhosts for step in daemon.opening(rhost)]
        said = self.daemon.run(*steps, **options)
        self.assertEqual([value for value in said.values if value != SUCCESS], [])
        return said.texts()

    def nobody_has_a_lease(self):
        for folder in ("active", "pending", "deferred", "settled", "ending"):
            self.assertEqual(self.place.leases(folder), set())
        self.assertEqual(table.records(self.place.map), {})

    def check_never(self, rows) -> int:
        count = 0
        for address, reason in rows:
            forms = forms_of(address)
            for text, line in zip(forms, self.log_in(*forms), strict=True):
                with self.subTest(address, form=text):
                    self.assertIn(" is never opened: ", line)
                    # ::0.0.0.1 is loopback's own form.
                    self.assertTrue(line.endswith(reason) or canonical(forms[text]) == "::1",
                                    line)
            count += len(forms)
        self.nobody_has_a_lease()
        return count

    def test_every_kind_in_every_form(self):
        count = self.check_never(NEVER4 + NEVER6)
        print(f"\nfigure: never opened: {len(NEVER4 + NEVER6)} addresses in {count} forms, "
              "0 leases")

    def test_not_known(self):
        for rhost in UNKNOWN + NOT_ADDRESSES:
            with self.subTest(rhost):
                self.place.forget_what_was_said()
                lines = self.log_in(rhost)
                self.assertEqual(len(lines), 1)
                self.assertIn("no client address", lines[0])
        self.nobody_has_a_lease()

    def test_the_others_are_opened(self):
        lines = self.log_in(*MAY_BE_OPENED)
        self.assertEqual([line for line in lines if ": inserted " not in line], [])
        self.assertEqual(self.place.leases("active"), set(map(canonical, MAY_BE_OPENED)))

    def test_own_addresses_when_they_are_wanted(self):
        """refuse_own = no; and it is that setting that kept them out."""
        self.place.configure(refuse_own="no")
        self.log_in(OWN4, OWN6, "2002:c633:6409::1")
        self.assertEqual(self.place.leases("active"), {OWN4, OWN6, "2002:c633:6409::1"})

    def test_the_kernel_does_not_tell(self):
        """Then nothing new is opened, and the administrator reads why; once."""
        if platform.machine() not in denied.SOCKET:
            self.skipTest("the number of socket(2) is not known here")
        lines = self.log_in(OWN4, "192.0.2.7", OWN6, preexec_fn=denied.netlink)
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("cannot ask for this host's own addresses (allow the daemon AF_NETLINK",
                      lines[0])
        self.nobody_has_a_lease()

    def test_a_translators_network(self):
        """ipv6_prefix = 64 would open all of IPv4 behind a NAT64."""
        self.place.configure(ipv6_prefix="64")
        for rhost in ("64:ff9b::c000:207", "64:ff9b:1:1::c000:207", "2001:0:c000:201::3fff:fdf8"):
            with self.subTest(rhost):
                self.assertIn("everybody's", self.log_in(rhost)[0])
        self.nobody_has_a_lease()
        self.timer_ran()
        self.log_in("2001:db8::7")
        self.assertEqual(self.place.leases("active"), {"2001:db8::"})


if __name__ == "__main__":
    unittest.main()
