# SPDX-License-Identifier: BSD-3-Clause
"""What befalls paths. Each fault is a context: inside it the path is broken, at its end it heals.
Packets are dropped and refused where they arrive, so that the sender's kernel learns nothing but
what it would from a network."""

import contextlib
from typing import Iterator

from .conntrack import forget_flows
from .namespace import Namespace
from .uplinks import Lab, Uplink

IPTABLES = ("iptables", "-w")
TCP = ("-p", "tcp")


@contextlib.contextmanager
def rule(namespace: Namespace, chain: str, *specification: str, table: str = "filter"
         ) -> Iterator[None]:
    """A rule of iptables, at the head of the chain."""
    namespace.run(*IPTABLES, "-t", table, "-I", chain, *specification)
    yield
    namespace.run(*IPTABLES, "-t", table, "-D", chain, *specification)


@contextlib.contextmanager
def black_hole(lab: Lab, uplink: Uplink) -> Iterator[None]:
    """Nothing arrives at either end of the uplink, and nobody is told."""
    with (rule(lab.server, "INPUT", "-i", uplink.peer, "-j", "DROP"),
          rule(lab.client, "INPUT", "-i", uplink.link, "-j", "DROP")):
        yield


def reset(lab: Lab, uplink: Uplink) -> contextlib.AbstractContextManager[None]:
    """The server's host answers all that comes by the uplink with an RST that no MPTCP made."""
    return rule(lab.server, "INPUT", "-i", uplink.peer, *TCP, "-j", "REJECT",
                "--reject-with", "tcp-reset")


def unreachable(lab: Lab, uplink: Uplink) -> contextlib.AbstractContextManager[None]:
    """The server's host answers all that comes by the uplink with ICMP "host unreachable"."""
    return rule(lab.server, "INPUT", "-i", uplink.peer, *TCP, "-j", "REJECT",
                "--reject-with", "icmp-host-unreachable")


def without_mptcp(lab: Lab, uplink: Uplink) -> contextlib.AbstractContextManager[None]:
    """A middlebox on the uplink takes the option of MPTCP out of every segment to the server."""
    return rule(lab.server, "PREROUTING", "-i", uplink.peer, *TCP, "-j", "TCPOPTSTRIP",
                "--strip-options", "30", table="mangle")


@contextlib.contextmanager
def down(lab: Lab, uplink: Uplink) -> Iterator[None]:
    """The client's link is down."""
    lab.take_down(uplink)
    yield
    lab.bring_up(uplink)


@contextlib.contextmanager
def translated(lab: Lab, uplink: Uplink) -> Iterator[None]:
    """A NAT on the uplink: the server sees ports that the NAT chose. What belongs to no flow that
    the NAT knows is a new one."""
    with rule(lab.server, "INPUT", "-i", uplink.peer, *TCP, "-j", "SNAT", "--random-fully",
              "--to-source", f"{uplink.client}:20000-30000", table="nat"):
        yield


@contextlib.contextmanager
def stateful(lab: Lab, uplink: Uplink) -> Iterator[None]:
    """A firewall on the uplink that lets pass flows which it saw begin, and drops all others."""
    lab.server.set_sysctl("net.netfilter.nf_conntrack_tcp_loose", 0)
    with rule(lab.server, "INPUT", "-i", uplink.peer, *TCP, "-m", "conntrack",
              "--ctstate", "INVALID", "-j", "DROP"):
        yield


def forget(lab: Lab) -> None:
    """What is translated or stateful forgets every flow."""
    forget_flows(lab.server)
