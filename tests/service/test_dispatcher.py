# SPDX-License-Identifier: BSD-3-Clause
"""The script that has NetworkManager wait while traffic leaves a link."""

import signal
import time
from typing import Iterator

import pytest

from lab import diag
from lab.managed import ManagedLab
from lab.traffic import Chatter, Client, EchoServer
from lab.waiting import FACTOR
from managed_links import SHORT, longest_gap, subflows, wait_for_subflows

#: NetworkManager's own directory; what a build installs below another prefix it does not read.
PLACE = "/etc/NetworkManager/dispatcher.d/pre-down.d/50-subflowd"

#: As long as the script may hold NetworkManager, and what taking a link down takes, in seconds.
PATIENCE = 2.0 * FACTOR


@pytest.fixture
def dispatched(running, build) -> Iterator[ManagedLab]:
    """With the script."""
    script = (build / "systemd/50-subflowd").read_text(encoding="ascii")
    running.machine.write(PLACE, script)
    running.machine.run("chmod", "755", PLACE)
    yield running
    running.machine.remove(PLACE)


def take_down(lab: ManagedLab, which: int) -> float:
    """How long it took, in seconds."""
    begun = time.monotonic()
    lab.nmcli("connection", "down", lab.uplinks[which].link)
    return time.monotonic() - begun


@pytest.mark.parametrize("which", [0, 1])
def test_nothing_is_lost_with_the_link(dispatched, which):
    gap = longest_gap(dispatched, lambda: take_down(dispatched, which))
    print(f"longest silence: {gap * 1000:.0f} ms")
    assert gap < SHORT


def test_it_is_over_once_the_link_is_quiet(dispatched):
    first, second = dispatched.uplinks
    with EchoServer(dispatched.server), Client(dispatched.client, dispatched.FAR) as client:
        wait_for_subflows(dispatched, client, {first: "regular", second: "regular"})
        with Chatter(client) as chatter:
            assert take_down(dispatched, 0) < PATIENCE
        assert chatter.failure is None
        assert subflows(dispatched, client) == {second.client: "regular"}
    assert "50-subflowd" not in failures(dispatched)


def test_a_connection_with_nowhere_to_go_holds_nobody_up(dispatched, service):
    service.configure("[Link wan2]\nRole=ignore\n")
    assert service.ctl("reload").returncode == 0
    with EchoServer(dispatched.server), Client(dispatched.client, dispatched.FAR) as client:
        assert len(diag.connection(dispatched.client, client.port).subflows) == 1
        client.socket.settimeout(1.0)  # there is no way back, and the test need not wait for it
        with Chatter(client):
            assert take_down(dispatched, 0) < PATIENCE


def test_nothing_waits_for_a_daemon_that_is_not_there(dispatched, service):
    service.stop()
    assert take_down(dispatched, 1) < PATIENCE
    assert "50-subflowd" not in failures(dispatched)


def test_nothing_waits_for_a_daemon_that_hangs(dispatched, service):
    pid = str(service.main_pid())
    dispatched.machine.run("kill", f"-{signal.SIGSTOP.value}", pid)
    assert take_down(dispatched, 1) < PATIENCE
    dispatched.machine.run("kill", f"-{signal.SIGCONT.value}", pid)
    assert "50-subflowd" not in failures(dispatched)


def failures(lab: ManagedLab) -> str:
    """What NetworkManager and its dispatcher complain about."""
    entries = lab.machine.journal("--priority=warning", "-u", "NetworkManager",
                                  "-u", "NetworkManager-dispatcher")
    return "\n".join(entry["MESSAGE"] for entry in entries)
