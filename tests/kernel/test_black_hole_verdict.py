# SPDX-License-Identifier: BSD-3-Clause
"""A network swallows MPTCP, so the kernel opens no connection with it for an hour (K26). In another
network it may get through."""

import contextlib

from lab.traffic import PORT, Client
from lab.waiting import wait_for


def mptcp_is_swallowed(lab):
    lab.server.run("iptables", "-A", "INPUT", "-p", "tcp", "--dport", str(PORT),
                   "--tcp-option", "30", "-j", "DROP")


def mptcp_gets_through(lab):
    lab.server.run("iptables", "-F", "INPUT")


def disabled(lab) -> int:
    return lab.client.mib()["MPCapableSYNTXDisabled"]


def open_connection(lab) -> None:
    with contextlib.closing(Client(lab.client, lab.uplinks[0].server)):
        pass


def test_the_verdict_is_lifted_when_the_network_changes(lab, echo, daemon):
    lab.take_down(lab.uplinks[1])
    mptcp_is_swallowed(lab)
    open_connection(lab)  # without MPTCP, in the end
    assert lab.client.mib()["Blackhole"] == 1, "the kernel judged"
    mptcp_gets_through(lab)
    open_connection(lab)
    assert disabled(lab) == 1, "the verdict is in force"
    lab.bring_up(lab.uplinks[1])
    wait_for(lambda: "verdict that MPTCP does not get through" in daemon.said(),
             "the daemon lifts the verdict", otherwise=daemon.said)
    open_connection(lab)
    assert disabled(lab) == 1, "MPTCP is used again"
    assert lab.client.sysctl("net.mptcp.blackhole_timeout") == "3600", "as it was"
