# SPDX-License-Identifier: BSD-3-Clause
"""A monitor whose reader sleeps while much happens."""

import json
import signal
import subprocess
import threading
import time

import pytest

from lab.waiting import FACTOR, wait_for

# Many times what the socket to a reader holds, as fast as the kernel changes an address.
CHANGES = 40_000
MOST_GROWTH_KIB = 16 * 1024


class Sleeper:
    """`subflowctl monitor --json`, which can be suspended."""

    def __init__(self, daemon) -> None:
        self.process = subprocess.Popen(daemon.ctl_command("monitor", "--json"),
                                        stdout=subprocess.PIPE, text=True)
        self.told: list[dict] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.told.append(json.loads(line))

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._thread.join()


@pytest.fixture
def sleeper(daemon):
    made = Sleeper(daemon)
    yield made
    made.close()


def flap(daemon, times: int) -> None:
    """An address comes and goes: each is an event of the link."""
    changes = "address add 10.78.0.1/24 dev uplink\naddress del 10.78.0.1/24 dev uplink\n" * times
    subprocess.run(daemon.namespace.command("ip", "-batch", "-"), input=changes, text=True,
                   check=True)


def changes_told(sleeper: Sleeper) -> int:
    return sum(told["event"] in ("link-usable", "link-unusable") for told in list(sleeper.told))


def test_a_reader_that_sleeps_costs_the_daemon_nothing(daemon, sleeper):
    daemon.namespace.ip("link", "add", "uplink", "type", "veth", "peer", "name", "far")
    for end in ("uplink", "far"):
        daemon.namespace.ip("link", "set", end, "up")

    def told() -> bool:
        flap(daemon, 1)
        return changes_told(sleeper) > 0
    wait_for(told, "the monitor tells of the link", otherwise=daemon.said)
    before = daemon.resident_kib()
    sleeper.process.send_signal(signal.SIGSTOP)
    flap(daemon, CHANGES // 2)
    asked = time.monotonic()
    assert daemon.ctl("status").returncode == 0
    assert time.monotonic() - asked < 5 * FACTOR
    assert daemon.resident_kib() - before < MOST_GROWTH_KIB
    sleeper.process.send_signal(signal.SIGCONT)
    lost = wait_for(lambda: next((t for t in list(sleeper.told) if t["event"] == "lost"), None),
                    "the reader is told that it lost events", 30,
                    otherwise=lambda: f"{changes_told(sleeper)} changes")
    assert lost["count"] > 0
    known = changes_told(sleeper)
    wait_for(lambda: flap(daemon, 1) or changes_told(sleeper) > known, "it goes on",
             otherwise=daemon.said)
