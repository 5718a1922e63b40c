# SPDX-License-Identifier: BSD-2-Clause
"""peer=fds: the one mail connection among the descriptors of the process.

Mailutils' daemons keep the accepted socket where it was. What the process has besides
stands in the rows; each is passed on under the number that it has here.
"""

import os
import resource
import socket
import unittest
from contextlib import ExitStack

from cli import table
from guest.sanitized import not_under_a_sanitizer
from pam import apart, connection, daemon
from pam.connection import CLIENT, CLIENT6, SERVER, SERVER6, Connection
from pam.daemon import SUCCESS, Daemon
from pam.resolved import Resolved

MOST = 4096  # descriptors that are looked at


def setUpModule():
    connection.own_network()


class Fds(Resolved):
    PEER = "[peer=rhost fds]"

    def setUp(self):
        self.daemon = Daemon(refuse_own="no")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {})
        self.place.ready()
        self.stack = self.enterContext(ExitStack())
        self.at = self.connect()

    def connect(self) -> Connection:
        return self.stack.enter_context(connection.connection())

    def keep(self, thing):
        return self.stack.enter_context(thing)

    def log_in(self, *passed, rhost: str = "", peer: str = PEER, port: int = 0, **options):
        ports = port or self.at.port
        self.daemon.write_service("imap", f"session optional OURS ports={ports} {peer}")
        fds = [one if isinstance(one, int) else one.fileno() for one in passed]
        said = self.daemon.run("start", f"rhost={rhost}", "fds", "open", "fds", "end",
                               pass_fds=fds, **options)
        _start, _rhost, before, opened, after, _end = said.values
        self.assertEqual((opened, after), (SUCCESS, before), "a descriptor was left")
        return said

    def datagram(self) -> socket.socket:
        """Connected, and its own port is the mail port."""
        made = self.keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        made.bind((SERVER, self.at.port))
        made.connect((CLIENT, 9))
        return made

    def test_what_is_found(self):
        none = "fds: no descriptor is a TCP connection to one of ports; "
        several = "fds: this process has several mail connections"
        mail, end = self.at.server, self.at.client
        datagram = self.datagram()
        pair = [self.keep(one) for one in socket.socketpair()]
        cases = (
            ("nothing", [], none),
            ("one", [mail], CLIENT),
            ("the same again (dup)", [mail, self.keep(mail.dup())], CLIENT),
            ("beside other sockets", [*pair, mail, datagram], CLIENT),
            ("beside its listening socket", [self.at.listener, mail], CLIENT),
            ("beside a connection to another port", [mail, self.connect().server], CLIENT),
            ("beside the client's end", [end, mail], CLIENT),
            ("a listening socket alone", [self.at.listener], none),
            ("a datagram socket alone", [datagram], none),
            ("the client's end alone", [end], none),
            ("a connection to another port alone", [self.connect().server], none),
            ("two clients", [mail, self.at.another("192.0.2.1")[0]], several),
            ("two connections of one client", [mail, self.at.another(CLIENT)[0]], several),
        )
        for label, passed, want in cases:
            with self.subTest(label):
                self.expect(want, self.log_in(*passed))

    def test_ipv6_and_mapped_ipv4(self):
        for server, client, want in ((SERVER6, CLIENT6, CLIENT6),
                                     ("::ffff:" + SERVER, "::ffff:" + CLIENT, CLIENT)):
            with self.subTest(client), Connection(socket.AF_INET6, server, client) as at:
                self.expect(want, self.log_in(at.server, port=at.port))

    def test_at_descriptor_0_and_1_too(self):
        """Under inetd `fds` serves as well."""
        self.expect(CLIENT, self.log_in(stdin=self.at.server))

    def test_one_of_many_descriptors(self):
        others = [self.keep(open(os.devnull, "rb")) for _ in range(500)]
        self.expect(CLIENT, self.log_in(*others, self.at.server))

    def test_more_descriptors_than_are_looked_at(self):
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        if limits[1] < 2 * MOST:
            self.skipTest("no process here may have that many")
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        resource.setrlimit(resource.RLIMIT_NOFILE, (2 * MOST, limits[1]))
        others = [self.keep(open(os.devnull, "rb")) for _ in range(MOST)]
        self.expect(f"more than {MOST} descriptors are open",
                    self.log_in(*others, self.at.server))

    def test_off_unless_named(self):
        for peer in ("", "peer=rhost", "[peer=rhost stdin]"):
            with self.subTest(peer):
                self.expect(" set peer = rhost ", self.log_in(self.at.server, peer=peer))

    def test_the_order_of_trial(self):
        other = self.at.another("192.0.2.1")[0]
        for label, peer, want in (
                ("rhost first", "[peer=rhost fds]", "198.51.100.9"),
                ("fds first", "peer=fds,rhost", CLIENT),
                ("stdin first, which has nothing", "peer=stdin,fds", CLIENT)):
            with self.subTest(label):
                self.expect(want, self.log_in(self.at.server, rhost="198.51.100.9", peer=peer))
        said = self.log_in(self.at.server, peer="peer=stdin,fds", stdin=other)
        self.expect("192.0.2.1", said)

    def test_a_refusal_of_fds_is_not_the_end(self):
        """The next resolver has its turn."""
        two = (self.at.server, self.at.another(CLIENT)[0])
        self.expect("198.51.100.9", self.log_in(*two, rhost="198.51.100.9",
                                                peer="peer=fds,rhost"))

    def test_loopback_is_never_opened(self):
        with Connection(socket.AF_INET, "127.0.0.1", "127.0.0.1") as at:
            said = self.log_in(at.server, port=at.port, peer=self.PEER + " debug")
            self.assertIn("127.0.0.1 is never opened", said.log[0].text)
            self.assertEqual(self.place.leases("active"), set())


class NoProc(unittest.TestCase):
    def test_it_refuses_without_proc(self):
        """In a chroot, say."""
        not_under_a_sanitizer("its run time needs /proc")
        case = Daemon(refuse_own="no", like_us=True)
        self.addCleanup(case.close)
        with connection.connection() as at:
            case.write_service("imap", f"session optional OURS ports={at.port} peer=fds")
            said = case.run("start", "open", "end", pass_fds=[at.server.fileno()],
                            preexec_fn=apart.hide_proc)
        self.assertEqual(set(said.values), {SUCCESS})
        self.assertIn("fds: cannot read /proc/self/fd: No such file or directory; ",
                      said.log[0].text)
        self.assertEqual(case.place.leases("active"), set())


if __name__ == "__main__":
    unittest.main()
