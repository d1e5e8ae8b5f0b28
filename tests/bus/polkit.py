# SPDX-License-Identifier: BSD-3-Clause
"""A polkit that does as it is told, on a private bus."""

import os
import subprocess
import sys

from lab.waiting import wait_for

NAME, PATH = "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority"
MOCK = "org.freedesktop.DBus.Mock"

CONNECTIONS = "org.subflowd1.manage-connections"
LINKS = "org.subflowd1.manage-links"
POLICIES = "org.subflowd1.manage-policies"
RECORD = "org.subflowd1.record"
RELOAD = "org.subflowd1.reload"
SEE = "org.subflowd1.see-connections"


class Polkit:
    """Denies everything until it is told otherwise."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dbusmock", "--template", "polkitd"],
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._is_there, "the mocked polkit is on the bus",
                 otherwise=lambda: f"its status: {self._process.poll()}")

    def _is_there(self) -> bool:
        return self.call(MOCK, "SetAllowed", "as", "0").returncode == 0

    def call(self, interface: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["busctl", f"--address={self._address}", "call", NAME, PATH,
                               interface, *arguments], capture_output=True, text=True, check=False)

    def allow(self, *actions: str) -> None:
        assert self.call(MOCK, "SetAllowed", "as", str(len(actions)), *actions).returncode == 0

    def hang(self) -> None:
        assert self.call(MOCK, "SimulateHang", "b", "true").returncode == 0

    def answer(self) -> None:
        assert self.call(MOCK, "SimulateHang", "b", "false").returncode == 0

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
