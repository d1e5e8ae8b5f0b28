# SPDX-License-Identifier: BSD-3-Clause
"""The real NetworkManager has the links: what it says of them reaches connections that are open."""

import contextlib
from typing import Iterator

import pytest

from lab import diag, faults, portal
from lab.managed import ManagedLab
from lab.traffic import Client, EchoServer
from lab.uplinks import Uplink
from lab.waiting import wait_for, wait_until_still
from managed_links import (SHORT, known, longest_gap, priorities_sent, said, subflows,
                           wait_for_subflows)

@pytest.fixture
def client(running) -> Iterator[Client]:
    """A connection with a subflow on each uplink."""
    with connected(running) as made:
        wait_for_subflows(running, made, {uplink: "regular" for uplink in running.uplinks})
        yield made


@contextlib.contextmanager
def connected(lab: ManagedLab) -> Iterator[Client]:
    with EchoServer(lab.server), Client(lab.client, lab.FAR) as made:
        yield made


def test_a_profile_that_becomes_metered_is_for_bad_times(running, client, service):
    first, second = running.uplinks
    running.nmcli("connection", "modify", second.link, "connection.metered", "yes")
    wait_for_subflows(running, client, {first: "regular", second: "backup"})
    assert said(service, second) == ("backup", "NetworkManager", True)
    running.nmcli("connection", "modify", second.link, "connection.metered", "no")
    wait_for_subflows(running, client, {first: "regular", second: "regular"})


def test_a_metered_link_is_backup_from_its_first_moment(running, client):
    first, second = running.uplinks
    running.nmcli("connection", "modify", second.link, "connection.metered", "yes")
    running.nmcli("connection", "down", second.link)
    wait_for_subflows(running, client, {first: "regular"})
    before = priorities_sent(running)
    running.nmcli("connection", "up", second.link)
    wait_for_subflows(running, client, {first: "regular", second: "backup"})
    assert priorities_sent(running) == before, "it was regular for a moment"


def test_a_role_that_is_edited_into_a_profile_counts_without_a_new_activation(running, client,
                                                                              service):
    first, second = running.uplinks
    running.write_profile(second, user="subflowd.role=backup")
    running.nmcli("connection", "reload")
    wait_for_subflows(running, client, {first: "regular", second: "backup"})
    assert said(service, second) == ("backup", "NetworkManager", False)
    running.nmcli("device", "reapply", second.link)
    running.write_profile(second, connection="mptcp-flags=0x40")
    running.nmcli("connection", "reload")
    assert said(service, second)[0] == "backup"
    running.write_profile(second)
    running.nmcli("connection", "reload")
    wait_for_subflows(running, client, {first: "regular", second: "regular"})


def test_flags_for_the_in_kernel_path_manager_count_here_too(running, client, service):
    first, second = running.uplinks
    running.nmcli("connection", "modify", second.link, "connection.mptcp-flags", "subflow,backup")
    wait_for_subflows(running, client, {first: "regular", second: "backup"})
    running.nmcli("device", "reapply", second.link)
    wait_for(lambda: "backup" in running.endpoints(), "NetworkManager's own went along",
             otherwise=running.endpoints)
    running.nmcli("connection", "modify", second.link, "connection.mptcp-flags", "disabled")
    wait_for(lambda: said(service, second)[0] == "ignore", "the link is ignored")
    with Client(running.client, running.FAR) as another:
        another.exchange()
        assert subflows(running, another).keys() == {first.client}


@contextlib.contextmanager
def check_fails(lab: ManagedLab, *uplinks: Uplink) -> Iterator[None]:
    """Somebody on the uplinks is in the way of NetworkManager's check, and of nothing else."""
    with contextlib.ExitStack() as broken:
        for uplink in uplinks:
            broken.enter_context(faults.rule(
                lab.server, "INPUT", "-i", uplink.peer, "-p", "tcp", "--dport", str(portal.PORT),
                "-j", "REJECT", "--reject-with", "tcp-reset"))
        lab.check_connectivity()
        yield
    lab.check_connectivity()


def test_a_link_that_does_not_lead_to_the_internet_is_not_used_for_it(running):
    first, second = running.uplinks
    with EchoServer(running.server):
        with check_fails(running, second):
            client = Client(running.client, running.FAR)
            token = diag.connection(running.client, client.port).token
            wait_for(lambda: "Internet" in
                     running.machine.run("subflowctl", "explain", f"{token:#010x}"),
                     "it is said why the second link is not used")
            assert subflows(running, client) == {first.client: "regular"}
        wait_for_subflows(running, client, {first: "regular", second: "regular"})
        client.close()


def test_a_check_that_fails_everywhere_is_no_reason_to_use_nothing(running):
    first, second = running.uplinks
    with check_fails(running, first, second), connected(running) as client:
        wait_for_subflows(running, client, {first: "regular", second: "regular"})


def test_its_own_endpoints_are_left_alone(running, client, service):
    first, second = running.uplinks
    before = running.endpoints()
    assert {first.link, second.link} <= set(before.split()), before
    running.nmcli("connection", "down", second.link)
    wait_for_subflows(running, client, {first: "regular"})
    running.nmcli("connection", "up", second.link)
    wait_for_subflows(running, client, {first: "regular", second: "regular"})
    service.stop()
    assert lines_without_ids(running.endpoints()) == lines_without_ids(before)


def lines_without_ids(endpoints: str) -> set[str]:
    """What went and came back has another id, of NetworkManager's choice."""
    return {" ".join(word for word in line.split() if not word.isdigit())
            for line in endpoints.splitlines()}


@pytest.mark.parametrize("which", [0, 1])
def test_a_link_that_is_taken_down_is_not_noticed(running, which):
    uplink = running.uplinks[which]
    gap = longest_gap(running, lambda: running.nmcli("connection", "down", uplink.link))
    print(f"longest silence: {gap * 1000:.0f} ms")
    assert gap < SHORT


def test_a_restart_under_load_changes_nothing(running, service):
    second = running.uplinks[1]
    running.write_profile(second, user="subflowd.role=backup")
    running.nmcli("connection", "reload")
    running.nmcli("connection", "modify", second.link, "connection.metered", "yes")
    wait_for(lambda: said(service, second) == ("backup", "NetworkManager", True), "it is said",
             otherwise=lambda: f"{said(service, second)}\n{running.machine.journal_text()}")
    seen: set[tuple] = set()

    def all_there_is() -> tuple:
        ends = frozenset((s.local, s.local_port, s.backup)
                         for c in diag.connections(running.client) for s in c.subflows)
        links = known(service)
        roles = tuple((links[each.link]["role"], links[each.link]["metered"])
                      for each in running.uplinks)
        return ends, roles, priorities_sent(running)

    def restart() -> None:
        seen.add(all_there_is())
        running.restart_manager()
        wait_for(lambda: seen.add(all_there_is()) or running.is_connected(), "it is back")
        wait_until_still(lambda: seen.add(all_there_is()) or len(seen), "what is said",
                         polls=8)

    gap = longest_gap(running, restart)
    print(f"longest silence: {gap * 1000:.0f} ms")
    assert len(seen) == 1, seen
    assert gap < SHORT
