# SPDX-License-Identifier: BSD-3-Clause
"""A server that announces what it should not, to have the client scan, flood or reach inwards
(frontier, section 9). What leaves the client is counted on its links. The server denies joins to its
initial address, so that announced addresses are all there is to join."""

import contextlib
import ipaddress
import time
from dataclasses import dataclass
from typing import Callable, Iterator

import pytest

from expectations import all_clients, kernel_view, wait_for_locals
from lab import diag
from lab.capture import SynCapture
from lab.pm import PathManager, listen
from lab.routed import RoutedLab
from lab.traffic import PORT, Client, EchoServer
from lab.waiting import FACTOR, Timeout, wait_for, wait_until_still

FULLMESH = "[Rule default]\nPolicies=fullmesh\n"
#: Nobody has this network: the router says so at once, and an attempt costs nothing.
NOWHERE = "203.0.114"
ELSEWHERE = "203.0.115"
#: Another host in the client's second network, and one more address of the hostile server's.
NEIGHBOUR_HOST, NEIGHBOUR, LASTING = 50, "10.77.2.50", "203.0.113.101"
SUSPICIOUS, LAST = 3, 4
#: What the kernel gives an address without one: a join that comes after the withdrawal makes it do so.
LOWEST = 1
IDS, MANY = 254, 300
#: [Guard]'s defaults.
REMOTES, PORTS_PER_REMOTE = 8, 2
CONNECTION_BURST, CONNECTION_INTERVAL = 16, 56.0
HOST_BURST, HOST_INTERVAL = 32, 0.5
ANSWER_SECONDS = 2.0

# The kernel lets a server announce every one of these. Port 0 it cannot: it means no port.
LOCAL = ["127.0.0.1", "127.8.8.8", "0.0.0.0", "169.254.1.1", "169.254.169.254", "224.0.0.1",
         "255.255.255.255", "240.0.0.1", "::1", "::", "::ffff:127.0.0.1", "::127.0.0.1", "fe80::1",
         "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::", "64:ff9b::a9fe:a9fe"]
NARROWER = ["10.77.2.50", "192.168.1.1", "172.16.0.1", "100.64.0.1", "fd00::1", "fd77:2::2",
            "::ffff:10.77.2.50", "64:ff9b::a4d:232"]
PORTS = [22, 25, 80, 1023, 3306, 5432, 6379, 11211]


@dataclass(frozen=True)
class Hostile:
    """A server whose path manager is this test."""

    lab: RoutedLab
    by_hand: PathManager

    @property
    def own(self) -> str:
        return self.lab.servers[0].own

    @property
    def own6(self) -> str:
        return self.lab.servers[0].own6

    def token(self, client: Client) -> int:
        """Its token of the client's connection."""
        found = [c for c in diag.connections(self.lab.servers[0].namespace)
                 if c.remote_port == client.port]
        assert len(found) == 1, f"not one connection from port {client.port}: {found}"
        return found[0].token

    def announce(self, client: Client, address: str, identifier: int, port: int = 0) -> None:
        self.by_hand.announce(self.token(client), address, identifier, port)


@pytest.fixture
def routed() -> Iterator[RoutedLab]:
    """A client, a hostile server, and an honest one that allows joins to its initial address."""
    with RoutedLab(servers=2) as made:
        for uplink in made.uplinks:
            made.add_neighbour(uplink, NEIGHBOUR_HOST)
            made.router.ip("addr", "add", "fe80::1/64", "dev", uplink.peer)
        made.servers[0].add_address(LASTING)
        echoes = [EchoServer(server.namespace) for server in made.servers]
        yield made
        for echo in echoes:
            echo.close()


@pytest.fixture
def hostile(routed) -> Iterator[Hostile]:
    namespace = routed.servers[0].namespace
    namespace.select_path_manager("userspace")
    namespace.set_sysctl("net.mptcp.allow_join_initial_addr_port", 0)
    with namespace.entered():
        listener = listen()  # without one its kernel would reject every join
    with listener, PathManager(namespace) as by_hand:
        yield Hostile(routed, by_hand)


@pytest.fixture
def capture(routed) -> Iterator[SynCapture]:
    with SynCapture(routed.client) as made:
        yield made


@pytest.fixture
def open_client(routed) -> Iterator[Callable[[str], Client]]:
    made: list[Client] = []

    def open_to(address: str) -> Client:
        made.append(Client(routed.client, address))
        return made[-1]

    yield open_to
    for client in made:
        client.close()


@pytest.fixture(params=["", FULLMESH], ids=["default", "fullmesh"])
def daemon(routed, make_daemon, request):
    return make_daemon(routed.client, request.param).start()


def joined(routed: RoutedLab, client: Client) -> set[tuple[str, int]]:
    found = diag.connection(routed.client, client.port)
    return {(s.remote, s.remote_port) for s in found.joins()}


def explained(daemon, client: Client) -> list[dict]:
    token = f"{diag.connection(daemon.namespace, client.port).token:#010x}"
    return daemon.show("explain", token)["paths"]


def endpoint(address: str, port: int) -> str:
    """As subflowctl shows it."""
    parsed = ipaddress.ip_address(address)
    if parsed.version == 4 or parsed.ipv4_mapped:
        return f"{getattr(parsed, 'ipv4_mapped', None) or parsed}:{port}"
    return f"[{parsed}]:{port}"


def provoke(hostile: Hostile, daemon, client: Client, address: str, port: int = 0) -> None:
    """Announces what is suspicious and then an address that may be joined. When that is, all that
    came before has been judged."""
    hostile.announce(client, address, SUSPICIOUS, port)
    hostile.announce(client, LASTING, LAST)
    wait_for(lambda: (LASTING, PORT) in joined(hostile.lab, client),
             f"{LASTING}, announced after {endpoint(address, port)}, is joined",
             otherwise=lambda: f"{explained(daemon, client)}\n{kernel_view(daemon)}")


def complaint(daemon, client: Client, address: str, port: int) -> str | None:
    """What is wrong with what explain says of an address that the guard forbids."""
    told = [path for path in explained(daemon, client)
            if path["remote"] == endpoint(address, port)]
    if told and all(path["by"] == "guard" and path["reason"] for path in told):
        return None
    return f"{endpoint(address, port)}: {told or 'not mentioned'}"


def assert_guarded(hostile: Hostile, daemon, server: str, announced: list[tuple[str, int]]) -> None:
    """Each of these, announced on a connection of its own to that address of the server's, is
    forbidden, and explain says that the guard does it and why."""
    complaints = []
    for address, port in announced:
        with Client(hostile.lab.client, server) as client:
            provoke(hostile, daemon, client, address, port)
            complaints.append(complaint(daemon, client, address, port or PORT))
    assert [c for c in complaints if c is not None] == [], daemon.said()


def assert_only_to(capture: SynCapture, addresses: set[str]) -> None:
    strays = [syn for syn in capture.syns()
              if syn.destination not in addresses or syn.destination_port != PORT]
    assert strays == [], f"left the host, or went over lo: {strays}"


def without_port(addresses: list[str], version: int) -> list[tuple[str, int]]:
    return [(a, 0) for a in addresses if ipaddress.ip_address(a).version == version]


@pytest.mark.parametrize("addresses", [LOCAL, NARROWER], ids=["local", "narrower"])
@pytest.mark.parametrize("version", [4, 6])
def test_addresses_that_are_no_servers(hostile, capture, daemon, addresses, version):
    server = hostile.own if version == 4 else hostile.own6
    assert_guarded(hostile, daemon, server, without_port(addresses, version))
    assert_only_to(capture, {server, LASTING})


def test_ipv4_addresses_on_an_ipv6_connection(hostile, capture, daemon):
    announced = without_port([*LOCAL, *NARROWER], 4)
    assert_guarded(hostile, daemon, hostile.own6, announced)
    assert_only_to(capture, {hostile.own6, LASTING})


def test_the_clients_own_addresses(hostile, capture, daemon):
    for address in all_clients(hostile.lab):
        with Client(hostile.lab.client, hostile.own) as client:
            provoke(hostile, daemon, client, address)
            told = [path for path in explained(daemon, client)
                    if path["remote"] == endpoint(address, PORT)]
            assert all("own" in path["reason"] for path in told), told
    assert_only_to(capture, {hostile.own, LASTING})


def test_ports_of_other_services(hostile, capture, daemon):
    assert_guarded(hostile, daemon, hostile.own, [(f"{NOWHERE}.1", port) for port in PORTS])
    assert_only_to(capture, {hostile.own, LASTING})


def test_an_ordinary_port_is_tried(hostile, capture, daemon, open_client):
    client = open_client(hostile.own)
    hostile.announce(client, f"{NOWHERE}.1", SUSPICIOUS, 8443)
    wait_for(lambda: (f"{NOWHERE}.1", 8443) in targets(capture), "a join to the announced port",
             otherwise=daemon.said)


def test_a_neighbour_of_the_client_announced_by_a_private_server(hostile, capture, daemon):
    private = hostile.lab.servers[0].private
    assert_guarded(hostile, daemon, private, [(NEIGHBOUR, 0)])
    assert_only_to(capture, {private, LASTING})


def test_a_private_server_may_announce_its_other_private_address(hostile, daemon, open_client):
    other = hostile.lab.servers[0].add_address("10.98.0.1")
    client = open_client(hostile.lab.servers[0].private)
    hostile.announce(client, other, LAST)
    wait_for(lambda: (other, PORT) in joined(hostile.lab, client), f"{other} is joined",
             otherwise=lambda: f"{explained(daemon, client)}\n{daemon.said()}")


def targets(capture: SynCapture) -> set[tuple[str, int]]:
    return {(syn.destination, syn.destination_port) for syn in capture.joins()}


def attempts(capture: SynCapture) -> set[tuple[str, int, str, int]]:
    """Joins, however often their SYN was repeated."""
    return {(s.source, s.source_port, s.destination, s.destination_port) for s in capture.joins()}


def attempts_nowhere(capture: SynCapture) -> list[tuple[str, int]]:
    return [(remote, port) for _, _, remote, port in attempts(capture)
            if remote.startswith((NOWHERE, ELSEWHERE))]


def assert_honest_ones_work(daemon, routed: RoutedLab, clients: list[Client]) -> None:
    for client in clients:
        wait_for_locals(daemon, client, all_clients(routed))
        client.exchange()


def assert_answers_quickly(daemon) -> None:
    began = time.monotonic()
    assert daemon.ctl("status").returncode == 0, daemon.said()
    took = time.monotonic() - began
    assert took < ANSWER_SECONDS * FACTOR, f"status took {took:.1f} s"


def test_hundreds_of_addresses_at_once(hostile, capture, daemon, open_client):
    honest = hostile.lab.servers[1].own
    before, client = open_client(honest), open_client(hostile.own)
    began, token = time.monotonic(), hostile.token(client)
    for identifier in range(1, IDS + 1):
        hostile.by_hand.announce(token, f"{NOWHERE}.{identifier}", identifier)
    assert_answers_quickly(daemon)
    assert_honest_ones_work(daemon, hostile.lab, [before, open_client(honest)])
    assert hostile.lab.client.mib()["AddAddr"] > REMOTES, "announcements arrived"
    tried = still_nowhere(capture)
    assert tried, f"nothing was tried, so nothing was limited\n{daemon.said()}"
    assert len(set(tried)) <= REMOTES, f"a scan: {sorted(set(tried))}"
    for identifier in range(1, MANY - IDS + 1):  # others in place of the first ones
        hostile.by_hand.remove(token, identifier)
        hostile.by_hand.announce(token, f"{ELSEWHERE}.{identifier}", identifier)
    assert_answers_quickly(daemon)
    tried = still_nowhere(capture)
    assert len(tried) <= CONNECTION_BURST + seconds_since(began) / CONNECTION_INTERVAL, tried
    assert_honest_ones_work(daemon, hostile.lab, [before, open_client(honest)])


def still_nowhere(capture: SynCapture) -> list[tuple[str, int]]:
    """The attempts that there are when no more come."""
    wait_until_still(lambda: len(attempts(capture)), "joins")
    return attempts_nowhere(capture)


def seconds_since(began: float) -> float:
    return time.monotonic() - began


def test_an_id_whose_address_changes_and_changes(hostile, capture, daemon, open_client):
    client = open_client(hostile.own)
    token = hostile.token(client)
    began = time.monotonic()
    for host in range(1, 101):
        hostile.by_hand.announce(token, f"{NOWHERE}.{host}", SUSPICIOUS)
        hostile.by_hand.remove(token, SUSPICIOUS)
    assert_answers_quickly(daemon)
    tried = still_nowhere(capture)
    allowed = CONNECTION_BURST + seconds_since(began) / CONNECTION_INTERVAL
    assert len(tried) <= allowed, f"{len(tried)} joins: {sorted(tried)}"
    assert_honest_ones_work(daemon, hostile.lab, [open_client(hostile.lab.servers[1].own)])


def test_joins_that_end_as_soon_as_they_are_made(hostile, capture, daemon, open_client):
    client = open_client(hostile.own)
    token = hostile.token(client)
    began = time.monotonic()
    for _ in range(CONNECTION_BURST + 10):
        before = len(attempts(capture))
        hostile.by_hand.announce(token, LASTING, LOWEST)
        with contextlib.suppress(Timeout):  # after the last one that is allowed
            wait_for(lambda: len(attempts(capture)) > before, "another join", 0.2)
        hostile.by_hand.remove(token, LOWEST)
    allowed = CONNECTION_BURST + seconds_since(began) / CONNECTION_INTERVAL
    tried = len(attempts(capture))
    assert 0 < tried <= allowed, f"{tried} joins\n{explained(daemon, client)}"
    assert_honest_ones_work(daemon, hostile.lab, [open_client(hostile.lab.servers[1].own)])


def test_many_ports_of_one_address(hostile, capture, daemon, open_client):
    client = open_client(hostile.own)
    for identifier in range(1, 21):
        hostile.announce(client, f"{NOWHERE}.1", identifier, 8000 + identifier)
    wait_for(lambda: attempts_nowhere(capture), "one is tried", otherwise=daemon.said)
    ports = {port for _, port in still_nowhere(capture)}
    assert len(ports) <= PORTS_PER_REMOTE, f"a scan of ports: {sorted(ports)}"


def test_a_victim_announced_to_many_connections(hostile, capture, daemon, open_client):
    clients = [open_client(hostile.own) for _ in range(2 * HOST_BURST)]
    began = time.monotonic()
    for client in clients:
        hostile.announce(client, f"{NOWHERE}.1", SUSPICIOUS)
    wait_for(lambda: attempts_nowhere(capture), "the victim is tried", otherwise=daemon.said)
    wait_until_still(lambda: len(attempts(capture)) // 8, "joins")
    allowed = HOST_BURST + seconds_since(began) / HOST_INTERVAL + 1
    tried = len(attempts_nowhere(capture))
    assert tried <= allowed, f"{tried} joins to one victim"
    assert_honest_ones_work(daemon, hostile.lab, [open_client(hostile.lab.servers[1].own)])


def test_without_the_guard_the_lab_would_show_it(hostile, capture, make_daemon, open_client):
    """The capture sees what the other tests say is not there."""
    config = f"{FULLMESH}[Guard]\nAllowRemote={NEIGHBOUR}\n"
    daemon = make_daemon(hostile.lab.client, config).start()
    client = open_client(hostile.own)
    hostile.announce(client, NEIGHBOUR, SUSPICIOUS)
    wait_for(lambda: (NEIGHBOUR, PORT) in targets(capture), f"a join to {NEIGHBOUR}",
             otherwise=lambda: f"{explained(daemon, client)}\n{daemon.said()}")
