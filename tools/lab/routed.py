# SPDX-License-Identifier: BSD-3-Clause
"""Servers with global addresses behind a router, and a balancer that spreads flows over them."""

from .namespace import Namespace
from .uplinks import NO_DAD, Lab, Uplink

FORWARDING = ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding")
#: Flows are spread by addresses, protocol and ports: a join is another flow than the connection it
#: is for. The simpler policy 1 takes the sender's socket for the flow where links are veth.
HASH = (("fib_multipath_hash_fields", 0x37), ("fib_multipath_hash_policy", 3))


class Server:
    """A namespace behind the router. Its link `eth0` has private transit addresses, and the global
    addresses that are its own."""

    LINK = "eth0"
    NETWORK, NETWORK6 = "203.0.113.", "2001:db8:113::"

    def __init__(self, router: Namespace, number: int) -> None:
        self.number = number
        self.namespace = Namespace(f"server{number}")
        self._router = router
        for name in NO_DAD:
            self.namespace.set_sysctl(name, 0)
        router.ip("link", "add", self._port, "type", "veth",
                  "peer", "name", self.LINK, "netns", self.namespace.name)
        for namespace, link, host in ((router, self._port, 1), (self.namespace, self.LINK, 2)):
            namespace.ip("link", "set", link, "up")
            namespace.ip("addr", "add", f"{self._transit(host)}/24", "dev", link)
            namespace.ip("addr", "add", f"{self._transit6(host)}/64", "dev", link)
        for gateway in (self._transit(1), self._transit6(1)):
            family = "-6" if ":" in gateway else "-4"
            self.namespace.ip(family, "route", "add", "default", "via", gateway)
        self.private = self._transit(2)
        self.own = self.add_address(f"{self.NETWORK}{number}")
        self.own6 = self.add_address(f"{self.NETWORK6}{number}")
        self.namespace.run("ip", "mptcp", "limits", "set", "subflows", "8")

    def close(self) -> None:
        self.namespace.close()

    @property
    def _port(self) -> str:
        return f"port{self.number}"

    def _transit(self, host: int) -> str:
        return f"10.99.{self.number}.{host}"

    def _transit6(self, host: int) -> str:
        return f"fd99:{self.number}::{host}"

    def next_hop(self, address: str) -> str:
        """The gateway by which the router reaches this server, of the address' family."""
        return self._transit6(2) if ":" in address else self._transit(2)

    def add_address(self, address: str) -> str:
        """One more address of its own, with a route to it."""
        self.bring_back(address)
        self._router.ip("route", "add", address, "via", self.next_hop(address))
        return address

    def take_away(self, address: str) -> None:
        self.namespace.ip("addr", "delete", self._prefix(address), "dev", self.LINK)

    def bring_back(self, address: str) -> None:
        self.namespace.ip("addr", "add", self._prefix(address), "dev", self.LINK)

    @staticmethod
    def _prefix(address: str) -> str:
        return f"{address}/128" if ":" in address else f"{address}/32"

    def signal(self, address: str, identifier: int) -> None:
        """Its in-kernel path manager announces the address."""
        self.namespace.run("ip", "mptcp", "endpoint", "add", address, "id", str(identifier),
                           "signal")

    def withdraw(self, identifier: int) -> None:
        self.namespace.run("ip", "mptcp", "endpoint", "delete", "id", str(identifier))


class RoutedLab(Lab):
    """A client with uplinks to a router, and servers behind it. The client's IPv6 addresses are
    global, because local ones do not reach global servers; IPv4 ones do, in a world with NAT."""

    NETWORK6 = "2001:db8:77"

    def __init__(self, servers: int = 1) -> None:
        self.servers: list[Server] = []
        super().__init__()
        for name in FORWARDING:
            self.router.set_sysctl(name, 1)
        for number in range(1, servers + 1):
            self.servers.append(Server(self.router, number))

    @property
    def router(self) -> Namespace:
        """What a Lab has its server in. Here it is the gateway of every uplink and no more."""
        return self.server

    def close(self) -> None:
        for server in self.servers:
            server.close()
        super().close()

    def add_neighbour(self, uplink: Uplink, host: int) -> str:
        """Another host in the network of the uplink: one more address of the router's, which is
        as good as one for a client that looks for it."""
        address = f"{uplink.network}{host}"
        self.router.ip("addr", "add", f"{address}/24", "dev", uplink.peer)
        return address


class Balancer(RoutedLab):
    """Servers that share an anycast address. The router spreads flows to it over them, each flow
    by itself, as ECMP and stateless load balancers do. So the servers deny joins to it (the C
    flag); their own addresses are theirs alone."""

    ANYCAST = "198.51.100.1"
    ANYCAST6 = "2001:db8:100::1"

    def __init__(self, servers: int = 2) -> None:
        super().__init__(servers)
        for name, value in HASH:
            for family in ("ipv4", "ipv6"):
                self.router.set_sysctl(f"net.{family}.{name}", value)
        for address in (self.ANYCAST, self.ANYCAST6):
            self._balance(address)
        for server in self.servers:
            server.namespace.set_sysctl("net.mptcp.allow_join_initial_addr_port", 0)

    def _balance(self, address: str) -> None:
        hops: list[str] = []
        for server in self.servers:
            server.namespace.ip("addr", "add", address, "dev", "lo")
            hops += ["nexthop", "via", server.next_hop(address)]
        self.router.ip("route", "add", address, *hops)

    def misdirected(self) -> int:
        """How many joins came to a server that does not know the connection."""
        return sum(server.namespace.mib()["MPJoinNoTokenFound"] for server in self.servers)
