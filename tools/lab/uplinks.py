# SPDX-License-Identifier: BSD-3-Clause
"""A client with several uplinks, each in networks of its own, and a server at their other ends."""

from dataclasses import dataclass

from .namespace import Namespace

#: Sockets with an address that is still TENTATIVE cannot bind; a lab has no duplicates.
NO_DAD = ("net.ipv6.conf.default.accept_dad", "net.ipv6.conf.all.accept_dad")


@dataclass(frozen=True)
class Uplink:
    """The client's `link`, joined by veth to the server's `peer`. The server is the gateway."""

    number: int
    network6: str = "fd77"

    @property
    def link(self) -> str:
        return f"wan{self.number}"

    @property
    def peer(self) -> str:
        return f"lan{self.number}"

    @property
    def network(self) -> str:
        """How its IPv4 addresses begin."""
        return f"10.77.{self.number}."

    @property
    def client(self) -> str:
        return f"{self.network}1"

    @property
    def server(self) -> str:
        return f"{self.network}2"

    @property
    def client6(self) -> str:
        return f"{self.network6}:{self.number}::1"

    @property
    def server6(self) -> str:
        return f"{self.network6}:{self.number}::2"

    @property
    def table(self) -> str:
        return str(100 + self.number)


class Lab:
    """Two namespaces and `count` uplinks between them, with IPv4 and IPv6 addresses. The first
    uplink has the main table's default route; each other one has its default route in a table of
    its own, behind a rule for its source addresses. The server accepts joins by itself (in-kernel
    path manager, limits 8) and announces nothing."""

    NETWORK6 = "fd77"

    def __init__(self, count: int = 2, client: Namespace | None = None) -> None:
        self.client = client or Namespace("client")
        self.server = Namespace("server")
        self.uplinks = [Uplink(number, self.NETWORK6) for number in range(1, count + 1)]
        for namespace in (self.client, self.server):
            for name in NO_DAD:
                namespace.set_sysctl(name, 0)
        for uplink in self.uplinks:
            self._connect(uplink)
        self.server.run("ip", "mptcp", "limits", "set", "subflows", "8", "add_addr_accepted", "8")

    def close(self) -> None:
        self.client.close()
        self.server.close()

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connect(self, uplink: Uplink) -> None:
        self.client.ip("link", "add", uplink.link, "type", "veth",
                       "peer", "name", uplink.peer, "netns", self.server.name)
        self.server.ip("link", "set", uplink.peer, "up")
        self.server.ip("addr", "add", f"{uplink.server}/24", "dev", uplink.peer)
        self.server.ip("addr", "add", f"{uplink.server6}/64", "dev", uplink.peer)
        self.client.ip("link", "set", uplink.link, "up")
        for rule_family, address in (("-4", uplink.client), ("-6", uplink.client6)):
            if uplink.number > 1:
                self._route_by_source(uplink, rule_family, address)
        self.add_addresses(uplink)

    def _route_by_source(self, uplink: Uplink, family: str, address: str) -> None:
        self.client.ip(family, "rule", "add", "from", address, "lookup", uplink.table)

    def add_uplink(self) -> Uplink:
        """One more uplink, while everything runs."""
        uplink = Uplink(len(self.uplinks) + 1, self.NETWORK6)
        self._connect(uplink)
        return uplink

    def add_source(self, uplink: Uplink, host: int) -> str:
        """One more IPv4 address on the client's end, its last byte `host`."""
        address = f"{uplink.network}{host}"
        if uplink.number > 1:
            self._route_by_source(uplink, "-4", address)
        self.client.ip("addr", "add", f"{address}/24", "dev", uplink.link)
        return address

    def add_addresses(self, uplink: Uplink) -> None:
        """Gives the uplink its addresses and default routes, as far as it lacks them."""
        self.client.ip("addr", "replace", f"{uplink.client}/24", "dev", uplink.link)
        self.client.ip("addr", "replace", f"{uplink.client6}/64", "dev", uplink.link)
        self.add_routes(uplink)

    def add_routes(self, uplink: Uplink) -> None:
        for gateway in (uplink.server, uplink.server6):
            self.client.ip(*self._default_route(uplink, "replace", gateway))

    def remove_routes(self, uplink: Uplink) -> None:
        for gateway in (uplink.server, uplink.server6):
            self.client.ip(*self._default_route(uplink, "delete", gateway))

    @staticmethod
    def _default_route(uplink: Uplink, action: str, gateway: str) -> list[str]:
        table = ["table", uplink.table] if uplink.number > 1 else []
        family = "-6" if ":" in gateway else "-4"
        return [family, "route", action, "default", "via", gateway, "dev", uplink.link, *table]

    def slow_down(self, rate: str = "8mbit", netem: str = "") -> None:
        """From now on every uplink takes that much each way and queues up to 200 ms of it: a sender
        in a hurry uses every path that he may. `netem` is more of the kind of "delay 20ms loss 1%",
        where the kernel has it."""
        queue = (["netem", *netem.split(), "rate", rate, "limit", "150"] if netem else
                 ["tbf", "rate", rate, "burst", "32k", "latency", "200ms"])
        for uplink in self.uplinks:
            for namespace, link in ((self.client, uplink.link), (self.server, uplink.peer)):
                namespace.run("tc", "qdisc", "add", "dev", link, "root", *queue)

    def speed_up(self) -> None:
        """Undoes slow_down()."""
        for uplink in self.uplinks:
            for namespace, link in ((self.client, uplink.link), (self.server, uplink.peer)):
                namespace.run("tc", "qdisc", "delete", "dev", link, "root")

    def take_down(self, uplink: Uplink) -> None:
        """The client's end goes administratively down: the kernel drops its IPv6 addresses and
        every route through it."""
        self.client.ip("link", "set", uplink.link, "down")

    def bring_up(self, uplink: Uplink) -> None:
        """The client's end comes back, with the addresses and routes it had."""
        self.client.ip("link", "set", uplink.link, "up")
        self.add_addresses(uplink)
