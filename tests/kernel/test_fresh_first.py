# SPDX-License-Identifier: BSD-3-Clause
"""New connections get their joins while many others get theirs: they do not wait behind mass work,
and nobody is overlooked for their sake."""

import contextlib
import statistics
import threading

from expectations import all_clients, wait_for_all_locals
from lab.capture import Syn, SynCapture
from lab.daemon import Daemon
from lab.endurance import allow_descriptors
from lab.traffic import PORT, Client, EchoServer
from lab.uplinks import Lab
from lab.waiting import wait_for

CROWD = 400
FRESH_PORT = PORT + 1
#: How many joins of the crowd a new connection may see between its first SYN and its join, in the
#: median: while it shakes hands on a busy machine, the daemon goes on. Behind the mass it were half
#: of the crowd.
MOST_BETWEEN = CROWD // 8
#: With fewer amid the crowd, the median would tell little; a machine that looks elsewhere for the
#: tenth of a second that it takes gets another turn.
FEWEST = 5
MOST_TURNS = 10
MOST_FRESH = 400


def waits(syns: list[Syn]) -> list[int]:
    """For each new connection that began amid the crowd's joins: how many of these it saw before
    its own join."""
    crowd = [n for n, syn in enumerate(syns) if syn.join and syn.destination_port == PORT]
    begun = [n for n, syn in enumerate(syns) if not syn.join and syn.destination_port == FRESH_PORT]
    joined = [n for n, syn in enumerate(syns) if syn.join and syn.destination_port == FRESH_PORT]
    return [sum(begin < n < join for n in crowd) for begin, join in zip(begun, joined)
            if crowd[0] < begin < crowd[-1]]


def waits_amid(lab: Lab, daemon: Daemon, crowd: list[Client]) -> list[int]:
    """Gives the crowd a link while others connect. Nobody is overlooked."""
    first, second = lab.uplinks
    with contextlib.ExitStack() as stack:
        stack.enter_context(EchoServer(lab.server, FRESH_PORT))
        capture = stack.enter_context(SynCapture(lab.client))

        def joined() -> int:
            return len({syn.source_port for syn in capture.joins()
                        if syn.destination_port == PORT})
        network = threading.Thread(target=lab.bring_up, args=(second,))
        network.start()
        stack.callback(network.join)
        wait_for(joined, "the crowd begins to join", 10, daemon.said, interval=0)
        fresh = []
        while len(fresh) < MOST_FRESH and joined() < len(crowd):
            fresh.append(stack.enter_context(Client(lab.client, first.server, FRESH_PORT)))
        wait_for(lambda: joined() == len(crowd), "the crowd has joined", 30, daemon.said)
        wait_for_all_locals(daemon, crowd + fresh, all_clients(lab))
        return waits(capture.syns())


def test_a_new_connection_does_not_wait_behind_the_crowd(lab, connect, make_daemon):
    allow_descriptors()  # both ends of the connections are here
    first, second = lab.uplinks
    daemon = make_daemon(lab.client).start()
    crowd = [connect() for _ in range(CROWD)]
    found: list[int] = []
    for _ in range(MOST_TURNS):
        lab.take_down(second)
        wait_for_all_locals(daemon, crowd, {first.client})
        found += waits_amid(lab, daemon, crowd)
        if len(found) >= FEWEST:
            break
    assert len(found) >= FEWEST, f"not amid the crowd: {found}"
    assert statistics.median(found) <= MOST_BETWEEN, f"waited for so many others: {found}"
