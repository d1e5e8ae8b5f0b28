# SPDX-License-Identifier: BSD-3-Clause
"""A tunnel between two namespaces, such as a VPN's: two TUN devices, and a thread that carries
packets from one to the other."""

import fcntl
import os
import selectors
import struct
import threading

from .namespace import Namespace

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
MTU = 1400


def _open(namespace: Namespace, name: str) -> int:
    request = struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI)
    with namespace.entered():
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    try:
        fcntl.ioctl(descriptor, TUNSETIFF, request)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


class Tunnel:
    """`LINK` in both namespaces, 10.88.0.1 at the near end and 10.88.0.2 at the far one. Raises
    OSError where there is no TUN."""

    LINK = "vpn0"
    NEAR, FAR = "10.88.0.1", "10.88.0.2"

    def __init__(self, near: Namespace, far: Namespace) -> None:
        self._ends: list[int] = []
        for namespace, address in ((near, self.NEAR), (far, self.FAR)):
            self._ends.append(_open(namespace, self.LINK))
            namespace.ip("link", "set", self.LINK, "mtu", str(MTU), "up")
            namespace.ip("addr", "add", f"{address}/24", "dev", self.LINK)
        self._wake, self._woken = os.pipe()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def close(self) -> None:
        os.close(self._wake)
        self._thread.join()
        for end in (*self._ends, self._woken):
            os.close(end)

    def __enter__(self) -> "Tunnel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _carry(self) -> None:
        other = dict(zip(self._ends, reversed(self._ends)))
        with selectors.DefaultSelector() as selector:
            for descriptor in (*self._ends, self._woken):
                selector.register(descriptor, selectors.EVENT_READ)
            while True:
                ready = [key.fd for key, _ in selector.select()]
                if self._woken in ready:
                    return
                for end in ready:
                    _pass_on(end, other[end])


def _pass_on(source: int, target: int) -> None:
    try:
        os.write(target, os.read(source, 0xFFFF))
    except OSError:
        pass  # a link that is down: its packets are lost
