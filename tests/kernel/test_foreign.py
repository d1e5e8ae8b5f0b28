# SPDX-License-Identifier: BSD-3-Clause
"""Connections that belong to the in-kernel path manager, and the mode that only looks on."""

from expectations import all_clients, wait_for_known, wait_for_locals
from lab import diag
from lab.waiting import wait_for


def test_a_connection_of_the_kernels_path_manager_is_left_alone(lab, connect, make_daemon):
    foreign = connect()
    daemon = make_daemon(lab.client).start()
    own = connect()
    wait_for_locals(daemon, own, all_clients(lab))
    token = diag.connection(lab.client, foreign.port).token
    wait_for(lambda: daemon.connections()[token]["managed_by"] == "kernel",
             "it is shown as the kernel's", otherwise=daemon.said)
    assert diag.connection(lab.client, foreign.port).joins() == []
    assert lab.client.mib()["MPJoinSynTx"] == 1
    assert wait_for_known(daemon, own)["managed_by"] == "subflowd"


def test_subflows_of_the_kernels_path_manager_survive_its_presence(lab, connect, make_daemon):
    uplink = lab.uplinks[1]
    lab.client.run("ip", "mptcp", "limits", "set", "subflows", "2", "add_addr_accepted", "2")
    lab.client.run("ip", "mptcp", "endpoint", "add", uplink.client, "dev", uplink.link, "subflow")
    foreign = connect()
    wait_for(lambda: diag.connection(lab.client, foreign.port).locals() == all_clients(lab),
             "the kernel joins by itself")
    daemon = make_daemon(lab.client).start()
    own = connect()
    wait_for_locals(daemon, own, all_clients(lab))
    assert diag.connection(lab.client, foreign.port).locals() == all_clients(lab)
    assert lab.client.mib()["MPJoinSynTx"] == 2
    foreign.exchange()


def test_observing_shows_everything_and_does_nothing(lab, connect, make_daemon):
    lab.client.select_path_manager("userspace")
    daemon = make_daemon(lab.client, "[Daemon]\nMode=observe\n").start()
    client = connect()
    token = wait_for_known(daemon, client)["token"]
    wait_for(lambda: {path["local"].split(":")[0]
                      for path in daemon.show("explain", token)["paths"]} == all_clients(lab),
             "explain names every path", otherwise=daemon.said)
    assert lab.client.mib()["MPJoinSynTx"] == 0
    daemon.configure("")
    assert daemon.ctl("reload").returncode == 0
    wait_for_locals(daemon, client, all_clients(lab))


def test_observing_leaves_the_sysctl_alone(lab, make_daemon):
    daemon = make_daemon(lab.client, "[Daemon]\nMode=observe\n").start()
    assert daemon.show("status")["mode"] == "observe"
    assert lab.client.path_manager() == "kernel"
    assert daemon.stop() == 0
    assert lab.client.path_manager() == "kernel"
