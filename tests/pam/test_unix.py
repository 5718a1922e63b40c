# SPDX-License-Identifier: BSD-2-Clause
"""peer=unix: the client of the process that asks over a UNIX socket.

The login program has at a descriptor what a saslauthd has accepted; at the other end
an asker waits, as Cyrus' pop3d and imapd do, with its client at descriptor 0.
"""

import errno
import socket
import subprocess
import unittest
from contextlib import ExitStack

from cli import table
from cli.place import unprivileged
from pam import connection, daemon, denied
from pam.asker import Asker, Mux
from pam.connection import CLIENT, CLIENT6, SERVER, SERVER6, Connection
from pam.daemon import SUCCESS, Daemon
from pam.resolved import Resolved

GONE = "unix: the asking process has hung up"


def setUpModule():
    connection.own_network()


class Unix(Resolved):
    PEER = "peer=rhost,stdin,unix"

    def setUp(self):
        self.daemon = Daemon(refuse_own="no", like_us=True)
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {})
        self.place.ready()
        self.stack = self.enterContext(ExitStack())
        self.at = self.keep(connection.connection())
        self.mux = self.keep(Mux(self.place.root))

    def keep(self, thing):
        return self.stack.enter_context(thing)

    def log_in(self, *sockets, peer: str = PEER, ports: int = 0, rhost: str = "", **options):
        arguments = f"{peer} ports={ports or self.at.port}"
        self.daemon.write_service("imap", f"account required pam_permit.so\n"
                                          f"account optional OURS {arguments}")
        said = self.daemon.run("start", f"rhost={rhost}", "fds", "acct", "fds", "end",
                               pass_fds=[one.fileno() for one in sockets], **options)
        _start, _rhost, before, account, after, _end = said.values
        self.assertEqual((account, after), (SUCCESS, before), "a descriptor was left")
        return said

    def expect_of(self, want: str, stdin, **options):
        with Asker(self.mux, stdin) as asker:
            self.expect(want, self.log_in(asker.server, **options))

    def test_the_askers_client(self):
        self.expect_of(CLIENT, self.at.server)

    def test_ipv6_and_mapped_ipv4(self):
        for server, client, want in ((SERVER6, CLIENT6, CLIENT6),
                                     ("::ffff:" + SERVER, "::ffff:" + CLIENT, CLIENT)):
            with self.subTest(client), Connection(socket.AF_INET6, server, client) as at:
                self.expect_of(want, at.server, ports=at.port)

    def test_what_the_asker_has_at_descriptor_0(self):
        no_connection = "unix: the asking process' descriptor 0 is no TCP connection"
        pair = [self.keep(one) for one in socket.socketpair()]
        cases = (
            ("a file", subprocess.DEVNULL, no_connection),
            ("a listening socket", self.at.listener, no_connection),
            ("a UNIX socket", pair[0], no_connection),
            ("its own end of a connection", self.at.client, "is a connection to port "),
        )
        for label, stdin, want in cases:
            with self.subTest(label):
                self.expect_of(want, stdin)
        with Asker(self.mux, subprocess.DEVNULL, closed=True) as asker:
            self.expect("the asking process has no descriptor 0", self.log_in(asker.server))

    def test_another_port_such_as_smtp(self):
        other = self.at.port % 65535 + 1
        want = f"descriptor 0 is a connection to port {self.at.port}, which is not in ports"
        self.expect_of(want, self.at.server, ports=other)

    def test_nobody_asks(self):
        nobody = "unix: nobody asks this process over a UNIX socket"
        pair = [self.keep(one) for one in socket.socketpair()]
        datagram = self.keep(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        datagram.bind(str(self.place.root / "log.socket"))
        to_log = self.keep(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        to_log.bind(str(self.place.root / "from"))
        to_log.connect(datagram.getsockname())
        own = self.keep(socket.socket(socket.AF_UNIX))
        own.connect(str(self.mux.path))
        for label, sockets in (("nothing", []), ("only listening", [self.mux.listener]),
                               ("a pair", pair), ("a datagram socket", [to_log]),
                               ("one that it connected itself", [own]),
                               ("its own client", [self.at.server])):
            with self.subTest(label):
                self.expect(nobody, self.log_in(*sockets))
        self.mux.listener.accept()[0].close()
        accepted = self.keep(Asker(self.mux, self.at.server)).server
        with self.subTest("all of them beside the asker"):
            self.expect(CLIENT, self.log_in(*pair, to_log, own, self.mux.listener, accepted,
                                            self.keep(accepted.dup())))

    def test_two_ask(self):
        """Even if both have the same client."""
        with Asker(self.mux, self.at.server) as one, Asker(self.mux, self.at.server) as two:
            self.expect("unix: several UNIX sockets ask this process",
                        self.log_in(one.server, two.server))

    def test_an_asker_that_has_gone(self):
        for label, leave in (("dead", Asker.end), ("it lives, with its client",
                                                   Asker.hang_up)):
            with self.subTest(label), Asker(self.mux, self.at.server) as asker:
                leave(asker)
                self.expect(GONE, self.log_in(asker.server))

    def test_off_unless_named(self):
        with Asker(self.mux, self.at.server) as asker:
            for peer in ("", "peer=rhost,stdin,fds"):
                with self.subTest(peer):
                    self.expect("if this is saslauthd, set peer = rhost stdin ",
                                self.log_in(asker.server, peer=peer))

    def test_the_order_of_trial(self):
        with Asker(self.mux, self.at.server) as asker:
            for peer, want in (("peer=rhost,unix", "198.51.100.9"),
                               ("peer=unix,rhost", CLIENT)):
                said = self.log_in(asker.server, peer=peer, rhost="198.51.100.9")
                self.expect(want, said)
        said = self.log_in(peer="peer=unix,rhost", rhost="198.51.100.9")
        self.expect("198.51.100.9", said)

    def test_kernels_and_units_that_do_not_let_it(self):
        denied.skip_unless_known()
        old, forbidden = "unix: it needs Linux 5.6 or later", "unix: the kernel forbids root"
        cases = (
            ("before 6.5", denied.peerpidfd, CLIENT),
            ("before 5.6", lambda: denied.call("pidfd_getfd", errno.ENOSYS), old),
            ("before 5.3", lambda: (denied.peerpidfd(),
                                    denied.call("pidfd_open", errno.ENOSYS)), old),
            ("forbidden", lambda: denied.call("pidfd_getfd", errno.EPERM), forbidden),
            ("no descriptor left", lambda: denied.call("pidfd_getfd", errno.EMFILE),
             "unix: cannot look into the asking process: Too many open files"),
        )
        for label, deny, want in cases:
            with self.subTest(label):
                self.expect_of(want, self.at.server, preexec_fn=deny)

    def test_an_asker_that_has_gone_on_an_older_kernel(self):
        denied.skip_unless_known()
        for leave in (Asker.end, Asker.hang_up):
            with self.subTest(leave.__name__), Asker(self.mux, self.at.server) as asker:
                leave(asker)
                self.expect(GONE, self.log_in(asker.server, preexec_fn=denied.peerpidfd))


class NotRoot(unittest.TestCase):
    def test_it_refuses_at_once(self):
        if unprivileged() is None:
            self.skipTest("nobody but root here")
        case = Daemon("session optional OURS peer=unix", refuse_own="no")
        self.addCleanup(case.close)
        with connection.connection() as at, Mux(case.place.root) as mux, \
                Asker(mux, at.server) as asker:
            said = case.run("start", "open", "end", pass_fds=[asker.server.fileno()])
        self.assertEqual(set(said.values), {SUCCESS})
        self.assertIn("unix: it needs root; ", said.log[0].text)
        self.assertEqual(case.place.leases("active"), set())


if __name__ == "__main__":
    unittest.main()
