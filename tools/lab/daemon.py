# SPDX-License-Identifier: BSD-3-Clause
"""The daemon in a namespace, on a bus of its own, and subflowctl to talk to it."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
from typing import Any

from .namespace import Namespace
from .waiting import FACTOR, wait_for

STOP_SECONDS = 10.0
CTL_SECONDS = 20.0


class Bus:
    """A dbus-daemon for one daemon, at a unix address that every network namespace reaches."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.address = f"unix:path={directory / 'bus'}"
        self._process = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={self.address}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for((directory / "bus").exists, "dbus-daemon opens its socket",
                 otherwise=lambda: f"dbus-daemon's status: {self._process.poll()}")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


class Daemon:
    """subflowd in a namespace. Its state, configuration and bus live in a directory that goes
    with it, so that a daemon that was stopped or killed can be started again with its memory."""

    def __init__(self, namespace: Namespace, executables: dict[str, str], config: str = "",
                 arguments: tuple[str, ...] = ()) -> None:
        self.namespace = namespace
        self._executables = executables
        self._arguments = arguments
        self._directory = tempfile.TemporaryDirectory(prefix="subflowd-lab-")
        self.directory = pathlib.Path(self._directory.name)
        self.configuration = self.directory / "subflowd.conf"
        self.log = self.directory / "log"
        (self.directory / "state").mkdir()
        self.configure(config)
        self.bus = Bus(self.directory)
        self.process: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.bus.close()
        self._directory.cleanup()

    def __enter__(self) -> "Daemon":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def configure(self, text: str) -> None:
        self.configuration.write_text(text, encoding="utf-8")

    def inner_command(self) -> list[str]:
        """The command line for a process that is inside the namespace."""
        return [self._executables["subflowd"], "--config", str(self.configuration),
                "--state-dir", str(self.directory / "state"), "--bus", self.bus.address,
                *self._arguments]

    def command(self) -> list[str]:
        return self.namespace.command(*self.inner_command())

    def spawn(self) -> None:
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT)

    def start(self) -> "Daemon":
        """Starts it and waits until it answers and, if it means to decide, may decide."""
        self.spawn()
        wait_for(self._ready, "subflowd is ready", timeout=15, otherwise=self.said)
        return self

    def _ready(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"subflowd ended with status {self.process.returncode}:\n"
                                 f"{self.said()}")
        asked = self.ctl("status", "--json")
        if asked.returncode != 0:
            return False
        mode = json.loads(asked.stdout)["mode"]
        return mode != "userspace" or self.namespace.path_manager() == "userspace"

    def said(self) -> str:
        """What it logged."""
        log = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return f"--- log of subflowd in {self.namespace.name}\n{log}---"

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)

    def resident_kib(self) -> int:
        assert self.process is not None
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))

    def wait(self) -> int:
        """Waits for its end and returns its exit status."""
        assert self.process is not None
        return self.process.wait(STOP_SECONDS * FACTOR)

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.wait()

    def ctl_command(self, *arguments: str) -> list[str]:
        return self.namespace.command(self._executables["subflowctl"], "--bus", self.bus.address,
                                      *arguments)

    def ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.ctl_command(*arguments), capture_output=True, text=True, check=False,
            timeout=CTL_SECONDS * FACTOR)

    def show(self, *arguments: str) -> dict[str, Any]:
        """What a view of subflowctl says, as JSON."""
        asked = self.ctl(*arguments, "--json")
        assert asked.returncode == 0, \
            f"subflowctl {' '.join(arguments)}: status {asked.returncode}\n{asked.stderr}\n" \
            f"{self.said()}"
        return json.loads(asked.stdout)

    def connections(self) -> dict[int, dict[str, Any]]:
        """`subflowctl list`, by token."""
        return {int(entry["token"], 16): entry for entry in self.show("list")["connections"]}
