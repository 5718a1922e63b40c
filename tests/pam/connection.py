# SPDX-License-Identifier: BSD-2-Clause
"""A mail client's connection, in a network of the test's own (apart.own_network).

    with Connection(socket.AF_INET, SERVER, CLIENT) as at:
        ... at.server is what the daemon has accepted, at.port its port
"""

import socket
from contextlib import ExitStack

from pam import apart

SERVER, CLIENT = "192.0.2.1", "192.0.2.2"
SERVER6, CLIENT6 = "2001:db8::1", "2001:db8::2"


def own_network() -> None:
    """Both ends' addresses are this host's, hence refuse_own = no in the tests."""
    apart.own_network(f"{SERVER}/24", f"{CLIENT}/24", f"{SERVER6}/64", f"{CLIENT6}/64")


class Connection(ExitStack):
    """Both ends of a TCP connection, and the port of the server's."""

    def __init__(self, family: socket.AddressFamily, server: str, client: str):
        super().__init__()
        listener = self.enter_context(socket.socket(family))
        listener.bind((server, 0))
        listener.listen()
        self.listener = listener
        self.port = listener.getsockname()[1]
        self.server, self.client = self.another(client)

    def another(self, client: str) -> tuple[socket.socket, socket.socket]:
        """One more client of the same port: the server's end and his."""
        end = self.enter_context(socket.socket(self.listener.family))
        end.bind((client, 0))
        end.connect(self.listener.getsockname())
        return self.enter_context(self.listener.accept()[0]), end


def connection() -> Connection:
    return Connection(socket.AF_INET, SERVER, CLIENT)
