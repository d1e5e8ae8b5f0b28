# SPDX-License-Identifier: BSD-3-Clause
"""A path swallows everything without a word. The kernel itself tries it again when the
retransmission timer runs out; the daemon has a fresh subflow take over as soon as it is back."""

import time

import pytest

from expectations import all_clients, joins_sent, kernel_view, wait_for_locals
from lab import diag
from lab.faults import black_hole
from lab.traffic import Chatter
from lab.waiting import FACTOR, wait_for

#: Between two probes, and what a loaded machine adds.
PROBE_BOUND = 1.2 + 1.8 * FACTOR


def subflows_from(daemon, client, source: str) -> list[dict]:
    """As the daemon shows them."""
    token = diag.connection(daemon.namespace, client.port).token
    entry = daemon.connections().get(token, {"subflows": []})
    return [s for s in entry["subflows"] if s["local"].rsplit(":", 1)[0] == source]


def states_from(daemon, client, source: str) -> list[str]:
    return [subflow["state"] for subflow in subflows_from(daemon, client, source)]


def wait_for_suspicion(daemon, client, source: str) -> None:
    wait_for(lambda: "suspect" in states_from(daemon, client, source),
             f"the subflow from {source} is suspect", otherwise=lambda: kernel_view(daemon))


def wait_for_hand_over(daemon, client, source: str) -> float:
    """How long it takes until a fresh subflow is in the place of the suspect."""
    begun = time.monotonic()

    def done() -> bool:
        found = subflows_from(daemon, client, source)
        return any(s["state"] == "up" and s["priority"] == "regular" for s in found)
    wait_for(done, f"a fresh subflow from {source}", otherwise=lambda: kernel_view(daemon))
    return time.monotonic() - begun


@pytest.fixture
def begun(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    return client


@pytest.mark.parametrize("which", [0, 1], ids=["the-initial-path", "the-second-path"])
def test_a_path_is_in_use_again_soon_after_it_is_back(lab, connect, make_daemon, which):
    struck, other = lab.uplinks[which], lab.uplinks[1 - which]
    # So that data goes by the path that is struck.
    daemon = make_daemon(lab.client, f"[Link {other.link}]\nRole=backup\n").start()
    begun = connect()
    wait_for_locals(daemon, begun, all_clients(lab))
    with Chatter(begun) as chatter:
        wait_for(lambda: chatter.exchanges > 100, "data goes by the path")
        with black_hole(lab, struck):
            wait_for_suspicion(daemon, begun, struck.client)
            wait_for(lambda: joins_sent(lab) >= 4, "probes, about one a second",
                     otherwise=lambda: kernel_view(daemon))
        took = wait_for_hand_over(daemon, begun, struck.client)
        wait_for(lambda: states_from(daemon, begun, struck.client) == ["up"],
                 "the old subflow is retired", timeout=15, otherwise=lambda: kernel_view(daemon))
    print(f"in use {took:.2f} s after it was back; the longest exchange took "
          f"{chatter.longest_stall:.2f} s")
    assert chatter.failure is None
    assert took < PROBE_BOUND
    assert chatter.longest_stall < 2.0 * FACTOR, "what the kernel itself takes to reinject"


def test_a_path_that_heals_by_itself_keeps_its_subflow(lab, daemon, begun):
    struck = lab.uplinks[0]
    before = {s["local"] for s in subflows_from(daemon, begun, struck.client)}
    with Chatter(begun):
        with black_hole(lab, struck):
            wait_for(lambda: lab.client.mib("TcpExt")["TCPTimeouts"] > 0, "a timer runs out",
                     otherwise=lambda: kernel_view(daemon))
        end = time.monotonic() + 2
        wait_for(lambda: time.monotonic() > end, "2 s in which a probe would be sent")
    assert {s["local"] for s in subflows_from(daemon, begun, struck.client)} == before
    assert joins_sent(lab) == 1


def test_nothing_is_probed_while_nothing_is_sent(lab, daemon, begun):
    with black_hole(lab, lab.uplinks[1]):
        idle = time.monotonic() + 3
        wait_for(lambda: time.monotonic() > idle or joins_sent(lab) > 1, "3 s, or a probe")
    assert joins_sent(lab) == 1


def test_all_paths_are_gone_for_a_while(lab, daemon, begun):
    with Chatter(begun) as chatter:
        with black_hole(lab, lab.uplinks[0]), black_hole(lab, lab.uplinks[1]):
            for uplink in lab.uplinks:
                wait_for_suspicion(daemon, begun, uplink.client)
            wait_for(lambda: joins_sent(lab) >= 7, "probes on both paths",
                     otherwise=lambda: kernel_view(daemon))
        exchanges, back = chatter.exchanges, time.monotonic()
        wait_for(lambda: chatter.exchanges > exchanges + 1, "the application carries on",
                 otherwise=lambda: kernel_view(daemon))
        waited = time.monotonic() - back
    print(f"carries on {waited:.2f} s after the return")
    assert chatter.failure is None
    assert waited < PROBE_BOUND


@pytest.mark.parametrize("number", [0, 1])
def test_a_peer_at_its_limit_gets_room_first(lab, connect, make_daemon, number):
    """But not by the end of the initial subflow, which does not count for it: that one has to
    recover by itself."""
    lab.server.run("ip", "mptcp", "limits", "set", "subflows", "1")
    spared = lab.uplinks[1 - number].link
    daemon = make_daemon(lab.client, f"[Link {spared}]\nRole=backup\n").start()
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    struck = lab.uplinks[number]
    with Chatter(client) as chatter:
        with black_hole(lab, struck):
            wait_for_suspicion(daemon, client, struck.client)
        wait_for(lambda: states_from(daemon, client, struck.client) == ["up"],
                 "one subflow, alive", timeout=15, otherwise=lambda: kernel_view(daemon))
        exchanges = chatter.exchanges
        wait_for(lambda: chatter.exchanges > exchanges + 10, "the application goes on")
    assert chatter.failure is None


def test_one_connection_probes_for_all(lab, connect, make_daemon):
    daemon = make_daemon(lab.client).start()
    clients = [connect() for _ in range(8)]
    struck = lab.uplinks[0]
    for client in clients:
        wait_for_locals(daemon, client, all_clients(lab))
    chatters = [Chatter(client) for client in clients]
    with black_hole(lab, struck):
        for client in clients:
            wait_for_suspicion(daemon, client, struck.client)
        probed, since = joins_sent(lab), time.monotonic()
        wait_for(lambda: time.monotonic() > since + 4, "4 s", 10)
        probes = joins_sent(lab) - probed
    for client in clients:
        wait_for(lambda: states_from(daemon, client, struck.client) == ["up"], "all are back",
                 timeout=20, otherwise=lambda: kernel_view(daemon))
    for chatter in chatters:
        chatter.close()
        assert chatter.failure is None
    assert probes <= 8, "about one a second, not eight"
