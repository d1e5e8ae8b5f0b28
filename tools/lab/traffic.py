# SPDX-License-Identifier: BSD-3-Clause
"""Applications on real MPTCP sockets."""

import selectors
import socket
import threading
import time

from .namespace import IPPROTO_MPTCP, Namespace
from .waiting import FACTOR

PORT = 5001
BACKLOG = 1024


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class EchoServer:
    """Returns every byte it gets, to any number of connections, in a thread of its own. Listens
    on [::] and, v4-mapped, on 0.0.0.0 unless an address is given."""

    def __init__(self, namespace: Namespace, port: int = PORT, address: str = "::") -> None:
        self.listener = namespace.socket(_family(address), socket.SOCK_STREAM, IPPROTO_MPTCP)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, port))
        self.listener.listen(BACKLOG)
        self.listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.listener, selectors.EVENT_READ)
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._wake.close()
        self._thread.join()

    def __enter__(self) -> "EchoServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        while self._turn():
            pass
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()

    def _turn(self) -> bool:
        for key, _ in self._selector.select():
            if key.fileobj is self._woken:
                return False
            if key.fileobj is self.listener:
                self._accept()
            else:
                self._echo(key.fileobj)
        return True

    def _accept(self) -> None:
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return  # gone again before it was accepted
        self._selector.register(connection, selectors.EVENT_READ)

    def _echo(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(65536)
            if data:
                connection.sendall(data)
                return
        except OSError:
            pass  # reset by the client: the same as closed
        self._selector.unregister(connection)
        connection.close()


class Client:
    """An MPTCP connection to an EchoServer."""

    def __init__(self, namespace: Namespace, address: str, port: int = PORT,
                 source: str | None = None, device: str | None = None,
                 mark: int | None = None) -> None:
        self.socket = namespace.socket(_family(address), socket.SOCK_STREAM, IPPROTO_MPTCP)
        self.socket.settimeout(20 * FACTOR)
        if device is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        if mark is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
        if source is not None:
            self.socket.bind((source, 0))
        self.socket.connect((address, port))
        self.port: int = self.socket.getsockname()[1]
        self._ahead = b""
        self.exchange()

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send_ahead(self, data: bytes) -> None:
        """Sends what can be sent without waiting; the next exchange waits for the echo. Raises
        BlockingIOError if nothing can."""
        sent = self.socket.send(data, socket.MSG_DONTWAIT)
        self._ahead += data[:sent]

    def exchange(self, data: bytes = b"subflow") -> None:
        """Sends data and waits for its echo. The first exchange makes the connection fully
        established: no subflow can be added before (RFC 8684, section 3.1)."""
        self.socket.sendall(data)
        data, self._ahead = self._ahead + data, b""
        received = b""
        while len(received) < len(data):
            part = self.socket.recv(65536)
            if not part:
                raise AssertionError("the server closed the connection")
            received += part
        assert received == data, "the echo differs from what was sent"

    def answers(self) -> bool:
        """Whether an exchange succeeds."""
        try:
            self.exchange()
        except (OSError, AssertionError):
            return False
        return True


class Chatter:
    """Exchanges data on a client's connection without a pause: how often, and how long the
    longest exchange took."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._stop = threading.Event()
        self.exchanges = 0
        self.longest_stall = 0.0
        self.failure: Exception | None = None
        self._thread = threading.Thread(target=self._chat, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def __enter__(self) -> "Chatter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _chat(self) -> None:
        try:
            while not self._stop.wait(0.005):
                began = time.monotonic()
                self._client.exchange(b"x" * 1000)
                self.longest_stall = max(self.longest_stall, time.monotonic() - began)
                self.exchanges += 1
        except (OSError, AssertionError) as failure:
            self.failure = failure
