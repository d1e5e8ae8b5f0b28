# SPDX-License-Identifier: BSD-3-Clause
"""An address with few free ports: the kernel takes those that the daemon names for joins, and an
address that has had such a port can be joined from again."""

from expectations import all_clients, joins_sent, wait_for_all_locals
from lab import diag
from lab.waiting import wait_for

FIRST, LAST = 50000, 50063
#: A quarter of the ports is used without a name, the rest of these connections' joins have one.
CONNECTIONS = 24


def join_ports(lab) -> list[int]:
    second = lab.uplinks[1].client
    return [s.local_port for c in diag.connections(lab.client) for s in c.subflows
            if s.local == second]


def test_joins_go_on_where_the_kernel_would_search(lab, connect, make_daemon):
    lab.client.set_sysctl("net.ipv4.ip_local_port_range", f"{FIRST} {LAST}")
    daemon = make_daemon(lab.client).start()
    clients = [connect() for _ in range(CONNECTIONS)]
    wait_for_all_locals(daemon, clients, all_clients(lab))
    ports = join_ports(lab)
    # bind() without a port takes those of the other parity first
    named = [port for port in ports if port % 2 == FIRST % 2]
    assert len(named) >= CONNECTIONS - (LAST - FIRST + 1) // 4 - 1, ports
    assert len(set(ports)) == CONNECTIONS

    lab.take_down(lab.uplinks[1])
    wait_for_all_locals(daemon, clients, {lab.uplinks[0].client})
    lab.bring_up(lab.uplinks[1])
    wait_for_all_locals(daemon, clients, all_clients(lab))

    before = joins_sent(lab)
    lab.server.run("ss", "-K", "-t", "dst", lab.uplinks[1].client)
    wait_for(lambda: joins_sent(lab) >= before + CONNECTIONS, "every join is sent again", 20,
             daemon.said)
    wait_for_all_locals(daemon, clients, all_clients(lab))
    for client in clients:
        client.exchange()
