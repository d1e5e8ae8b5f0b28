# SPDX-License-Identifier: BSD-3-Clause
"""subflowd.service in a machine."""

import json
import subprocess
from typing import Any

from lab.machine import Machine
from lab.waiting import wait_for

CONFIGURATION = "/etc/subflowd/subflowd.conf"


class Service:
    """The unit, whatever state it is in."""

    def __init__(self, machine: Machine, unit: str = "subflowd.service") -> None:
        self.machine = machine
        self.unit = unit
        self._enabled = self._overridden = False

    def systemctl(self, *arguments: str) -> str:
        return self.machine.run("systemctl", *arguments)

    def start(self) -> "Service":
        self.systemctl("start", self.unit)
        return self

    def stop(self) -> None:
        self.systemctl("stop", self.unit)

    def forget(self) -> None:
        """Everything is as it was: no daemon, no configuration, no failure that is remembered."""
        self.machine.ask("systemctl", "stop", self.unit)
        self.machine.remove("/etc/subflowd")
        if self._enabled:
            self.systemctl("disable", "--quiet", self.unit)
        if self._overridden:
            self.machine.remove(f"/run/systemd/system/{self.unit}.d")
            self.systemctl("daemon-reload")
        self.machine.ask("systemctl", "reset-failed")
        self.machine.select_kernel()

    def enable(self) -> None:
        self.systemctl("enable", "--quiet", self.unit)
        self._enabled = True

    def configure(self, text: str) -> None:
        self.machine.write(CONFIGURATION, text)

    def override(self, text: str) -> None:
        """Other settings of the unit, until forget()."""
        self._overridden = True
        self.machine.write(f"/run/systemd/system/{self.unit}.d/test.conf", text)
        self.systemctl("daemon-reload")

    def show(self, name: str) -> str:
        return self.machine.show(self.unit, name)

    def state(self) -> str:
        return self.show("ActiveState")

    def main_pid(self) -> int:
        return int(self.show("MainPID"))

    def wait_for_state(self, state: str, timeout: float = 15.0) -> None:
        wait_for(lambda: self.state() == state, f"{self.unit} is {state}", timeout,
                 lambda: f"{self.state()}\n{self.machine.journal_text()}")

    def ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.machine.ask("subflowctl", *arguments)

    def view(self, name: str) -> dict[str, Any]:
        return json.loads(self.machine.run("subflowctl", name, "--json"))
