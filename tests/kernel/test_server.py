# SPDX-License-Identifier: BSD-3-Clause
"""The daemon on the server's side: joins come in, none go out, and not any number of them."""

import pytest

from expectations import wait_for_joins
from lab import diag
from lab.pm import PathManager
from lab.waiting import wait_for

JOIN_ID = 9


@pytest.fixture
def joining_client(lab):
    """The client's kernel joins from its second uplink by itself."""
    uplink = lab.uplinks[1]
    lab.client.run("ip", "mptcp", "limits", "set", "subflows", "8", "add_addr_accepted", "8")
    lab.client.run("ip", "mptcp", "endpoint", "add", uplink.client, "dev", uplink.link, "subflow")


@pytest.fixture
def server_daemon(lab, make_daemon):
    return make_daemon(lab.server).start()


def only_entry(daemon) -> dict | None:
    entries = list(daemon.connections().values())
    return entries[0] if len(entries) == 1 else None


def wait_for_listed_subflows(daemon, count: int) -> dict:
    def listed() -> dict | None:
        entry = only_entry(daemon)
        return entry if entry is not None and len(entry["subflows"]) == count else None
    return wait_for(listed, f"subflowctl lists {count} subflows", otherwise=daemon.said)


def test_joins_of_a_client_are_accepted(lab, server_daemon, joining_client, connect):
    client = connect()
    wait_for_joins(lab.client, client, 1)
    entry = wait_for_listed_subflows(server_daemon, 2)
    assert entry["side"] == "server"
    client.exchange()
    assert lab.server.mib()["MPJoinRejected"] == 0
    assert len(diag.connection(lab.client, client.port).joins()) == 1


def test_a_server_joins_nothing(lab, server_daemon, joining_client, connect):
    client = connect()
    wait_for_joins(lab.client, client, 1)
    wait_for_listed_subflows(server_daemon, 2)
    assert lab.server.mib()["MPJoinSynTx"] == 0
    assert [s.flags & diag.Flag.JOIN_LOC for c in diag.connections(lab.server)
            for s in c.subflows] == [0, 0]


def flood(lab, client, count: int) -> None:
    """The client opens `count` subflows, whatever the server thinks of it."""
    token = diag.connection(lab.client, client.port).token
    with PathManager(lab.client) as by_hand:
        for _ in range(count):
            by_hand.create_subflow(token, (lab.uplinks[1].client, JOIN_ID),
                                   (lab.uplinks[0].server, 5001))


@pytest.mark.parametrize("config, most", [("", 8), ("[Daemon]\nMaxInbound=2\n", 2)])
def test_a_peer_cannot_open_more_subflows_than_allowed(lab, make_daemon, connect, config, most):
    daemon = make_daemon(lab.server, config).start()
    lab.client.select_path_manager("userspace")
    client = connect()
    attempts = most + 4
    flood(lab, client, attempts)
    wait_for(lambda: lab.server.mib()["MPJoinAckRx"] == attempts, "every join arrived",
             otherwise=lambda: str(lab.server.mib()))
    wait_for_joins(lab.server, only_server_port(lab), most)
    wait_for_joins(lab.client, client, most)
    wait_for_listed_subflows(daemon, most + 1)
    client.exchange()


class only_server_port:
    """The server's end of the one connection, in the shape of a client."""

    def __init__(self, lab) -> None:
        self.port = diag.connections(lab.server)[0].local_port


def test_many_clients_are_listed(lab, server_daemon, joining_client, connect):
    clients = [connect() for _ in range(50)]
    wait_for(lambda: len(server_daemon.connections()) == len(clients), "all of them are listed",
             otherwise=server_daemon.said)
    wait_for(lambda: all(len(entry["subflows"]) == 2
                         for entry in server_daemon.connections().values()),
             "each with its join", otherwise=server_daemon.said)
    for client in clients:
        client.close()
    wait_for(lambda: not server_daemon.connections(), "none is left after they closed",
             otherwise=server_daemon.said)
