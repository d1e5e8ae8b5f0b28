# SPDX-License-Identifier: BSD-3-Clause
"""Links, addresses and routes that come and go while connections live."""

import pytest

from expectations import all_clients, all_clients6, kernel_view, wait_for_locals
from lab import diag
from lab.traffic import Chatter
from lab.waiting import FACTOR, wait_for

ACCEPTABLE_STALL_SECONDS = 2.0


def server_remotes(lab) -> set[str]:
    """The client addresses that the server sees subflows from."""
    return {s.remote for c in diag.connections(lab.server) for s in c.subflows if s.established}


@pytest.mark.parametrize("family", ["v4", "v6"])
def test_a_link_that_goes_takes_its_subflow_along_and_brings_it_back(lab, connect, daemon, family):
    first = lab.uplinks[0]
    kept, every, server = (first.client, all_clients(lab), first.server) if family == "v4" else \
        (first.client6, all_clients6(lab), first.server6)
    client = connect(server)
    wait_for_locals(daemon, client, every)
    lab.take_down(lab.uplinks[1])
    wait_for_locals(daemon, client, {kept})
    wait_for(lambda: server_remotes(lab) == {kept},
             "the server was told (RM_ADDR) and closed its end",
             otherwise=lambda: kernel_view(daemon))
    lab.bring_up(lab.uplinks[1])
    wait_for_locals(daemon, client, every)


def test_the_application_does_not_notice_that_its_first_link_went(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    with Chatter(client) as chatter:
        wait_for(lambda: chatter.exchanges > 10, "data flows")
        lab.take_down(lab.uplinks[0])
        wait_for_locals(daemon, client, {lab.uplinks[1].client})
        before = chatter.exchanges
        wait_for(lambda: chatter.exchanges > before + 10, "data flows on",
                 otherwise=lambda: f"{chatter.failure}\n{kernel_view(daemon)}")
        lab.bring_up(lab.uplinks[0])
        wait_for_locals(daemon, client, all_clients(lab))
    assert chatter.failure is None
    assert chatter.longest_stall < ACCEPTABLE_STALL_SECONDS * FACTOR


def test_a_connection_survives_a_moment_with_no_link_at_all(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    for uplink in lab.uplinks:
        lab.take_down(uplink)
    wait_for_locals(daemon, client, set())
    for uplink in lab.uplinks:
        lab.bring_up(uplink)
    wait_for_locals(daemon, client, all_clients(lab))
    client.exchange(b"still here")


def test_an_address_that_goes_takes_its_subflow_along_and_brings_it_back(lab, connect, daemon):
    uplink = lab.uplinks[1]
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    lab.client.ip("addr", "delete", f"{uplink.client}/24", "dev", uplink.link)
    wait_for_locals(daemon, client, {lab.uplinks[0].client})
    lab.add_addresses(uplink)
    wait_for_locals(daemon, client, all_clients(lab))


def test_another_address_on_a_link_is_used_too(lab, connect, mesh_daemon):
    client = connect()
    wait_for_locals(mesh_daemon, client, all_clients(lab))
    added = lab.add_source(lab.uplinks[1], 11)
    wait_for_locals(mesh_daemon, client, all_clients(lab) | {added})


def test_an_address_is_used_once_its_route_is_there(lab, connect, make_daemon):
    uplink = lab.uplinks[1]
    lab.remove_routes(uplink)
    daemon = make_daemon(lab.client).start()
    client = connect()
    token = f"{diag.connection(lab.client, client.port).token:#010x}"
    wait_for(lambda: "route" in reason(daemon, token, uplink.client),
             "explain says that no route leaves through the link",
             otherwise=lambda: kernel_view(daemon))
    assert diag.connection(lab.client, client.port).joins() == []
    lab.add_routes(uplink)
    wait_for_locals(daemon, client, all_clients(lab))


def reason(daemon, token: str, local: str) -> str:
    asked = daemon.ctl("explain", token, "--json")
    if asked.returncode != 0:
        return ""  # not known yet
    return next((path["reason"] for path in daemon.show("explain", token)["paths"]
                 if path["local"].startswith(local)), "")


def test_a_link_that_is_renamed_stays_the_same_link(lab, connect, make_daemon):
    uplink = lab.uplinks[1]
    daemon = make_daemon(lab.client, "[Link lte*]\nRole=backup\n").start()
    client = connect()
    found = wait_for_locals(daemon, client, all_clients(lab))
    assert not found.joins()[0].backup
    lab.client.ip("link", "set", uplink.link, "name", "lte0")
    wait_for(lambda: role(daemon, "lte0") == "backup", "the new name's role",
             otherwise=lambda: str(daemon.show("links")))
    second = connect()
    assert wait_for_locals(daemon, second, all_clients(lab)).joins()[0].backup
    assert diag.connection(lab.client, client.port).locals() == all_clients(lab)


def role(daemon, name: str) -> str | None:
    return next((link["role"] for link in daemon.show("links")["links"]
                 if link["name"] == name), None)


def test_a_new_link_is_used_at_once(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    third = lab.add_uplink()
    wait_for_locals(daemon, client, all_clients(lab) | {third.client})
