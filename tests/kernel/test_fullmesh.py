# SPDX-License-Identifier: BSD-3-Clause
"""A client with several uplinks and the policy fullmesh: every connection uses every path."""

import pytest

from conftest import FULLMESH
from expectations import (all_clients, all_clients6, describe, kernel_view, wait_for_all_locals,
                          wait_for_known, wait_for_locals)
from lab import diag
from lab.traffic import Client, EchoServer
from lab.uplinks import Lab
from lab.waiting import wait_for

MANY = 200


@pytest.fixture
def daemon(mesh_daemon):
    return mesh_daemon


def pairs(found: diag.Connection) -> set[tuple[str, str]]:
    return {(s.local, s.remote) for s in found.subflows if s.established}


def test_an_ipv4_connection_gains_a_subflow_on_the_other_link(lab, connect, daemon):
    client = connect(lab.uplinks[0].server)
    found = wait_for_locals(daemon, client, all_clients(lab))
    assert len(found.subflows) == 2, f"one subflow for each address\n{describe(lab.client)}"
    assert {s.remote for s in found.subflows} == {lab.uplinks[0].server}


def test_an_ipv6_connection_gains_an_ipv6_subflow(lab, connect, daemon):
    client = connect(lab.uplinks[0].server6)
    found = wait_for_locals(daemon, client, all_clients6(lab))
    assert {s.remote for s in found.subflows} == {lab.uplinks[0].server6}


def test_the_subflow_is_bound_to_its_link(lab, connect, daemon):
    client = connect()
    found = wait_for_locals(daemon, client, all_clients(lab))
    shown = lab.client.ip("-o", "link", "show", "dev", lab.uplinks[1].link)
    assert found.joins()[0].device == int(shown.split(":")[0])


def test_an_announced_address_makes_a_mesh(lab, connect, daemon):
    first, second = lab.uplinks
    lab.server.run("ip", "mptcp", "endpoint", "add", second.server, "dev", second.peer, "signal")
    client = connect()
    mesh = {(local, remote) for local in (first.client, second.client)
            for remote in (first.server, second.server)}
    wait_for(lambda: pairs(diag.connection(lab.client, client.port)) == mesh,
             "a subflow for each local address and each remote one",
             otherwise=lambda: kernel_view(daemon))


def test_a_withdrawn_address_loses_its_subflows(lab, connect, daemon):
    first, second = lab.uplinks
    lab.server.run("ip", "mptcp", "endpoint", "add", second.server, "id", "7", "signal")
    client = connect()
    wait_for(lambda: len(pairs(diag.connection(lab.client, client.port))) == 4, "the whole mesh",
             otherwise=lambda: kernel_view(daemon))
    lab.server.run("ip", "mptcp", "endpoint", "delete", "id", "7")
    left = {(first.client, first.server), (second.client, first.server)}
    wait_for(lambda: pairs(diag.connection(lab.client, client.port)) == left,
             "only the subflows to the initial address are left",
             otherwise=lambda: kernel_view(daemon))


def test_many_connections_at_once(lab, connect, daemon):
    clients = [connect() for _ in range(MANY)]
    wait_for_all_locals(daemon, clients, all_clients(lab))
    joined = lab.client.mib()["MPJoinSynTx"]
    assert joined == MANY, f"{joined} joins for {MANY} connections: one each was enough"


def test_connections_of_both_families_live_together(lab, connect, daemon):
    four = [connect(lab.uplinks[0].server) for _ in range(5)]
    six = [connect(lab.uplinks[0].server6) for _ in range(5)]
    wait_for_all_locals(daemon, four, all_clients(lab))
    wait_for_all_locals(daemon, six, all_clients6(lab))


@pytest.mark.parametrize("most", [2, 3])
def test_a_connection_never_has_more_subflows_than_allowed(make_daemon, most):
    with Lab(4) as lab, EchoServer(lab.server):
        daemon = make_daemon(lab.client, f"{FULLMESH}[Daemon]\nMaxSubflows={most}\n").start()
        with Client(lab.client, lab.uplinks[0].server) as client:
            wait_for(lambda: len(diag.connection(lab.client, client.port).joins()) == most - 1,
                     f"{most} subflows", otherwise=lambda: kernel_view(daemon))
            wait_for(lambda: limited(daemon, client) == len(lab.uplinks) - most,
                     "every other path waits for the limit",
                     otherwise=lambda: str(paths(daemon, client)))
        assert lab.client.mib()["MPJoinSynTx"] == most - 1


def paths(daemon, client) -> list[dict]:
    token = wait_for_known(daemon, client)["token"]
    return daemon.show("explain", token)["paths"]


def limited(daemon, client) -> int:
    return sum("may have" in path["reason"] for path in paths(daemon, client))
