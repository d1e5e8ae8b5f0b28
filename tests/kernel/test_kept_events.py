# SPDX-License-Identifier: BSD-3-Clause
"""Where the service manager keeps the event socket, nothing that happens between two daemons is
missed: not even what no dump tells, the C flag and what servers announce."""

import pytest

from expectations import all_clients, wait_for_all_locals
from lab.capture import SynCapture
from lab.keeper import KeptDaemon
from lab.waiting import wait_for

ANNOUNCED = "1"


@pytest.fixture
def denied(lab):
    """The server denies joins to the address that connections are opened to, and announces
    another."""
    lab.server.set_sysctl("net.mptcp.allow_join_initial_addr_port", 0)
    lab.server.run("ip", "mptcp", "endpoint", "add", lab.uplinks[1].server, "id", ANNOUNCED,
                   "signal")


@pytest.fixture
def kept(lab, executables):
    with KeptDaemon(lab.client, executables) as daemon:
        daemon.start()
        yield daemon
        print(daemon.said())


def test_connections_opened_between_two_daemons_lack_nothing(denied, lab, connect, kept):
    assert list(kept.kept()) == ["events"]
    early = [connect() for _ in range(5)]
    wait_for_all_locals(kept, early, all_clients(lab))
    with SynCapture(lab.client) as capture:
        kept.kill()
        late = [connect() for _ in range(20)]
        passing = [connect() for _ in range(20)]
        for client in passing:
            client.close()
        kept.start()
        wait_for_all_locals(kept, early + late, all_clients(lab))
        assert capture.joins_to(lab.uplinks[0].server) == []
    wait_for(lambda: len(kept.connections()) == len(early + late), "the others are forgotten",
             otherwise=kept.said)
    assert "the events since the last run were kept" in kept.said()
    assert kept.show("status")["events_lost"] == 0


def test_it_is_kept_again_and_again(lab, connect, kept):
    for _ in range(3):
        client = connect()
        wait_for_all_locals(kept, [client], all_clients(lab))
        kept.kill()
        late = connect()
        kept.start()
        wait_for_all_locals(kept, [client, late], all_clients(lab))


def test_a_socket_of_another_network_namespace_is_not_taken(lab, executables, kept):
    with KeptDaemon(lab.server, executables, kept=kept.kept()) as other:
        other.start()
        assert "no socket of this network" in other.said()
        assert other.show("status")["state"] == "running"
