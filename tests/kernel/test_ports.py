# SPDX-License-Identifier: BSD-3-Clause
"""Several subflows between the same two addresses (the policy ndiffports): they differ in their
local ports, so that networks which spread flows by a hash carry them by different paths."""

import signal
from typing import Callable

import pytest

from expectations import describe, joins_sent, kernel_view, wait_for_known
from lab import diag
from lab.daemon import Daemon
from lab.traffic import Client
from lab.uplinks import Lab
from lab.waiting import FACTOR, wait_for

CHAIN = "[Rule default]\nPolicies={policies}\n[Policy ndiffports]\nAfterBytes=0\n" \
    "Subflows={subflows}\n"
THREE = CHAIN.format(policies="ndiffports reestablish", subflows=3)

#: An abort tells reason 0: four times Base of reestablish and half of it more, on a busy machine.
HEALING_BOUND = 6 + 1.5 + 1.0 * FACTOR

#: What is drained is retired after six seconds.
DRAINED_BOUND = 10 + 2 * FACTOR


class Watched:
    """A connection that the daemon knows."""

    def __init__(self, lab: Lab, daemon: Daemon, client: Client) -> None:
        self.lab, self.daemon, self.client = lab, daemon, client
        self.token = diag.connection(lab.client, client.port).token
        wait_for_known(daemon, client)

    def subflows(self) -> list[diag.Subflow]:
        """The established ones, whatever became of the initial one."""
        return [s for c in diag.connections(self.lab.client) if c.token == self.token
                for s in c.subflows if s.established]

    def ports(self, local: str, remote: str) -> set[int]:
        """The local ports of the subflows between two addresses."""
        return {s.local_port for s in self.subflows() if (s.local, s.remote) == (local, remote)}

    def initial_pair(self) -> set[int]:
        first = self.lab.uplinks[0]
        return self.ports(first.client, first.server)

    def shown(self) -> int:
        """How many subflows the daemon says are up."""
        subflows = self.daemon.connections()[self.token]["subflows"]
        return sum(s["state"] == "up" for s in subflows)

    def wait_until(self, reached: Callable[[], object], what: str, timeout: float = 10.0) -> None:
        wait_for(reached, what, timeout, lambda: kernel_view(self.daemon))

    def reset(self, port: int) -> None:
        """The server's host kills its end of a subflow."""
        self.lab.server.run("ss", "-K", "-t", "dport", "=", f":{port}")
        self.wait_until(lambda: port not in {s.local_port for s in self.subflows()},
                        "the subflow is gone")


@pytest.fixture
def daemon(lab, make_daemon):
    return make_daemon(lab.client, THREE).start()


@pytest.fixture
def watched(lab, connect, daemon) -> Watched:
    """With three subflows where it began."""
    made = Watched(lab, daemon, connect())
    made.wait_until(lambda: len(made.initial_pair()) == made.shown() == 3,
                    "three subflows between the first addresses")
    return made


def test_a_connection_gets_several_subflows_where_it_began(watched):
    assert watched.client.port in watched.initial_pair()
    assert len(watched.subflows()) == 3, "nothing from the other link: nobody wants that"
    assert joins_sent(watched.lab) == 2
    watched.client.exchange()


def test_one_that_is_reset_comes_back_beside_its_siblings(watched):
    before = watched.initial_pair()
    watched.reset(max(before - {watched.client.port}))
    watched.wait_until(lambda: len(watched.initial_pair()) == watched.shown() == 3,
                       "three subflows again", HEALING_BOUND)
    assert len(watched.initial_pair() & before) == 2, "the siblings are the old ones"
    assert joins_sent(watched.lab) == 3, "one attempt was enough"
    watched.client.exchange()


def test_the_end_of_the_initial_subflow_costs_nothing_but_itself(watched):
    siblings = watched.initial_pair() - {watched.client.port}
    watched.reset(watched.client.port)
    watched.wait_until(lambda: len(watched.initial_pair()) == 3,
                       "a third subflow beside the two that were there", HEALING_BOUND)
    assert siblings < watched.initial_pair(), "the siblings are the old ones"
    watched.client.exchange()


def test_a_connection_that_carries_little_gets_no_more(lab, connect, make_daemon):
    daemon = make_daemon(lab.client, "[Rule default]\nPolicies=ndiffports\n").start()
    watched = Watched(lab, daemon, connect())

    def reasons() -> list[str]:
        paths = daemon.show("explain", f"{watched.token:#010x}")["paths"]
        return [path["reason"] for path in paths if path["local"] == lab.uplinks[0].client]
    watched.wait_until(lambda: any("once 256 KiB were carried" in reason for reason in reasons()),
                       "the daemon waits for more data")
    watched.client.exchange(b"x" * 100_000)
    assert joins_sent(lab) == 0
    watched.client.exchange(b"x" * 100_000)
    watched.wait_until(lambda: len(watched.initial_pair()) == watched.shown() == 2,
                       "two subflows, after 400 kB in both directions together", 60.0)


def test_the_c_flag_sends_the_siblings_to_an_announced_address(lab, connect, daemon):
    first, second = lab.uplinks
    lab.server.set_sysctl("net.mptcp.allow_join_initial_addr_port", 0)
    lab.server.run("ip", "mptcp", "endpoint", "add", second.server, "dev", second.peer, "signal")
    watched = Watched(lab, daemon, connect())
    watched.wait_until(lambda: len(watched.ports(first.client, second.server)) == 3,
                       "three subflows to the announced address")
    assert watched.initial_pair() == {watched.client.port}, "no join to the initial address"
    assert joins_sent(lab) == 3


def test_a_peer_that_takes_no_more_is_not_pressed(lab, connect, daemon):
    lab.server.run("ip", "mptcp", "limits", "set", "subflows", "1")
    watched = Watched(lab, daemon, connect())

    def reasons() -> list[str]:
        return [path["reason"] for path in daemon.show("explain", f"{watched.token:#010x}")["paths"]
                if path["local"] == lab.uplinks[0].client]
    watched.wait_until(lambda: any("took no more than 2" in reason for reason in reasons()),
                       "the daemon knows that the peer has enough")
    assert len(watched.initial_pair()) == 2
    assert joins_sent(lab) == 2, "one that was taken, one too many"


def test_a_sibling_that_is_given_up_leaves_the_address_usable(lab, connect, make_daemon):
    """The kernel's own command for ending a subflow deletes the address from the connection's
    table, which its sibling needs for RM_ADDR (K15)."""
    first, second = lab.uplinks
    chain = CHAIN + "Paths=wanted\n"
    daemon = make_daemon(lab.client, chain.format(policies="fullmesh ndiffports",
                                                  subflows=2)).start()
    watched = Watched(lab, daemon, connect())

    def counts() -> tuple[int, int]:
        return len(watched.initial_pair()), len(watched.ports(second.client, first.server))
    watched.wait_until(lambda: counts() == (2, 2), "each path has two subflows")
    daemon.configure(chain.format(policies="fullmesh ndiffports", subflows=1))
    daemon.signal(signal.SIGHUP)
    watched.wait_until(lambda: counts() == (1, 1), "each path has one subflow", DRAINED_BOUND)
    before = lab.server.mib()["RmAddr"]
    lab.client.ip("addr", "delete", f"{second.client}/24", "dev", second.link)
    wait_for(lambda: lab.server.mib()["RmAddr"] > before, "the peer is told with RM_ADDR",
             otherwise=lambda: describe(lab.server))
    watched.client.exchange()
