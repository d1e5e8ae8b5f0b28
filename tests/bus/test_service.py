# SPDX-License-Identifier: BSD-3-Clause
"""The daemon and its bus: one name, one daemon, and a bus that goes away."""

import subprocess

from bus_daemon import BusDaemon
from lab.waiting import FACTOR, wait_for


def test_a_second_daemon_on_the_bus_says_why_it_does_not_start(daemon, make_namespace,
                                                               executables):
    second = BusDaemon(make_namespace("second"), executables)
    with second:
        command = [argument.replace(second.bus.address, daemon.bus.address)
                   for argument in second.command()]
        ended = subprocess.run(command, capture_output=True, text=True, check=False,
                               timeout=10 * FACTOR)
    assert ended.returncode != 0
    assert "Another daemon has the name org.subflowd1" in ended.stdout + ended.stderr
    assert daemon.ctl("status").returncode == 0


def test_the_daemon_survives_its_bus(daemon):
    daemon.bus.stop()
    wait_for(lambda: "bus" in daemon.said(), "the loss of the bus is logged")
    assert daemon.process.poll() is None, daemon.said()
    assert daemon.stop() == 0
