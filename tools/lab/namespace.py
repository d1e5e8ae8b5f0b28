# SPDX-License-Identifier: BSD-3-Clause
"""Network namespaces."""

import contextlib
import ctypes
import itertools
import os
import socket
import subprocess
from typing import Iterator

IPPROTO_MPTCP = 262
CLONE_NEWNET = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)
_numbers = itertools.count(1)


def _setns(descriptor: int) -> None:
    if _libc.setns(descriptor, CLONE_NEWNET) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"setns: {os.strerror(error)}")


def run(*command: str) -> str:
    """Runs a command to its end and returns its output. A failure shows what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: status {done.returncode}\n"
                             f"{done.stdout}{done.stderr}")
    return done.stdout


class Namespace:
    """A network namespace with a name that nobody else uses, loopback up: a new one, or the one
    that a process is in."""

    def __init__(self, role: str, of_process: int | None = None) -> None:
        self.name = f"sfd-{os.getpid()}-{next(_numbers)}-{role}"
        if of_process is None:
            run("ip", "netns", "add", self.name)
        else:
            run("ip", "netns", "attach", self.name, str(of_process))
        self.ip("link", "set", "lo", "up")

    def close(self) -> None:
        run("ip", "netns", "delete", self.name)

    def ip(self, *arguments: str) -> str:
        return run("ip", "-n", self.name, *arguments)

    def command(self, *command: str) -> list[str]:
        """The command line that runs `command` inside; the process keeps its id."""
        return ["nsenter", f"--net=/run/netns/{self.name}", *command]

    def run(self, *command: str) -> str:
        return run(*self.command(*command))

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """This thread is inside. Sockets opened here stay inside for good."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        inside = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            _setns(inside)
            try:
                yield
            finally:
                _setns(before)
        finally:
            os.close(inside)
            os.close(before)

    def socket(self, family: int, kind: int, protocol: int) -> socket.socket:
        with self.entered():
            return socket.socket(family, kind, protocol)

    def sysctl(self, name: str) -> str:
        with self.entered(), open(_sysctl_path(name), encoding="ascii") as file:
            return file.read().strip()

    def set_sysctl(self, name: str, value: object) -> None:
        with self.entered(), open(_sysctl_path(name), "w", encoding="ascii") as file:
            file.write(str(value))

    def path_manager(self) -> str:
        """"kernel" or "userspace": what connections made from now on will have."""
        try:
            return self.sysctl("net.mptcp.path_manager")
        except FileNotFoundError:
            return {"0": "kernel", "1": "userspace"}[self.sysctl("net.mptcp.pm_type")]

    def select_path_manager(self, name: str) -> None:
        try:
            self.set_sysctl("net.mptcp.path_manager", name)
        except FileNotFoundError:
            self.set_sysctl("net.mptcp.pm_type", {"kernel": 0, "userspace": 1}[name])

    def mib(self, group: str = "MPTcpExt") -> dict[str, int]:
        """The kernel's counters of MPTCP, or of another group, of this namespace since its birth."""
        with self.entered(), open("/proc/thread-self/net/netstat", encoding="ascii") as file:
            rows = [line.split() for line in file if line.startswith(f"{group}:")]
        return dict(zip(rows[0][1:], map(int, rows[1][1:])))


def _sysctl_path(name: str) -> str:
    return "/proc/sys/" + name.replace(".", "/")
