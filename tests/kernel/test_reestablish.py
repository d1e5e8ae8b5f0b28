# SPDX-License-Identifier: BSD-3-Clause
"""Subflows come back: soon where they carried, seldom where the peer would rather not, and at once
where the connection has nothing else."""

import time

import pytest

from expectations import all_clients, joins_sent, kernel_view, wait_for_known, wait_for_locals
from lab import diag
from lab.traffic import PORT, Chatter, Client, EchoServer
from lab.uplinks import Lab
from lab.waiting import FACTOR, wait_for

CHAIN = "[Rule default]\nPolicies=fullmesh reestablish\n"

#: With the initial subflow as backup all data goes by the second link.
SECOND_FIRST = CHAIN + "[Link wan1]\nRole=backup\n"

#: Base and its spread, and what a loaded machine adds.
LOST_BOUND = 1.5 + 1.0 * FACTOR


@pytest.fixture
def healer(lab, make_daemon):
    """A daemon that tries paths again."""
    return make_daemon(lab.client, CHAIN).start()


@pytest.fixture
def second_first(lab, make_daemon):
    return make_daemon(lab.client, SECOND_FIRST).start()


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


def reset_the_second(lab, daemon, client) -> str:
    """Data by the second link is answered with an RST, and so are joins."""
    second = lab.uplinks[1].client
    wait_for_locals(daemon, client, all_clients(lab))
    wait_for(lambda: any(s.initial and s.backup for s in
                         diag.connection(daemon.namespace, client.port).subflows),
             "the initial subflow is backup", otherwise=lambda: kernel_view(daemon))
    wait_for(lambda: path_of(daemon, client, second)["state"] == "confirmed",
             "the second subflow is confirmed", otherwise=lambda: kernel_view(daemon))
    reset_of(lab, second)
    wait_for_loss(daemon, client, second)
    return second


def test_a_plain_reset_heals_when_its_cause_is_gone(lab, connect, second_first):
    client = connect()
    with Chatter(client) as chatter:
        second = reset_the_second(lab, second_first, client)
        wait_for(lambda: path_of(second_first, client, second)["attempts"] >= 2,
                 "it is tried again, and refused", otherwise=lambda: kernel_view(second_first))
        open_again(lab)
        healed = time.monotonic()
        # The third wait in a row, 4 s, and half of it more.
        wait_for_locals(second_first, client, all_clients(lab), timeout=6 + LOST_BOUND)
        print(f"back {time.monotonic() - healed:.2f} s after healing, {joins_sent(lab)} joins")
    assert chatter.failure is None
    assert joins_sent(lab) <= 1 + 3


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


def test_a_peer_has_room_again_when_a_subflow_ends(make_daemon):
    with Lab(3) as lab, EchoServer(lab.server):
        lab.server.run("ip", "mptcp", "limits", "set", "subflows", "1")
        daemon = make_daemon(lab.client, CHAIN).start()
        with Client(lab.client, lab.uplinks[0].server) as client:
            locals_ = {uplink.client for uplink in lab.uplinks}
            wait_for(lambda: lab.client.mib()["MPJoinSynTx"] >= 2, "both joins",
                     otherwise=lambda: kernel_view(daemon))
            wait_for(lambda: len(diag.connection(lab.client, client.port).locals()) == 2
                     and any(path_of(daemon, client, source)["state"] == "failed"
                             for source in locals_),
                     "one is taken, one is not", otherwise=lambda: kernel_view(daemon))
            taken = diag.connection(lab.client, client.port).joins()[0].local
            lab.take_down(next(u for u in lab.uplinks if u.client == taken))
            wait_for_locals(daemon, client, locals_ - {taken}, timeout=LOST_BOUND + 1)
            assert lab.client.mib()["MPJoinSynTx"] == 3


def carry_on(chatter, daemon) -> float:
    """Waits until data flows again, and returns for how many seconds."""
    before = chatter.exchanges
    began = time.monotonic()
    wait_for(lambda: chatter.failure or chatter.exchanges > before + 2, "data flows again",
             otherwise=lambda: kernel_view(daemon))
    assert chatter.failure is None
    return time.monotonic() - began


def outage(chatter, daemon, client) -> None:
    """Waits until no subflow is left, and 5 s more."""
    wait_for(lambda: not diag.connection(daemon.namespace, client.port).locals(),
             "no subflow is left", otherwise=lambda: kernel_view(daemon))
    end = time.monotonic() + 5
    wait_for(lambda: time.monotonic() > end or chatter.failure, "an outage of 5 s")


@pytest.mark.parametrize("policies", ["fullmesh reestablish", "lb-client reestablish"])
def test_a_connection_without_subflows_is_rescued(lab, connect, make_daemon, policies):
    daemon = make_daemon(lab.client, f"[Rule default]\nPolicies={policies}\n").start()
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    with Chatter(client) as chatter:
        carry_on(chatter, daemon)
        abort(lab.server, f"sport = :{PORT}")
        wait_for(lambda: joins_sent(lab) >= 2, "a join", otherwise=lambda: kernel_view(daemon))
        carry_on(chatter, daemon)
    assert chatter.longest_stall < 1.0 * FACTOR
    wait_for_locals(daemon, client, all_clients(lab))


def test_a_connection_outlives_an_outage_of_all_paths(lab, connect, healer):
    client = connect()
    wait_for_locals(healer, client, all_clients(lab))
    with Chatter(client) as chatter:
        for uplink in lab.uplinks:
            reset_of(lab, uplink.client)
        outage(chatter, healer, client)
        attempts = joins_sent(lab) - 1
        open_again(lab)
        waited = carry_on(chatter, healer)
    print(f"carries on {waited:.2f} s after the return; {attempts} joins in 5 s")
    assert waited < 1.0 + 0.5 * FACTOR, "the next attempt of the rescue"
    assert attempts <= 2 * 9, "0, 0.25, 0.5, 1, 2, 3, 4 and 5 s on each of two paths"
    wait_for_locals(healer, client, all_clients(lab), timeout=10)


def test_a_connection_outlives_its_links(lab, connect, healer):
    client = connect()
    wait_for_locals(healer, client, all_clients(lab))
    with Chatter(client) as chatter:
        for uplink in lab.uplinks:
            lab.take_down(uplink)
        outage(chatter, healer, client)
        lab.bring_up(lab.uplinks[1])
        waited = carry_on(chatter, healer)
    print(f"carries on {waited:.2f} s after the first link's return")
    assert waited < 1.0 * FACTOR
    lab.bring_up(lab.uplinks[0])
    wait_for_locals(healer, client, all_clients(lab))


def test_attempts_stay_within_the_budget(lab, connect, second_first):
    """A path that carried and now refuses, for 20 s."""
    client = connect()
    with Chatter(client) as chatter:
        reset_the_second(lab, second_first, client)
        end = time.monotonic() + 20
        wait_for(lambda: time.monotonic() > end or joins_sent(lab) > 6, "20 s", 30)
    assert chatter.failure is None
    # 1 + 2 + 4 + 8 s, each at least half as long: at most five in 20 s.
    assert 3 <= joins_sent(lab) - 1 <= 5
