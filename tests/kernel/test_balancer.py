# SPDX-License-Identifier: BSD-3-Clause
"""Servers behind a stateless load balancer. They share an anycast address, deny joins to it (the C
flag), and each announces an address of its own. A join to the anycast address would come to the
wrong server about every other time."""

import os
from typing import Callable, Iterator

import pytest

from expectations import describe
from lab import diag
from lab.capture import SynCapture
from lab.routed import Balancer, Server
from lab.traffic import Client, EchoServer
from lab.waiting import wait_for

#: By hand: SUBFLOWD_BALANCED_CONNECTIONS=200.
MANY = int(os.environ.get("SUBFLOWD_BALANCED_CONNECTIONS", "60"))
SOME = max(MANY // 3, 10)
OWN, OWN6, OTHER = 1, 2, 3


@pytest.fixture
def balancer() -> Iterator[Balancer]:
    with Balancer() as made:
        echoes = [EchoServer(server.namespace) for server in made.servers]
        yield made
        for echo in echoes:
            echo.close()


@pytest.fixture
def announced(balancer) -> None:
    """Each server's kernel announces the server's own addresses."""
    for server in balancer.servers:
        server.signal(server.own, OWN)
        server.signal(server.own6, OWN6)


@pytest.fixture
def capture(balancer) -> Iterator[SynCapture]:
    with SynCapture(balancer.client) as made:
        yield made


Opener = Callable[..., list[Client]]


@pytest.fixture
def open_clients(balancer) -> Iterator[Opener]:
    """Opens so many connections to the anycast address."""
    made: list[Client] = []

    def open_some(count: int, address: str = Balancer.ANYCAST) -> list[Client]:
        opened = [Client(balancer.client, address) for _ in range(count)]
        made.extend(opened)
        return opened

    yield open_some
    for client in made:
        client.close()


@pytest.fixture
def daemon(balancer, make_daemon):
    return make_daemon(balancer.client).start()


@pytest.fixture
def links(balancer) -> list[set[str]]:
    """The client's addresses, both families', link by link."""
    return [{uplink.client, uplink.client6} for uplink in balancer.uplinks]


def has_one_each(found: diag.Connection | None, links: list[set[str]]) -> bool:
    """Whether the connection has one subflow on each of these links and no other, all of them
    established."""
    if found is None or len(found.subflows) != len(links):
        return False
    return all(any(s.established and s.local in link for s in found.subflows) for link in links)


def wait_for_one_each(daemon, clients: list[Client], links: list[set[str]]) -> None:
    ports = {client.port for client in clients}

    def lacking() -> list[diag.Connection | None]:
        found = {c.local_port: c for c in diag.connections(daemon.namespace)}
        return [found.get(port) for port in ports if not has_one_each(found.get(port), links)]
    wait_for(lambda: not lacking(), f"{len(clients)} connections with one subflow on each of {links}",
             30, lambda: f"{len(lacking())} are otherwise\n{explained(daemon, lacking())}\n"
                         f"{daemon.said()}")


def explained(daemon, connections: list[diag.Connection | None]) -> str:
    """What subflowd says of the first ones of them."""
    shown = [daemon.ctl("explain", f"{c.token:#010x}").stdout for c in connections[:3] if c]
    return "\n".join([describe(daemon.namespace)[:2000], *shown])


def assert_nothing_went_astray(balancer: Balancer, capture: SynCapture) -> None:
    assert capture.joins_to(Balancer.ANYCAST, Balancer.ANYCAST6) == [], \
        "no join goes to the initial address of a server that denies it"
    assert balancer.misdirected() == 0, "no join came to the wrong server"


def assert_all_exchange(clients: list[Client]) -> None:
    for client in clients:
        client.exchange(b"over all of its subflows" * 100)


def ports_at(server: Server) -> set[int]:
    """The clients' ports of the connections that this server has."""
    return {c.remote_port for c in diag.connections(server.namespace)}


def assert_both_serve(balancer: Balancer, clients: list[Client]) -> None:
    shares = [len(ports_at(server)) for server in balancer.servers]
    assert sum(shares) == len(clients) and min(shares) > 0, f"not balanced: {shares}"


def test_the_balancer_spreads_joins_too(balancer, open_clients):
    """The lab itself: what goes wrong for who joins the anycast address all the same."""
    for server in balancer.servers:
        server.namespace.set_sysctl("net.mptcp.allow_join_initial_addr_port", 1)
    uplink = balancer.uplinks[1]
    balancer.client.run("ip", "mptcp", "endpoint", "add", uplink.client, "dev", uplink.link,
                        "subflow")
    clients = open_clients(SOME)
    assert_both_serve(balancer, clients)
    wait_for(lambda: balancer.client.mib()["MPJoinSynTx"] == SOME, "each tried to join")
    wait_for(lambda: 0 < balancer.misdirected() < SOME, "some joins came to the wrong server",
             otherwise=lambda: str(balancer.misdirected()))


@pytest.mark.parametrize("anycast", [Balancer.ANYCAST, Balancer.ANYCAST6])
def test_each_connection_has_one_subflow_on_each_link(balancer, announced, capture, open_clients,
                                                      daemon, links, anycast):
    clients = open_clients(MANY, anycast)
    assert_both_serve(balancer, clients)
    wait_for_one_each(daemon, clients, links)
    assert_all_exchange(clients)
    assert_nothing_went_astray(balancer, capture)


def test_uplinks_that_go_and_come_back(balancer, announced, capture, open_clients, daemon, links):
    clients = open_clients(SOME) + open_clients(SOME, Balancer.ANYCAST6)
    wait_for_one_each(daemon, clients, links)
    for gone, left in zip(balancer.uplinks, reversed(links)):
        balancer.take_down(gone)
        wait_for_one_each(daemon, clients, [left])
        assert_all_exchange(clients)
        balancer.bring_up(gone)
        wait_for_one_each(daemon, clients, links)
    assert_all_exchange(clients)
    assert_nothing_went_astray(balancer, capture)


def test_a_crash_of_the_daemon(balancer, announced, capture, open_clients, daemon, links):
    clients = open_clients(SOME)
    wait_for_one_each(daemon, clients, links)
    daemon.kill()
    balancer.take_down(balancer.uplinks[0])
    unseen = open_clients_over(balancer, open_clients)
    daemon.start()
    wait_for_one_each(daemon, clients, [links[1]])
    balancer.bring_up(balancer.uplinks[0])
    late = open_clients(SOME)
    wait_for_one_each(daemon, clients + late, links)
    assert_all_exchange(clients + unseen + late)
    assert_nothing_went_astray(balancer, capture)


def open_clients_over(balancer: Balancer, open_clients: Opener) -> list[Client]:
    """Connections over the second uplink, while the first one, which has the default route of all,
    is down. Nobody saw the C flag of theirs."""
    second = balancer.uplinks[1]
    balancer.client.ip("route", "add", "default", "via", second.server, "dev", second.link,
                       "metric", "500")
    return open_clients(5)


def test_an_address_is_withdrawn_and_another_announced(balancer, announced, capture, open_clients,
                                                       daemon, links):
    moving = balancer.servers[0]
    clients = open_clients(SOME)
    wait_for_one_each(daemon, clients, links)
    moved = [client for client in clients if client.port in ports_at(moving)]
    other = moving.add_address("203.0.113.101")
    moving.withdraw(OWN)
    wait_for_one_each(daemon, moved, [links[0]])
    moving.signal(other, OTHER)
    wait_for_one_each(daemon, clients, links)
    remotes = {client.port: {s.remote for s in diag.connection(balancer.client, client.port).joins()}
               for client in moved}
    assert remotes == {client.port: {other} for client in moved}
    assert_all_exchange(clients)
    assert_nothing_went_astray(balancer, capture)


@pytest.mark.parametrize("broken", ["iptables", "ip6tables"])
def test_a_family_that_does_not_work_gives_way_to_the_other(
        balancer, announced, capture, open_clients, daemon, links, broken):
    for server in balancer.servers:
        address = server.own if broken == "iptables" else server.own6
        balancer.router.run(broken, "-A", "FORWARD", "-d", address, "-j", "DROP")
    clients = open_clients(SOME, Balancer.ANYCAST6)
    wait_for_one_each(daemon, clients, links)
    assert_all_exchange(clients)
    assert_nothing_went_astray(balancer, capture)


def test_subflowd_on_both_sides(balancer, capture, open_clients, make_daemon, daemon, links):
    for server in balancer.servers:
        make_daemon(server.namespace, "[Rule default]\nPolicies=announce\n[Policy announce]\n"
                                      f"Addresses={server.own} {server.own6}\n").start()
    clients = open_clients(MANY) + open_clients(SOME, Balancer.ANYCAST6)
    wait_for_one_each(daemon, clients, links)
    balancer.take_down(balancer.uplinks[0])
    wait_for_one_each(daemon, clients, [links[1]])
    balancer.bring_up(balancer.uplinks[0])
    wait_for_one_each(daemon, clients, links)
    assert_all_exchange(clients)
    assert_nothing_went_astray(balancer, capture)
