# SPDX-License-Identifier: BSD-3-Clause
"""Another configuration, and what becomes of connections that are open."""

import signal

from conftest import FULLMESH
from expectations import all_clients, kernel_view, wait_for_locals
from lab import diag
from lab.waiting import wait_for


def reload(daemon, text: str) -> None:
    daemon.configure(text)
    daemon.signal(signal.SIGHUP)


def join_over(lab, client, uplink) -> diag.Subflow | None:
    joins = diag.connection(lab.client, client.port).joins()
    return next((s for s in joins if s.local == uplink.client), None)


def test_a_link_that_becomes_backup_makes_its_subflows_backup(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    reload(daemon, "[Link wan2]\nRole=backup\n")
    wait_for(lambda: join_over(lab, client, lab.uplinks[1]).backup, "the subflow is backup",
             otherwise=lambda: kernel_view(daemon))
    server_sees = [s for c in diag.connections(lab.server) for s in c.joins()]
    assert [bool(s.flags & diag.Flag.BKUP_REM) for s in server_sees] == [True]
    reload(daemon, "")
    wait_for(lambda: not join_over(lab, client, lab.uplinks[1]).backup, "it is regular again",
             otherwise=lambda: kernel_view(daemon))


def test_a_link_that_is_ignored_is_drained_and_left(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    reload(daemon, "[Link wan2]\nRole=ignore\n")
    wait_for(lambda: join_over(lab, client, lab.uplinks[1]).backup, "it sends nothing new",
             otherwise=lambda: kernel_view(daemon))
    wait_for_locals(daemon, client, {lab.uplinks[0].client})
    client.exchange()


def test_a_lower_limit_retires_the_least_wanted_subflow_and_only_it(lab, connect, mesh_daemon):
    """It shares its local address with a sibling. The kernel's own command for ending it would
    delete the address from the connection's table, and RM_ADDR could not be sent any more (K15):
    so it has to go another way."""
    second, daemon = lab.uplinks[1], mesh_daemon
    lab.server.run("ip", "mptcp", "endpoint", "add", second.server, "signal")
    client = connect()

    def joins() -> list[diag.Subflow]:
        return diag.connection(lab.client, client.port).joins()

    wait_for(lambda: len(joins()) == 3, "two addresses to two addresses",
             otherwise=lambda: kernel_view(daemon))
    reload(daemon, FULLMESH + "[Policy fullmesh]\nMaxSubflows=3\n")
    wait_for(lambda: len(joins()) == 2, "one subflow is retired",
             otherwise=lambda: kernel_view(daemon))
    wait_for_locals(daemon, client, all_clients(lab))
    before = lab.server.mib()["RmAddr"]
    lab.client.run("ip", "link", "set", second.link, "down")
    wait_for_locals(daemon, client, {lab.uplinks[0].client})
    wait_for(lambda: lab.server.mib()["RmAddr"] > before, "the peer is told with RM_ADDR",
             otherwise=lambda: kernel_view(daemon))
