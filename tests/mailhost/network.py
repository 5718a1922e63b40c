# SPDX-License-Identifier: BSD-2-Clause
"""network - two network namespaces and the cable between them.

The server's end has 192.0.2.1 and 2001:db8::1. The clients' end holds many
addresses, so that one namespace plays many clients: CLIENTS and CLIENTS6 are
there from the start, add_clients() makes more. There is no other route: nothing
that happens here can reach another machine.

A namespace belongs to a process that does nothing but wait for our end. It has
no name and needs no mount, and it is gone when we are, by kill -9 too.
"""

import ctypes
import ipaddress
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

SERVER = "192.0.2.1"
SERVER6 = "2001:db8::1"
CLIENTS = [f"192.0.2.{n}" for n in range(77, 97)]
CLIENTS6 = [f"2001:db8::{n}" for n in range(77, 97)]
CARD = "eth0"
CLONE_NEWNET = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A network namespace; closed by close(), or by our end."""

    def __init__(self):
        self._keeper = subprocess.Popen(
            ["unshare", "--net", "cat"], start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._keeper.stdin.write(b"there?\n")
        self._keeper.stdin.flush()
        if self._keeper.stdout.readline() != b"there?\n":
            self.close()
            raise RuntimeError("cannot make a network namespace")
        self.pid = self._keeper.pid
        self.path = f"/proc/{self.pid}/ns/net"

    def ip(self, *commands: str) -> None:
        """Run commands of ip(8) inside."""
        subprocess.run(["nsenter", f"--net={self.path}", "ip", "-batch", "-"],
                       input="\n".join(commands), text=True, check=True)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """This thread is inside for the length of the `with`. A socket that is
        made there stays there."""
        with open("/proc/thread-self/ns/net", "rb") as home, \
                open(self.path, "rb") as away:
            _setns(away.fileno())
            try:
                yield
            finally:
                _setns(home.fileno())

    def close(self) -> None:
        """End the keeper. The kernel ends the namespace with its last process."""
        self._keeper.stdin.close()
        self._keeper.stdout.close()
        self._keeper.wait()


class Network:
    """The server's and the clients' namespace, connected."""

    def __init__(self):
        self.server = Namespace()
        self.clients = Namespace()
        self.server.ip(
            f"link add {CARD} type veth peer name {CARD} netns {self.clients.pid}",
            "link set lo up", f"link set {CARD} up",
            f"addr add {SERVER}/24 dev {CARD}",
            f"addr add {SERVER6}/64 dev {CARD} nodad")
        self.clients.ip("link set lo up", f"link set {CARD} up")
        self.add_clients(CLIENTS + CLIENTS6)

    def add_clients(self, addresses: Iterable[str]) -> None:
        """More client addresses, of any network."""
        here = [ipaddress.ip_network(f"{SERVER}/24", strict=False),
                ipaddress.ip_network(f"{SERVER6}/64", strict=False)]
        ours, servers = [], []
        for text in addresses:
            address = ipaddress.ip_address(text)
            near = next((net for net in here if address in net), None)
            length = near.prefixlen if near else address.max_prefixlen
            nodad = "nodad" if address.version == 6 else ""
            ours.append(f"addr add {address}/{length} dev {CARD} {nodad}")
            if not near:
                servers.append(f"route add {address} dev {CARD}")
        self.clients.ip(*ours)
        self.server.ip(*servers)

    def close(self) -> None:
        """End both namespaces and the cable with them."""
        self.clients.close()
        self.server.close()


def _setns(namespace: int) -> None:
    if _libc.setns(namespace, CLONE_NEWNET) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"setns: {os.strerror(error)}")
