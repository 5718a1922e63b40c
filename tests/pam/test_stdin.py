# SPDX-License-Identifier: BSD-2-Clause
"""The address of the connection on descriptor 0, for daemons that set no PAM_RHOST.

popa3d, solid-pop3d and UW imapd stand behind inetd: the client is at descriptor 0. The
test process has a network of its own, so that 192.0.2.0/24 can log in there; on this
host its addresses are the host's own, hence refuse_own = no.
"""

import os
import socket
import unittest

from cli import table
from pam import connection as connections
from pam import daemon
from pam.connection import (CLIENT, CLIENT6, SERVER, SERVER6, Connection,
                            connection)
from pam.daemon import SUCCESS, Daemon
from pam.resolved import NOBODY, Resolved


def setUpModule():
    connections.own_network()


class Stdin(Resolved):
    def setUp(self):
        self.daemon = Daemon(refuse_own="no")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {})
        self.place.ready()

    def log_in(self, descriptor, arguments: str, rhost: str | None = None, **options):
        self.daemon.write_service("imap", f"session optional OURS {arguments}")
        steps = ("start", *([f"rhost={rhost}"] if rhost is not None else []), "open", "end")
        said = self.daemon.run(*steps, stdin=descriptor, **options)
        self.assertEqual(set(said.values), {SUCCESS})
        return said

    def test_a_mail_connection(self):
        for label, family, server, client in (
                ("IPv4", socket.AF_INET, SERVER, CLIENT),
                ("IPv6", socket.AF_INET6, SERVER6, CLIENT6)):
            with self.subTest(label), Connection(family, server, client) as at:
                self.expect(client, self.log_in(at.server, f"ports={at.port}"))

    def test_a_mapped_ipv4_client_of_an_ipv6_socket(self):
        with Connection(socket.AF_INET6, "::ffff:" + SERVER, "::ffff:" + CLIENT) as at:
            self.expect(CLIENT, self.log_in(at.server, f"ports={at.port}"))

    def test_one_of_several_ports(self):
        with connection() as at:
            self.expect(CLIENT, self.log_in(at.server, f"[ports=110 143 {at.port}]"))

    def test_another_port(self):
        with connection() as at:
            self.expect(NOBODY, self.log_in(at.server, f"ports={at.port % 65535 + 1}"))
            self.expect(NOBODY, self.log_in(at.server, ""))

    def test_the_clients_end_is_no_mail_port(self):
        with connection() as at:
            self.expect(NOBODY, self.log_in(at.client, f"ports={at.port}"))

    def test_rhost_comes_first_unless_peer_says_otherwise(self):
        with connection() as at:
            for label, peer, want in (("default", "", "198.51.100.9"),
                                      ("rhost alone", "peer=rhost", "198.51.100.9"),
                                      ("stdin first", "[peer=stdin rhost]", CLIENT)):
                with self.subTest(label):
                    said = self.log_in(at.server, f"ports={at.port} {peer}", "198.51.100.9")
                    self.expect(want, said)

    def test_an_unusable_rhost_falls_back_to_stdin(self):
        with connection() as at:
            for rhost in ("", "UNKNOWN", "0.0.0.0", "mx.example.org"):
                with self.subTest(rhost):
                    self.expect(CLIENT, self.log_in(at.server, f"ports={at.port}", rhost))

    def test_peer_rhost_never_looks_at_stdin(self):
        with connection() as at:
            self.expect(NOBODY, self.log_in(at.server, f"ports={at.port} peer=rhost"))

    def test_no_connection(self):
        unix, _other = socket.socketpair()
        datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagram.bind((SERVER, 0))
        datagram.connect((CLIENT, 9))
        listener = socket.create_server((SERVER, 0))
        reading, writing = os.pipe()
        self.addCleanup(os.close, writing)
        cases = (("a UNIX socket", unix, 143), ("a pipe", os.fdopen(reading), 143),
                 ("a UDP socket", datagram, datagram.getsockname()[1]),
                 ("a listening socket", listener, listener.getsockname()[1]),
                 ("a file", open("/etc/passwd", encoding="utf-8"), 143))
        self.addCleanup(_other.close)
        for label, stdin, port in cases:
            with self.subTest(label), stdin:
                self.expect(NOBODY, self.log_in(stdin, f"ports={port}"))

    def test_closed_descriptor(self):
        said = self.log_in(None, "", preexec_fn=lambda: os.close(0))
        self.expect(NOBODY, said)

    def test_a_client_that_has_gone(self):
        with connection() as at:
            at.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            at.client.close()
            self.expect(NOBODY, self.log_in(at.server, f"ports={at.port}"))

    def test_loopback_is_never_opened(self):
        with Connection(socket.AF_INET, "127.0.0.1", "127.0.0.1") as at:
            said = self.log_in(at.server, f"ports={at.port} debug")
            self.assertIn("127.0.0.1 is never opened", said.log[0].text)
            self.assertEqual(self.place.leases("active"), set())

    def test_the_hosts_own_address_is_never_opened(self):
        self.place.configure(refuse_own="yes")
        with connection() as at:
            said = self.log_in(at.server, f"ports={at.port} debug")
            self.assertIn("an address of this host", said.log[0].text)
            self.assertEqual(self.place.where(CLIENT), "")


if __name__ == "__main__":
    unittest.main()
