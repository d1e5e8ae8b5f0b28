# SPDX-License-Identifier: BSD-3-Clause
"""A connection that began through a tunnel, a VRF or a bound device gains no subflow outside of it:
one would show the destination and a part of the data to a network that was not meant to see them.
The kernel binds the subflows that it is told to create to nothing by itself."""

from typing import Callable, Iterator

import pytest

from expectations import all_clients, kernel_view, wait_for_known, wait_for_locals
from lab import diag
from lab.capture import SynCapture
from lab.traffic import Client
from lab.tunnel import Tunnel
from lab.waiting import wait_for

NOT_CONFINED = "[Guard]\nConfine=no\n"
VRF_TABLE = "900"


@pytest.fixture
def capture(lab) -> Iterator[SynCapture]:
    with SynCapture(lab.client) as made:
        yield made


@pytest.fixture
def tunnel(lab) -> Iterator[Tunnel]:
    try:
        made = Tunnel(lab.client, lab.server)
    except OSError as error:
        pytest.skip(f"no TUN device: {error}")
    with made:
        yield made


@pytest.fixture
def vrf(lab) -> str:
    """A VRF with the first uplink in it."""
    uplink = lab.uplinks[0]
    try:
        lab.client.ip("link", "add", "name", "red", "type", "vrf", "table", VRF_TABLE)
    except AssertionError as refused:
        pytest.skip(f"no VRF: {refused}")
    lab.client.ip("link", "set", "red", "up")
    lab.client.ip("link", "set", uplink.link, "master", "red")
    lab.client.ip("addr", "replace", f"{uplink.client}/24", "dev", uplink.link)
    lab.client.ip("route", "add", "default", "via", uplink.server, "dev", uplink.link,
                  "table", VRF_TABLE)
    return "red"


def wait_for_guard(daemon, client: Client, locals_: set[str]) -> None:
    """explain says that the guard keeps the connection off these addresses, and why."""
    token = wait_for_known(daemon, client)["token"]

    def told() -> list[dict]:
        return [path for path in daemon.show("explain", token)["paths"]
                if path["local"].rsplit(":", 1)[0] in locals_]
    wait_for(lambda: {path["local"].rsplit(":", 1)[0] for path in told()
                      if path["by"] == "guard" and path["reason"]} == locals_,
             f"explain says that the guard forbids {sorted(locals_)}",
             otherwise=lambda: f"{told()}\n{kernel_view(daemon)}")


def assert_confined(daemon, client: Client, others: set[str], capture: SynCapture) -> None:
    """The connection has no subflow at these addresses, which an ordinary one would use."""
    wait_for_guard(daemon, client, others)
    client.exchange()
    assert capture.joins() == [], "no join left the client"
    assert diag.connection(daemon.namespace, client.port).joins() == [], kernel_view(daemon)


def assert_others_are_free(daemon, lab, connect: Callable[..., Client]) -> None:
    wait_for_locals(daemon, connect(), all_clients(lab))


def test_a_connection_bound_to_a_device(lab, connect, daemon, capture):
    bound = connect(device=lab.uplinks[0].link)
    assert_confined(daemon, bound, {lab.uplinks[1].client}, capture)
    assert_others_are_free(daemon, lab, connect)


def test_a_connection_bound_before_the_daemon_came(lab, connect, make_daemon, capture):
    lab.client.select_path_manager("userspace")
    bound = connect(device=lab.uplinks[0].link)
    daemon = make_daemon(lab.client).start()
    assert_confined(daemon, bound, {lab.uplinks[1].client}, capture)
    daemon.kill()
    daemon.start()
    assert_confined(daemon, bound, {lab.uplinks[1].client}, capture)
    assert_others_are_free(daemon, lab, connect)


def test_links_that_change_do_not_free_it(lab, connect, daemon, capture):
    bound = connect(device=lab.uplinks[0].link)
    assert_confined(daemon, bound, {lab.uplinks[1].client}, capture)
    lab.take_down(lab.uplinks[1])
    lab.bring_up(lab.uplinks[1])
    assert_others_are_free(daemon, lab, connect)
    own = connect(device=lab.uplinks[0].link)
    wait_for_guard(daemon, own, {lab.uplinks[1].client})
    wait_for_guard(daemon, bound, {lab.uplinks[1].client})
    assert diag.connection(lab.client, bound.port).joins() == [], kernel_view(daemon)


def test_a_connection_through_a_tunnel(lab, tunnel, connect, daemon, capture):
    inside = connect(tunnel.FAR)
    assert diag.connection(lab.client, inside.port).local == tunnel.NEAR
    assert_confined(daemon, inside, all_clients(lab), capture)
    assert_others_are_free(daemon, lab, connect)


def test_a_connection_in_a_vrf(lab, vrf, connect, daemon, capture):
    inside = connect(device=vrf)
    assert_confined(daemon, inside, {lab.uplinks[1].client}, capture)


def test_a_bound_connection_may_leave_its_device_if_allowed(lab, connect, make_daemon):
    daemon = make_daemon(lab.client, NOT_CONFINED).start()
    wait_for_locals(daemon, connect(device=lab.uplinks[0].link), all_clients(lab))


def test_a_connection_may_leave_a_tunnel_if_allowed(lab, tunnel, connect, make_daemon):
    daemon = make_daemon(lab.client, NOT_CONFINED).start()
    wait_for_locals(daemon, connect(tunnel.FAR), all_clients(lab) | {tunnel.NEAR})
