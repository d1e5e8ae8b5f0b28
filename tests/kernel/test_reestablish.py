# SPDX-License-Identifier: BSD-3-Clause
"""Subflows come back: soon where they carried, seldom where the peer would rather not, and at once
where the connection has nothing else."""

import time

import pytest

from expectations import all_clients, kernel_view, wait_for_known, wait_for_locals
from lab import diag
from lab.traffic import PORT, Chatter
from lab.waiting import FACTOR, wait_for

CHAIN = "[Rule default]\nPolicies=fullmesh reestablish\n"

#: Base and its spread, and what a loaded machine adds.
LOST_BOUND = 1.5 + 1.0 * FACTOR

#: What [Guard] allows a connection after its first joins, whatever its policies say.
BUDGET = 16


@pytest.fixture
def healer(lab, make_daemon):
    """A daemon that tries paths again."""
    return make_daemon(lab.client, CHAIN).start()


def joins_sent(lab) -> int:
    return lab.client.mib()["MPJoinSynTx"]


def abort(namespace, condition: str) -> None:
    """`ss -K`: kills the sockets there that fit, with whatever that sends to the other end."""
    namespace.run("ss", "-K", "-t", *condition.split())


def reset_of(lab, source: str):
    """The server's host answers what comes from an address with an RST that no MPTCP made."""
    return lab.server.run(
        "iptables", "-A", "INPUT", "-p", "tcp", "-s", source, "--dport", str(PORT),
        "-j", "REJECT", "--reject-with", "tcp-reset")


def unreachable(lab, source: str):
    return lab.server.run("iptables", "-A", "INPUT", "-p", "tcp", "-s", source,
                          "-j", "REJECT", "--reject-with", "icmp-host-unreachable")


def open_again(lab) -> None:
    lab.server.run("iptables", "-F", "INPUT")


def wait_for_loss(daemon, client, source: str) -> None:
    wait_for(lambda: source not in diag.connection(daemon.namespace, client.port).locals(),
             f"the subflow from {source} is gone", otherwise=lambda: kernel_view(daemon))


def path_of(daemon, client, source: str) -> dict:
    token = diag.connection(daemon.namespace, client.port).token
    paths = daemon.show("explain", f"{token:#010x}")["paths"]
    return next(path for path in paths if path["local"] == source)


def test_a_subflow_that_the_peer_aborts_comes_back(lab, connect, healer):
    client = connect()
    wait_for_locals(healer, client, all_clients(lab))
    second = lab.uplinks[1].client
    with Chatter(client) as chatter:
        abort(lab.server, f"dst {second}")
        wait_for_loss(healer, client, second)
        # An abort tells reason 0: four times Base, half of it more, and a slow machine.
        wait_for_locals(healer, client, all_clients(lab), timeout=6 + LOST_BOUND)
    assert chatter.failure is None
    assert joins_sent(lab) == 2, "one attempt was enough"


def test_a_plain_reset_heals_when_its_cause_is_gone(lab, connect, healer):
    client = connect()
    wait_for_locals(healer, client, all_clients(lab))
    second = lab.uplinks[1].client
    with Chatter(client) as chatter:
        reset_of(lab, second)
        wait_for_loss(healer, client, second)
        wait_for(lambda: path_of(healer, client, second)["attempts"] >= 2,
                 "it is tried again, and refused", otherwise=lambda: kernel_view(healer))
        open_again(lab)
        healed = time.monotonic()
        # The third or fourth wait in a row: 4 s or 8 s, and half of it more.
        wait_for_locals(healer, client, all_clients(lab), timeout=12 + LOST_BOUND)
        print(f"healed after {time.monotonic() - healed:.2f} s, {joins_sent(lab)} joins")
    assert chatter.failure is None
    assert joins_sent(lab) <= 1 + 5


def test_an_unreachable_path_is_tried_again(lab, connect, healer):
    second = lab.uplinks[1].client
    unreachable(lab, second)
    client = connect()
    wait_for_known(healer, client)
    wait_for(lambda: path_of(healer, client, second)["state"] == "failed", "the join fails",
             otherwise=lambda: kernel_view(healer))
    open_again(lab)
    wait_for_locals(healer, client, all_clients(lab), timeout=15 + LOST_BOUND)
    assert joins_sent(lab) == 2


def test_a_peer_at_its_limit_is_not_hammered(lab, connect, healer):
    lab.server.run("ip", "mptcp", "limits", "set", "subflows", "0")
    client = connect()
    second = lab.uplinks[1].client
    wait_for_known(healer, client)
    wait_for(lambda: path_of(healer, client, second)["state"] == "failed",
             "the peer closes the join at once", otherwise=lambda: kernel_view(healer))
    # The lower end of the first wait: only a daemon that hammers is faster.
    quiet = time.monotonic() + 14
    wait_for(lambda: joins_sent(lab) > 1 or time.monotonic() > quiet, "14 s, or another join", 30)
    assert joins_sent(lab) == 1
    lab.server.run("ip", "mptcp", "limits", "set", "subflows", "8")
    wait_for_locals(healer, client, all_clients(lab), timeout=45)
    assert joins_sent(lab) == 2


def kill_all(lab, client) -> None:
    """Ends every subflow of the connection, in one command that sees them all."""
    abort(lab.client, f"dport = :{PORT}")


@pytest.mark.parametrize("policies", ["fullmesh reestablish", "lb-client reestablish"])
def test_a_connection_without_subflows_is_rescued(lab, connect, make_daemon, policies):
    daemon = make_daemon(lab.client, f"[Rule default]\nPolicies={policies}\n").start()
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    with Chatter(client) as chatter:
        before = chatter.exchanges
        wait_for(lambda: chatter.exchanges > before, "data flows")
        abort(lab.server, f"sport = :{PORT}")
        wait_for(lambda: joins_sent(lab) >= 2, "a join", otherwise=lambda: kernel_view(daemon))
        before = chatter.exchanges
        wait_for(lambda: chatter.failure or chatter.exchanges > before + 2, "data flows again",
                 otherwise=lambda: kernel_view(daemon))
    assert chatter.failure is None
    assert chatter.longest_stall < 1.0 * FACTOR
    wait_for_locals(daemon, client, all_clients(lab))


def test_a_connection_outlives_an_outage_of_all_paths(lab, connect, healer):
    client = connect()
    wait_for_locals(healer, client, all_clients(lab))
    with Chatter(client) as chatter:
        for uplink in lab.uplinks:
            reset_of(lab, uplink.client)
        wait_for(lambda: not diag.connection(lab.client, client.port).locals(),
                 "no subflow is left", otherwise=lambda: kernel_view(healer))
        lost = time.monotonic()
        wait_for(lambda: time.monotonic() > lost + 5 or chatter.failure, "an outage of 5 s")
        attempts = joins_sent(lab) - 1
        before = chatter.exchanges
        open_again(lab)
        back = time.monotonic()
        wait_for(lambda: chatter.failure or chatter.exchanges > before + 2, "data flows again",
                 otherwise=lambda: kernel_view(healer))
        waited = time.monotonic() - back
    assert chatter.failure is None
    print(f"carries on {waited:.2f} s after the return; {attempts} joins in 5 s")
    assert waited < 2.0 + 0.5 * FACTOR, "the next attempt of the rescue"
    assert attempts <= 2 * 8, "0, 0.25, 0.5, 1, 2 and 4 s on each of two paths"
    wait_for_locals(healer, client, all_clients(lab), timeout=10)


def test_a_connection_outlives_its_links(lab, connect, healer):
    client = connect()
    wait_for_locals(healer, client, all_clients(lab))
    with Chatter(client) as chatter:
        for uplink in lab.uplinks:
            lab.take_down(uplink)
        wait_for(lambda: not diag.connection(lab.client, client.port).locals(),
                 "no subflow is left", otherwise=lambda: kernel_view(healer))
        lost = time.monotonic()
        wait_for(lambda: time.monotonic() > lost + 5 or chatter.failure, "an outage of 5 s")
        before = chatter.exchanges
        lab.bring_up(lab.uplinks[1])
        back = time.monotonic()
        wait_for(lambda: chatter.failure or chatter.exchanges > before + 2, "data flows again",
                 otherwise=lambda: kernel_view(healer))
        waited = time.monotonic() - back
    assert chatter.failure is None
    print(f"carries on {waited:.2f} s after the first link's return")
    assert waited < 1.0 * FACTOR
    lab.bring_up(lab.uplinks[0])
    wait_for_locals(healer, client, all_clients(lab))


def test_attempts_stay_within_the_budget(lab, connect, healer):
    """A path that carried and now refuses, for half a minute."""
    client = connect()
    wait_for_locals(healer, client, all_clients(lab))
    second = lab.uplinks[1].client
    with Chatter(client) as chatter:
        reset_of(lab, second)
        wait_for_loss(healer, client, second)
        end = time.monotonic() + 20
        wait_for(lambda: time.monotonic() > end or joins_sent(lab) > BUDGET, "20 s", 30)
    assert chatter.failure is None
    # 1 + 2 + 4 + 8 s, each at least half as long: at most five in 20 s.
    assert 3 <= joins_sent(lab) - 1 <= 5
