# SPDX-License-Identifier: BSD-3-Clause
"""Late, killed, stopped, deaf for a while: no connection stays unmanaged."""

import signal

import pytest

from expectations import all_clients, wait_for_all_locals, wait_for_locals
from lab import diag
from lab.waiting import wait_for

BURST = 300


def test_connections_from_before_the_start_are_managed(lab, connect, make_daemon):
    lab.client.select_path_manager("userspace")
    clients = [connect() for _ in range(5)]
    assert all(c.joins() == [] for c in diag.connections(lab.client))
    daemon = make_daemon(lab.client).start()
    wait_for_all_locals(daemon, clients, all_clients(lab))


def test_connections_are_managed_after_a_crash(lab, connect, daemon):
    clients = [connect() for _ in range(5)]
    wait_for_all_locals(daemon, clients, all_clients(lab))
    daemon.kill()
    late = [connect() for _ in range(5)]
    daemon.start()
    wait_for_all_locals(daemon, clients + late, all_clients(lab))
    lab.take_down(lab.uplinks[1])
    wait_for_all_locals(daemon, clients + late, {lab.uplinks[0].client})
    lab.bring_up(lab.uplinks[1])
    wait_for_all_locals(daemon, clients + late, all_clients(lab))


def test_a_restart_doubles_nothing(lab, connect, daemon):
    clients = [connect() for _ in range(20)]
    wait_for_all_locals(daemon, clients, all_clients(lab))
    daemon.kill()
    daemon.start()
    wait_for(lambda: len(daemon.connections()) == len(clients), "all of them are known again",
             otherwise=daemon.said)
    marker = connect()
    wait_for_locals(daemon, marker, all_clients(lab))
    assert lab.client.mib()["MPJoinSynTx"] == len(clients) + 1


def test_what_changed_while_it_was_dead_is_put_right(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    daemon.kill()
    lab.take_down(lab.uplinks[1])
    daemon.start()
    wait_for_locals(daemon, client, {lab.uplinks[0].client})


@pytest.mark.parametrize("before", ["kernel", "userspace"])
def test_a_stop_leaves_subflows_and_gives_the_sysctl_back(lab, connect, make_daemon, before):
    lab.client.select_path_manager(before)
    daemon = make_daemon(lab.client).start()
    assert lab.client.path_manager() == "userspace"
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    assert daemon.stop() == 0, daemon.said()
    assert lab.client.path_manager() == before
    assert diag.connection(lab.client, client.port).locals() == all_clients(lab)
    client.exchange()


def test_an_interrupt_is_a_stop(lab, daemon):
    daemon.signal(signal.SIGINT)
    assert daemon.wait() == 0, daemon.said()
    assert lab.client.path_manager() == "kernel"


def test_a_burst_that_overflows_the_event_buffer_loses_no_connection(lab, connect, make_daemon):
    daemon = make_daemon(lab.client, "[Daemon]\nReceiveBuffer=16384\n").start()
    daemon.signal(signal.SIGSTOP)
    try:
        clients = [connect() for _ in range(BURST)]
    finally:
        daemon.signal(signal.SIGCONT)
    wait_for_all_locals(daemon, clients, all_clients(lab))
    assert daemon.show("status")["events_lost"] > 0, "the buffer did not overflow: nothing tested"


def test_connections_that_closed_unseen_are_forgotten(lab, connect, make_daemon):
    daemon = make_daemon(lab.client, "[Daemon]\nReceiveBuffer=16384\n").start()
    kept = connect()
    wait_for_locals(daemon, kept, all_clients(lab))
    passing = [connect() for _ in range(100)]
    wait_for_all_locals(daemon, passing, all_clients(lab))
    daemon.signal(signal.SIGSTOP)
    try:
        for client in passing + [connect() for _ in range(100)]:
            client.close()
    finally:
        daemon.signal(signal.SIGCONT)
    token = diag.connection(lab.client, kept.port).token
    wait_for(lambda: set(daemon.connections()) == {token}, "only the living one is listed",
             timeout=30, otherwise=daemon.said)


def test_a_crash_does_not_make_it_forget_which_path_manager_was_selected(lab, daemon):
    daemon.kill()
    assert lab.client.path_manager() == "userspace", "nobody was there to give it back"
    daemon.start()
    assert daemon.stop() == 0, daemon.said()
    assert lab.client.path_manager() == "kernel"
