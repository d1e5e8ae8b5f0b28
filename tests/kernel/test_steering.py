# SPDX-License-Identifier: BSD-3-Clause
"""What an operator does by hand, as the kernel sees it."""

import socket

import pytest

from expectations import (all_clients, describe, kernel_view, wait_for_joins, wait_for_known,
                          wait_for_locals)
from lab import diag, faults
from lab.traffic import Chatter
from lab.waiting import FACTOR, wait_for

ACCEPTABLE_STALL_SECONDS = 1.0
OK, FAILED, NOTHING_MATCHED = 0, 1, 5

#: A policy that wants no subflow.
NOBODY_WANTS = "[Rule default]\nPolicies=announce\n"


def steer(daemon, *command: str) -> None:
    done = daemon.ctl(*command)
    assert done.returncode == OK, f"{command}: {done.stderr}\n{kernel_view(daemon)}"


def why(daemon, token: str, local: str) -> tuple[str, str]:
    """Who decided about the path from a local address, and the code of the reason."""
    return next((path["by"], path["reason_code"])
                for path in daemon.show("explain", token)["paths"] if path["local"] == local)


@pytest.fixture
def idle(lab, make_daemon):
    """A daemon whose policy wants nothing."""
    return make_daemon(lab.client, NOBODY_WANTS).start()


@pytest.fixture
def token(lab, daemon, connect):
    """A connection with a subflow on each uplink, its token in text and its client."""
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    return f"{diag.connection(lab.client, client.port).token:#010x}", client


@pytest.mark.parametrize("where", ["link", "address"])
def test_a_subflow_that_no_policy_wants(lab, connect, idle, where):
    second = lab.uplinks[1]
    client = connect()
    token = wait_for_known(idle, client)["token"]
    steer(idle, "subflow", "add", token, second.link if where == "link" else second.client,
          "--backup")
    found = wait_for_locals(idle, client, all_clients(lab))
    assert found.joins()[0].backup
    assert why(idle, token, second.client) == ("operator", "operator-created")
    lab.take_down(second)
    wait_for_locals(idle, client, {lab.uplinks[0].client})
    lab.bring_up(second)
    assert wait_for_locals(idle, client, all_clients(lab)).joins()[0].backup
    steer(idle, "release", token)
    wait_for_locals(idle, client, {lab.uplinks[0].client}, 20)


def test_a_subflow_that_is_ended_stays_away_until_it_is_released(lab, connect, daemon, token):
    name, client = token
    first, second = lab.uplinks
    steer(daemon, "subflow", "del", name, second.client)
    wait_for_locals(daemon, client, {first.client})
    lab.take_down(second)
    lab.bring_up(second)
    other = connect()
    wait_for_locals(daemon, other, all_clients(lab))
    assert diag.connection(lab.client, client.port).joins() == []
    assert why(daemon, name, second.client) == ("operator", "operator-destroyed")
    client.exchange(b"by the subflow that is left")
    steer(daemon, "release", name, second.link)
    wait_for_locals(daemon, client, all_clients(lab))


def test_the_initial_subflow_can_be_ended_too(lab, daemon, token):
    name, client = token
    first, second = lab.uplinks
    steer(daemon, "subflow", "del", name, first.link)
    wait_for_locals(daemon, client, {second.client})
    client.exchange(b"by the other")
    steer(daemon, "release", name)
    wait_for_locals(daemon, client, all_clients(lab))


def backups(lab, client) -> set[str]:
    return {s.local for s in diag.connection(lab.client, client.port).subflows if s.backup}


def test_priorities(lab, daemon, token):
    name, client = token
    first, second = lab.uplinks
    steer(daemon, "subflow", "backup", name, first.client)
    assert backups(lab, client) == {first.client}, "answered when the kernel took it"
    steer(daemon, "subflow", "backup", name, second.link)
    lab.take_down(second)
    wait_for_locals(daemon, client, {first.client})
    lab.bring_up(second)
    wait_for_locals(daemon, client, all_clients(lab))
    assert backups(lab, client) == all_clients(lab)
    steer(daemon, "subflow", "regular", name, second.client)
    assert backups(lab, client) == {first.client}
    steer(daemon, "release", name)
    wait_for(lambda: not backups(lab, client), "the initial subflow is regular again",
             otherwise=lambda: kernel_view(daemon))


def test_addresses_are_announced_and_withdrawn(lab, connect, idle):
    second = lab.uplinks[1]
    client = connect()
    token = wait_for_known(idle, client)["token"]
    steer(idle, "announce", token, second.client)
    announced = wait_for_known(idle, client)["announced"]
    assert [a["address"] for a in announced] == [second.client]
    table = lab.client.run("ss", "-Mni", "src", lab.uplinks[0].client)
    assert "add_addr_signal:1" in table, table
    steer(idle, "withdraw", token, second.client)
    assert wait_for_known(idle, client)["announced"] == []
    assert idle.ctl("withdraw", token, second.client).returncode == NOTHING_MATCHED


def test_other_policies_for_one_connection(lab, connect, daemon):
    added = lab.add_source(lab.uplinks[1], 11)
    client, other = connect(), connect()
    for each in (client, other):
        wait_for_joins(lab.client, each, 1)
    token = wait_for_known(daemon, client)["token"]
    assert daemon.ctl("policy", "set", token, "no-such-policy").returncode == NOTHING_MATCHED
    steer(daemon, "policy", "set", token, "fullmesh", "reestablish")
    wait_for_locals(daemon, client, all_clients(lab) | {added})
    assert len(diag.connection(lab.client, other.port).joins()) == 1
    assert daemon.ctl("reload").returncode == OK
    steer(daemon, "policy", "reset", token)
    wait_for(lambda: len(diag.connection(lab.client, client.port).joins()) == 1,
             "the rule's policies want one subflow for each link", 20,
             lambda: kernel_view(daemon))


def test_a_path_that_waits_is_tried_at_once(lab, connect, mesh_daemon):
    second = lab.uplinks[1]
    with faults.reset(lab, second):
        client = connect()
        token = wait_for_known(mesh_daemon, client)["token"]
        wait_for(lambda: path_state(mesh_daemon, token, second.client) == "failed",
                 "the server refused", otherwise=lambda: kernel_view(mesh_daemon))
    assert why(mesh_daemon, token, second.client)[1] == "waits-for-change"
    steer(mesh_daemon, "retry", token, second.client)
    wait_for_locals(mesh_daemon, client, all_clients(lab))


def path_state(daemon, token: str, local: str) -> str:
    return next((path["state"] for path in daemon.show("explain", token)["paths"]
                 if path["local"] == local), "")


def test_a_drained_link_gives_its_traffic_to_another_without_a_stall(lab, connect, daemon, token):
    _, client = token
    first, second = lab.uplinks
    with Chatter(client) as chatter:
        wait_for(lambda: chatter.exchanges > 10, "data flows")
        steer(daemon, "link", "drain", first.link)
        wait_for_locals(daemon, client, {second.client}, 20)
        before = chatter.exchanges
        wait_for(lambda: chatter.exchanges > before + 10, "data flows on",
                 otherwise=lambda: f"{chatter.failure}\n{kernel_view(daemon)}")
    assert chatter.failure is None
    assert chatter.longest_stall < ACCEPTABLE_STALL_SECONDS * FACTOR
    late = connect()
    wait_for_locals(daemon, late, all_clients(lab) - {first.client}, 20)
    steer(daemon, "link", "undrain", first.link)
    for each in (client, late):
        wait_for_locals(daemon, each, all_clients(lab))


def test_a_link_gets_another_role(lab, daemon, token):
    _, client = token
    second = lab.uplinks[1]
    steer(daemon, "link", "set", second.link, "backup")
    wait_for(lambda: backups(lab, client) == {second.client}, "backup",
             otherwise=lambda: kernel_view(daemon))
    steer(daemon, "link", "set", second.link, "configured")
    wait_for(lambda: not backups(lab, client), "regular", otherwise=lambda: kernel_view(daemon))


def test_what_the_kernel_refuses_is_told_with_its_words(lab, connect, idle):
    client = connect()
    token = wait_for_known(idle, client)["token"]
    client.socket.shutdown(socket.SHUT_WR)
    refused = idle.ctl("subflow", "add", token, lab.uplinks[1].link)
    assert refused.returncode == FAILED
    assert "ENOTCONN" in refused.stderr and "connect error: -107" in refused.stderr
    assert idle.ctl("release", token).returncode == NOTHING_MATCHED, "and nothing is ordered"


def test_connections_that_nobody_can_steer(lab, connect, make_daemon):
    foreign = connect()
    daemon = make_daemon(lab.client).start()
    token = f"{diag.connection(lab.client, foreign.port).token:#010x}"
    wait_for(lambda: int(token, 16) in daemon.connections(), "it is known",
             otherwise=lambda: describe(lab.client))
    refused = daemon.ctl("subflow", "add", token, lab.uplinks[1].link)
    assert refused.returncode == FAILED
    assert "in-kernel path manager" in refused.stderr or "userspace PM" in refused.stderr
    closed = connect()
    token = wait_for_known(daemon, closed)["token"]
    closed.close()
    wait_for(lambda: int(token, 16) not in daemon.connections(), "it is closed")
    assert daemon.ctl("subflow", "add", token, lab.uplinks[1].link).returncode == NOTHING_MATCHED
