# SPDX-License-Identifier: BSD-3-Clause
"""subflowd on a server announces addresses (the policy `announce`). The client's side is the in-kernel
path manager, which joins what it is told."""

import contextlib
import socket
from typing import Callable, Iterator

import pytest

from expectations import describe
from lab import diag
from lab.pm import PathManager
from lab.routed import RoutedLab, Server
from lab.traffic import PORT, Client, EchoServer
from lab.waiting import wait_for

OWN_PORT = 5002
STRANGERS = 2000
JOIN_ID = 9


@pytest.fixture
def routed() -> Iterator[RoutedLab]:
    with RoutedLab() as made:
        made.client.run("ip", "mptcp", "limits", "set", "subflows", "8", "add_addr_accepted", "8")
        with EchoServer(made.servers[0].namespace):
            yield made


@pytest.fixture
def server(routed) -> Server:
    return routed.servers[0]


@pytest.fixture
def other(server) -> str:
    """One more address of the server's, of IPv4."""
    return server.add_address("203.0.113.101")


@pytest.fixture
def other6(server) -> str:
    return server.add_address("2001:db8:113::101")


@pytest.fixture
def announcing(server, make_daemon) -> Callable[..., object]:
    """Starts the server's daemon with these settings of `announce`."""
    def start(addresses: str, *settings: str):
        lines = ["[Rule default]", "Policies=announce", "[Policy announce]",
                 f"Addresses={addresses}", *settings, ""]
        return make_daemon(server.namespace, "\n".join(lines)).start()
    return start


@pytest.fixture
def connect(routed, server) -> Iterator[Callable[..., Client]]:
    """Opens connections to the server's own address."""
    made: list[Client] = []

    def open_client(address: str | None = None) -> Client:
        made.append(Client(routed.client, address or server.own))
        return made[-1]

    yield open_client
    for client in made:
        client.close()


def joined(routed: RoutedLab, client: Client) -> set[tuple[str, int]]:
    return {(s.remote, s.remote_port)
            for s in diag.connection(routed.client, client.port).joins()}


def wait_for_joined(routed: RoutedLab, daemon, client: Client,
                    expected: set[tuple[str, int]]) -> None:
    def failed() -> str:
        return (f"joined: {joined(routed, client)}\nat the client:\n{describe(routed.client)}\n"
                f"its counters: {routed.client.mib()}\n{daemon.ctl('status').stdout}\n"
                f"{daemon.said()}")
    wait_for(lambda: joined(routed, client) == expected, f"joins to exactly {sorted(expected)}",
             otherwise=failed)
    client.exchange()


def test_an_address_by_value(routed, announcing, connect, other):
    daemon = announcing(other)
    client = connect()
    wait_for_joined(routed, daemon, client, {(other, PORT)})
    assert routed.client.mib()["AddAddr"] == 1, "one address was announced, once"


def test_an_address_of_ipv6(routed, announcing, connect, server, other6):
    daemon = announcing(other6)
    wait_for_joined(routed, daemon, connect(server.own6), {(other6, PORT)})


def test_the_addresses_of_a_link(routed, announcing, connect, server, other):
    daemon = announcing(server.LINK)
    client = connect()
    wait_for(lambda: (other, PORT) in joined(routed, client), f"{other} is joined",
             otherwise=daemon.said)
    assert server.own not in {remote for remote, _ in joined(routed, client)}


def test_addresses_that_are_found_by_themselves(routed, announcing, connect, server, other):
    daemon = announcing("auto")
    client = connect()
    wait_for(lambda: (other, PORT) in joined(routed, client), f"{other} is joined",
             otherwise=daemon.said)
    assert server.own not in {remote for remote, _ in joined(routed, client)}


def test_several_addresses_all_arrive(routed, announcing, connect, server):
    others = [server.add_address(f"203.0.113.{host}") for host in range(101, 107)]
    daemon = announcing(" ".join(others))
    clients = [connect() for _ in range(5)]
    for client in clients:
        wait_for_joined(routed, daemon, client, {(address, PORT) for address in others})


def test_connections_from_before_the_daemon_are_told_too(routed, announcing, connect, server,
                                                         other):
    server.namespace.select_path_manager("userspace")
    client = connect()
    daemon = announcing(other)
    wait_for_joined(routed, daemon, client, {(other, PORT)})


def test_a_port_of_its_own(routed, announcing, connect, other):
    daemon = announcing(f"{other}:{OWN_PORT}")
    wait_for_joined(routed, daemon, connect(), {(other, OWN_PORT)})


def strangers(routed: RoutedLab, address: str) -> list[socket.socket]:
    """Plain TCP connections that are opened and then left."""
    made = []
    for _ in range(STRANGERS):
        stranger = routed.client.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        stranger.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            stranger.connect((address, OWN_PORT))
        made.append(stranger)
    return made


def refused(stranger: socket.socket) -> bool:
    try:
        return stranger.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_nobody_can_fill_the_listener(routed, announcing, connect, other):
    daemon = announcing(f"{other}:{OWN_PORT}")
    with contextlib.ExitStack() as stack:
        made = [stack.enter_context(stranger) for stranger in strangers(routed, other)]
        wait_for_joined(routed, daemon, connect(), {(other, OWN_PORT)})
        wait_for(lambda: all(map(refused, made)), "every stranger was sent away", timeout=20,
                 otherwise=lambda: f"{sum(not refused(s) for s in made)} are left")
        wait_for_joined(routed, daemon, connect(), {(other, OWN_PORT)})
    assert daemon.ctl("status").returncode == 0


def test_ipv6_with_a_port_does_not_fit_beside_timestamps(routed, announcing, connect, server,
                                                         other, other6):
    daemon = announcing(f"[{other6}]:{OWN_PORT} {other}")
    wait_for_joined(routed, daemon, connect(server.own6), {(other, PORT)})
    wait_for(lambda: "timestamps" in daemon.said() + daemon.ctl("status").stdout,
             "it says why the other address is not announced", otherwise=daemon.said)
    assert server.namespace.mib()["AddAddrTxDrop"] == 0


def test_ipv6_with_a_port_and_without_timestamps(routed, announcing, connect, server, other6):
    for namespace in (server.namespace, routed.client):
        namespace.set_sysctl("net.ipv4.tcp_timestamps", 0)
    daemon = announcing(f"[{other6}]:{OWN_PORT}")
    wait_for_joined(routed, daemon, connect(server.own6), {(other6, OWN_PORT)})


def test_without_settings_the_kernels_endpoints_are_announced(routed, make_daemon, connect, server,
                                                              other):
    server.signal(other, 7)
    daemon = make_daemon(server.namespace).start()
    wait_for_joined(routed, daemon, connect(), {(other, PORT)})


def test_a_lost_address_is_withdrawn_and_announced_when_it_is_back(routed, announcing, connect,
                                                                   server, other):
    daemon = announcing(other)
    clients = [connect() for _ in range(5)]
    for client in clients:
        wait_for_joined(routed, daemon, client, {(other, PORT)})
    server.take_away(other)
    for client in clients:
        wait_for_joined(routed, daemon, client, set())
    server.bring_back(other)
    for client in clients:
        wait_for_joined(routed, daemon, client, {(other, PORT)})


def test_a_restart_announces_nothing_twice(routed, announcing, connect, other):
    daemon = announcing(other)
    client = connect()
    wait_for_joined(routed, daemon, client, {(other, PORT)})
    daemon.kill()
    daemon.start()
    later = connect()
    wait_for_joined(routed, daemon, later, {(other, PORT)})
    wait_for_joined(routed, daemon, client, {(other, PORT)})


def flood(routed: RoutedLab, client: Client, remote: str, count: int) -> None:
    token = diag.connection(routed.client, client.port).token
    with PathManager(routed.client) as by_hand:
        for _ in range(count):
            by_hand.create_subflow(token, (routed.uplinks[1].client, JOIN_ID), (remote, PORT))


def test_joins_to_announced_addresses_are_limited(routed, make_daemon, connect, server, other):
    most, attempts = 3, 12
    routed.client.select_path_manager("userspace")
    daemon = make_daemon(server.namespace, f"[Daemon]\nMaxInbound={most}\n[Rule default]\n"
                                           f"Policies=announce\n[Policy announce]\n"
                                           f"Addresses={other}\n").start()
    client = connect()
    flood(routed, client, other, attempts)
    wait_for(lambda: server.namespace.mib()["MPJoinAckRx"] == attempts, "every join arrived",
             otherwise=lambda: str(server.namespace.mib()))
    wait_for(lambda: len(diag.connection(routed.client, client.port).joins()) == most,
             f"{most} of them are left", otherwise=lambda: f"{describe(routed.client)}\n"
                                                           f"{daemon.said()}")
    client.exchange()


@pytest.mark.parametrize("limit", ["MaxInboundPerPeer", "MaxInboundOverall"])
def test_joins_of_many_connections_are_limited(routed, make_daemon, connect, server, other, limit):
    most, number = 4, 10
    daemon = make_daemon(server.namespace, f"[Guard]\n{limit}={most}\n[Policy announce]\n"
                                           f"Addresses={other}\n").start()
    clients = [connect() for _ in range(number)]
    wait_for(lambda: server.namespace.mib()["MPJoinAckRx"] >= number, "every join arrived",
             otherwise=lambda: str(server.namespace.mib()))
    wait_for(lambda: sum(len(c.joins()) for c in diag.connections(routed.client)) == most,
             f"{most} of them are left", otherwise=lambda: f"{describe(routed.client)}\n"
                                                           f"{daemon.said()}")
    for client in clients:
        client.exchange()
