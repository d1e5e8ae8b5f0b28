# SPDX-License-Identifier: BSD-3-Clause
"""A server behind a load balancer denies joins to its initial address (the C flag, RFC 8684
section 3.1). The kernel does not enforce it in userspace mode: the daemon must."""

import pytest

from expectations import all_clients, kernel_view, wait_for_known, wait_for_locals
from lab import diag
from lab.traffic import EchoServer
from lab.waiting import wait_for

OTHER_PORT = 5002


@pytest.fixture
def daemon(mesh_daemon):
    """The policy that would join everything, were it not for the core."""
    return mesh_daemon


@pytest.fixture
def denying_server(lab):
    lab.server.set_sysctl("net.mptcp.allow_join_initial_addr_port", 0)


def joined(lab, client) -> set[tuple[str, str]]:
    return {(s.local, s.remote)
            for s in diag.connection(lab.client, client.port).joins()}


def wait_for_joined(daemon, lab, client, expected: set[tuple[str, str]]) -> None:
    wait_for(lambda: joined(lab, client) == expected, f"joins {sorted(expected)}",
             otherwise=lambda: kernel_view(daemon))


def test_no_join_goes_to_the_initial_address(lab, denying_server, connect, daemon):
    denied = connect()
    entry = wait_for_known(daemon, denied)
    assert entry["deny_join_initial"] is True
    lab.server.set_sysctl("net.mptcp.allow_join_initial_addr_port", 1)
    with EchoServer(lab.server, OTHER_PORT):
        allowed = connect(port=OTHER_PORT)
        wait_for_locals(daemon, allowed, all_clients(lab))
        assert wait_for_known(daemon, allowed)["deny_join_initial"] is False
    assert joined(lab, denied) == set()
    assert lab.client.mib()["MPJoinSynTx"] == 1, "only the connection that allows it joined"


def test_explain_says_so(lab, denying_server, connect, daemon):
    denied = connect()
    token = wait_for_known(daemon, denied)["token"]

    def reasons() -> list[str]:
        return [path["reason"] for path in daemon.show("explain", token)["paths"]
                if path["local"].startswith(lab.uplinks[1].client)]
    wait_for(lambda: any("denies joins" in reason for reason in reasons()),
             "the reason names the C flag", otherwise=lambda: str(reasons()))


def test_announced_addresses_are_joined_instead(lab, denying_server, connect, daemon):
    first, second = lab.uplinks
    lab.server.run("ip", "mptcp", "endpoint", "add", second.server, "dev", second.peer, "signal")
    client = connect()
    wait_for_joined(daemon, lab, client, {(first.client, second.server),
                                          (second.client, second.server)})


def test_it_is_remembered_across_a_crash(lab, denying_server, connect, daemon):
    first, second = lab.uplinks
    lab.server.run("ip", "mptcp", "endpoint", "add", second.server, "dev", second.peer, "signal")
    client = connect()
    to_announced = {(first.client, second.server), (second.client, second.server)}
    wait_for_joined(daemon, lab, client, to_announced)
    daemon.kill()
    added = lab.add_source(second, 11)
    daemon.start()
    wait_for_joined(daemon, lab, client, to_announced | {(added, second.server)})
    assert wait_for_known(daemon, client)["deny_join_initial"] is True
    later = lab.add_source(second, 12)
    wait_for_joined(daemon, lab, client, to_announced | {(added, second.server),
                                                         (later, second.server)})
