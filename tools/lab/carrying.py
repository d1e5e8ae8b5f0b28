# SPDX-License-Identifier: BSD-3-Clause
"""When a path carries a connection's data: what the TCP of the end that it arrives at has taken,
per subflow. The wire alone shows also what a firewall drops or nobody is there to take."""

import time

from . import diag
from .namespace import Namespace

Ends = tuple[str, int, str, int]


class Carrying:
    """Data that arrives at one end by subflows whose client has an address in a network (the
    beginning of its text), from or to a port of the server."""

    def __init__(self, namespace: Namespace, network: str, port: int) -> None:
        self._namespace = namespace
        self._network = network
        self._port = port
        self._ended: set[Ends] = set()
        self._before: dict[Ends, int] = {}
        self.since: float | None = None

    def disregard(self) -> None:
        """What arrives by the subflows of now does not count: they cannot live on."""
        self._ended |= self._received().keys()

    def begin(self) -> None:
        """From here on it counts."""
        self._before = self._received()
        self.since = None

    def look(self) -> bool:
        """Whether data arrived since. The first time it did is in `since`: monotonic, as late as
        this was asked."""
        if self.since is None and any(count > self._before.get(ends, 0)
                                      for ends, count in self._received().items()):
            self.since = time.monotonic()
        return self.since is not None

    def _received(self) -> dict[Ends, int]:
        found = {}
        for connection in diag.connections(self._namespace):
            for s in connection.subflows:
                ends = (s.local, s.local_port, s.remote, s.remote_port)
                client = s.remote if s.local_port == self._port else s.local
                if self._port in (s.local_port, s.remote_port) and ends not in self._ended \
                        and client.startswith(self._network):
                    found[ends] = s.received
        return found
