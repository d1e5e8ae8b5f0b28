# SPDX-License-Identifier: BSD-3-Clause
"""The lab itself: what the other tests take for granted."""

import pytest

from expectations import all_clients, wait_for_joins
from lab import diag
from lab.capture import SynCapture
from lab.diag import Flag
from lab.pm import PathManager
from lab.traffic import Chatter
from lab.tunnel import Tunnel
from lab.waiting import wait_for


@pytest.mark.parametrize("family", ["v4", "v6"])
def test_a_connection_is_multipath(lab, connect, family):
    uplink = lab.uplinks[0]
    local, remote = (uplink.client, uplink.server) if family == "v4" else \
        (uplink.client6, uplink.server6)
    client = connect(remote)
    found = diag.connection(lab.client, client.port)
    assert (found.local, found.remote) == (local, remote)
    assert [subflow.flags & Flag.MCAP_LOC for subflow in found.subflows] == [Flag.MCAP_LOC]
    assert found.joins() == []


def test_a_join_by_hand_shows_on_both_ends(lab, connect):
    lab.client.select_path_manager("userspace")
    client = connect()
    token = diag.connection(lab.client, client.port).token
    with PathManager(lab.client) as by_hand:
        by_hand.create_subflow(token, (lab.uplinks[1].client, 5), (lab.uplinks[0].server, 5001))
    found = wait_for_joins(lab.client, client, 1)
    assert found.locals() == all_clients(lab)
    assert found.joins()[0].local_id == 5
    remotes = {s.remote for c in diag.connections(lab.server) for s in c.subflows}
    assert remotes == found.locals()
    assert lab.client.mib()["MPJoinSynTx"] == 1


def test_the_second_uplink_reaches_the_server_by_itself(lab):
    uplink, target = lab.uplinks[1], lab.uplinks[0]
    for source, address in ((uplink.client, target.server), (uplink.client6, target.server6)):
        assert f"dev {uplink.link}" in lab.client.ip("route", "get", address, "from", source)


def test_a_link_comes_back_as_it_was(lab):
    uplink = lab.uplinks[1]
    before = lab.client.ip("-br", "addr", "show", "dev", uplink.link, "scope", "global")
    lab.take_down(uplink)
    assert "state DOWN" in lab.client.ip("link", "show", "dev", uplink.link)
    lab.bring_up(uplink)
    wait_for(lambda: before == lab.client.ip("-br", "addr", "show", "dev", uplink.link, "scope",
                                             "global"), f"{uplink.link} has its addresses again")
    routes = lab.client.ip("route", "show", "table", uplink.table)
    assert f"default via {uplink.server}" in routes


def test_chatter_survives_while_a_path_is_left(lab, connect):
    client = connect()
    with Chatter(client) as chatter:
        wait_for(lambda: chatter.exchanges > 10, "ten exchanges")
    assert chatter.failure is None


@pytest.mark.parametrize("family", ["v4", "v6"])
def test_a_capture_tells_joins_from_connections(lab, connect, family):
    lab.client.select_path_manager("userspace")
    first, second = lab.uplinks
    server, other = (first.server, second.client) if family == "v4" else \
        (first.server6, second.client6)
    with SynCapture(lab.client) as capture:
        client = connect(server)
        token = diag.connection(lab.client, client.port).token
        with PathManager(lab.client) as by_hand:
            by_hand.create_subflow(token, (other, 5), (server, 5001))
        wait_for_joins(lab.client, client, 1)
        own, = [syn for syn in capture.syns() if not syn.join]
        join, = capture.joins()
    assert (own.link, own.source_port, own.destination) == (first.link, client.port, server)
    assert (join.link, join.source, join.destination_port) == (second.link, other, 5001)


def test_a_tunnel_carries_connections(lab, connect):
    with Tunnel(lab.client, lab.server) as tunnel:
        client = connect(tunnel.FAR)
        assert diag.connection(lab.client, client.port).local == tunnel.NEAR
        client.exchange(b"x" * 10000)
