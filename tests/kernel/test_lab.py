# SPDX-License-Identifier: BSD-3-Clause
"""The lab itself: what the other tests take for granted."""

import contextlib
import ipaddress
import socket
import struct

import pytest

from expectations import all_clients, wait_for_joins
from lab import crowd, diag, faults, rejector
from lab.capture import SynCapture
from lab.carrying import Carrying
from lab.diag import Flag
from lab.managers import InKernel
from lab.pm import PathManager
from lab.rejector import Rejector
from lab.stream import PORT, Arrivals, Stream
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


def test_the_longest_silence_may_last_still():
    arrivals = Arrivals(10.0)
    for now in (10.5, 12.0, 12.1):
        arrivals.note(now)
    assert arrivals.longest(12.2) == 1.5
    assert arrivals.longest(15.0) == pytest.approx(2.9)
    arrivals.forget()
    assert arrivals.longest(12.2) == pytest.approx(0.1)
    arrivals.note(13.0)
    assert arrivals.longest(13.0) == pytest.approx(0.9), "it began before, and counts whole"


def test_a_pace_is_the_steepest_rise():
    even = [(eighth / 8, eighth * 5) for eighth in range(20)]
    assert crowd.pace(even) == 40
    burst = even[:10] + [(now, count + 90) for now, count in even[10:]]
    assert crowd.pace(burst) == 95 * 8
    assert crowd.pace([]) == crowd.pace([(1.0, 7)]) == 0


def tcp(flags: int, data: bytes = b"", sequence: int = 1000, acknowledged: int = 2000) -> bytes:
    """An IPv4 packet from 10.77.2.1:40000 to 10.77.1.2:5001."""
    ends = ipaddress.ip_address("10.77.2.1").packed + ipaddress.ip_address("10.77.1.2").packed
    header = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(data), 0, 0, 64, socket.IPPROTO_TCP, 0)
    return header + ends + struct.pack(">HHIIBBHHH", 40000, 5001, sequence, acknowledged, 5 << 4,
                                       flags, 0, 0, 0) + data


SYN_ONLY, ACK_ONLY, RST_ONLY = 0x02, 0x10, 0x04


@pytest.mark.parametrize("packet, sequence, acknowledged", [
    (tcp(SYN_ONLY, acknowledged=0), 0, 1001),
    (tcp(ACK_ONLY, b"12345"), 2000, 1005),
    (tcp(ACK_ONLY, sequence=0xFFFFFFFF, data=b"12"), 2000, 1),
])
def test_a_rejection_fits_what_it_answers(packet, sequence, acknowledged):
    answered = rejector.answer(packet, reason=3)
    assert answered[12:20] == packet[16:20] + packet[12:16]
    assert struct.unpack_from(">HHII", answered, 20) == (5001, 40000, sequence, acknowledged)
    assert answered[20 + 13] == 0x14, "RST and ACK"
    assert answered[40:] == bytes((30, 4, 0x80, 3)), "MP_TCPRST"


def test_a_rejection_is_not_rejected():
    assert rejector.answer(tcp(RST_ONLY), reason=3) is None


@pytest.fixture
def two_paths(lab):
    """A stream on both uplinks."""
    lab.slow_down()
    with InKernel(lab), Stream(lab.client, lab.server, lab.uplinks[0].server) as stream:
        wait_for(lambda: diag.connection(lab.client, stream.port).locals() == all_clients(lab),
                 "both paths")
        yield stream


def test_a_prohibition_ends_a_subflow_with_its_reason(lab, two_paths):
    first, second = lab.uplinks
    with Rejector(lab.server, second.peer, 3):
        wait_for(lambda: lab.client.mib()["MPRstRx"] == 1, "MP_TCPRST",
                 otherwise=lambda: str(lab.client.mib()))
        wait_for(lambda: diag.connection(lab.client, two_paths.port).locals() == {first.client},
                 "the subflow is gone")
    assert two_paths.failure is None


def test_a_black_hole_shows_on_its_path_and_not_on_the_other(lab, two_paths):
    first, second = (Carrying(lab.server, f"10.77.{number}.", PORT) for number in (1, 2))

    def carries(path: Carrying) -> bool:
        path.begin()
        with contextlib.suppress(AssertionError):
            return wait_for(path.look, "data", timeout=1)
        return False
    wait_for(lambda: carries(first) and carries(second), "both carry")
    with faults.black_hole(lab, lab.uplinks[0]):
        assert not carries(first)
        assert carries(second)
    first.begin()
    wait_for(first.look, "data again")
    assert two_paths.failure is None


def test_what_cannot_live_on_is_disregarded(lab, two_paths):
    carrying = Carrying(lab.client, "10.77.1.", PORT)
    carrying.disregard()
    carrying.begin()
    before = two_paths.down.count
    wait_for(lambda: two_paths.down.count > before + 20, "data comes")
    assert not carrying.look()


def test_a_nat_that_forgets_ends_the_flow(lab, connect):
    with faults.translated(lab, lab.uplinks[0]):
        client = connect()
        server, = diag.connections(lab.server)
        assert server.remote_port in range(20000, 30001) and server.remote_port != client.port
        faults.forget(lab)
        with pytest.raises((OSError, AssertionError)):
            client.exchange()
            client.exchange()


def test_a_firewall_that_forgets_is_a_black_hole_for_old_flows_alone(lab, connect):
    with faults.stateful(lab, lab.uplinks[0]):
        client = connect()
        faults.forget(lab)
        client.socket.settimeout(1)
        with pytest.raises(TimeoutError):
            client.exchange()
        connect().exchange()
