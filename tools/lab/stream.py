# SPDX-License-Identifier: BSD-3-Clause
"""A connection that is kept full in both directions, and the longest silence that the application
at each end sat through."""

import selectors
import socket
import threading
import time

from .namespace import IPPROTO_MPTCP, Namespace
from .waiting import FACTOR

PORT = 5002
CHUNK = 16384
RECEIVE_SIZE = 1 << 16
POLL_SECONDS = 0.05
CONNECT_SECONDS = 20
BACKLOG = 16
SEND_BUFFER = 32 << 10


class Arrivals:
    """When data came. Nothing but the times of it: monotonic, in seconds."""

    def __init__(self, now: float) -> None:
        self._longest = 0.0
        self._last = now
        self.count = 0

    def note(self, now: float) -> None:
        self._longest = max(self._longest, now - self._last)
        self._last = now
        self.count += 1

    def forget(self) -> None:
        """Silences count from here on; one that has begun counts from its beginning."""
        self._longest = 0.0

    def longest(self, now: float) -> float:
        """The longest silence, be it the one that lasts still."""
        return max(self._longest, now - self._last)


class Stream:
    """Both ends of a connection from the client's namespace to a port of the server's, and a
    thread that writes into each end as much as fits and reads what came. `up` is what came to the
    server, `down` what came to the client."""

    def __init__(self, client: Namespace, server: Namespace, address: str,
                 port: int = PORT) -> None:
        self._listener = server.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("0.0.0.0", port))
        self._listener.listen(BACKLOG)  # and stays: the kernel takes joins only where one listens
        # Small enough for the queues of slow links: what is lost, a fault has lost.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._near = client.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
        self._near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._near.settimeout(CONNECT_SECONDS * FACTOR)
        self._near.connect((address, port))
        self._far, _ = self._listener.accept()
        self.port: int = self._near.getsockname()[1]
        self.failure: OSError | None = None
        now = time.monotonic()
        self.up, self.down = Arrivals(now), Arrivals(now)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        for end in (self._near, self._far, self._listener):
            end.close()

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            for end, arrivals in ((self._near, self.down), (self._far, self.up)):
                end.setblocking(False)
                selector.register(end, selectors.EVENT_READ | selectors.EVENT_WRITE, arrivals)
            try:
                while not self._stop.is_set():
                    for key, ready in selector.select(POLL_SECONDS):
                        _serve(key.fileobj, key.data, ready)
            except OSError as failure:
                self.failure = failure


def _serve(end: socket.socket, arrivals: Arrivals, ready: int) -> None:
    try:
        if ready & selectors.EVENT_READ:
            if not end.recv(RECEIVE_SIZE):
                raise ConnectionError("the other end closed the connection")
            arrivals.note(time.monotonic())
        if ready & selectors.EVENT_WRITE:
            end.send(b"x" * CHUNK)
    except BlockingIOError:
        pass  # ready no more
