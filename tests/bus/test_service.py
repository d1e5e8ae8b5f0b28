# SPDX-License-Identifier: BSD-3-Clause
"""The daemon and its bus: one name, one daemon, and a bus that goes away."""

import json
import subprocess

from bus_daemon import BusDaemon, SharedBus
from lab.waiting import FACTOR, wait_for


def test_a_second_daemon_on_the_bus_says_why_it_does_not_start(daemon, make_namespace,
                                                               executables):
    with BusDaemon(make_namespace("second"), executables, bus=SharedBus(daemon.bus)) as second:
        ended = subprocess.run(second.command(), capture_output=True, text=True, check=False,
                               timeout=10 * FACTOR)
    assert ended.returncode != 0
    assert "Another daemon has the name org.subflowd1" in ended.stdout + ended.stderr
    assert "--instance" in ended.stdout + ended.stderr
    assert daemon.ctl("status").returncode == 0


def test_instances_on_a_bus_are_found_from_their_namespaces(daemon, make_namespace, executables):
    namespaces = {name: make_namespace(name) for name in ("blue", "red")}
    for name, namespace in namespaces.items():
        namespace.ip("link", "add", name, "type", "veth", "peer", "name", f"{name}-far")
    blue, red = (BusDaemon(namespace, executables, ("--instance",), SharedBus(daemon.bus))
                 for namespace in namespaces.values())
    with blue, red:
        for instance in (blue, red):
            instance.start()
        for each in (daemon, blue, red):
            own = {link["ifname"] for link in json.loads(each.namespace.ip("-json", "link"))}
            assert {link["name"] for link in each.show("links")["links"]} == own
            assert each.ctl_as_nobody("status").returncode == 0
        assert blue.stop() == 0
        assert red.ctl("status").returncode == 0


def test_the_daemon_survives_its_bus(daemon):
    daemon.bus.stop()
    wait_for(lambda: "bus" in daemon.said(), "the loss of the bus is logged")
    assert daemon.process.poll() is None, daemon.said()
    assert daemon.stop() == 0
