# SPDX-License-Identifier: BSD-3-Clause
"""What every kernel test starts from: a lab, an echo server in it, and daemons on request."""

import os
import pathlib
import signal
import sys
from typing import Callable, Iterator

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))

from lab.daemon import Daemon  # noqa: E402
from lab.namespace import Namespace  # noqa: E402
from lab.traffic import Client, EchoServer  # noqa: E402
from lab.uplinks import Lab  # noqa: E402


def interrupt(number: int, _: object) -> None:
    raise KeyboardInterrupt(f"signal {number}")


def pytest_configure() -> None:
    """Being told to stop (a time limit of meson's) is no reason to leave namespaces behind."""
    signal.signal(signal.SIGTERM, interrupt)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = None
    if os.geteuid() != 0:
        reason = "needs root: makes network namespaces"
    elif not os.path.exists("/proc/sys/net/mptcp/enabled"):
        reason = "this kernel has no MPTCP"
    if reason is not None:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def executables() -> dict[str, str]:
    build = SOURCE / "build"
    found = {
        "subflowd": os.environ.get("SUBFLOWD", str(build / "daemon" / "subflowd")),
        "subflowctl": os.environ.get("SUBFLOWCTL", str(build / "ctl" / "subflowctl")),
    }
    for name, path in found.items():
        assert os.access(path, os.X_OK), f"{name} is not at {path}: build it, or set its variable"
    return found


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as made:
        yield made


@pytest.fixture
def echo(lab: Lab) -> Iterator[EchoServer]:
    with EchoServer(lab.server) as server:
        yield server


@pytest.fixture
def connect(lab: Lab, echo: EchoServer) -> Iterator[Callable[..., Client]]:
    """Opens connections from the lab's client, to the server's first address unless another is
    given. They are closed at the end of the test."""
    made: list[Client] = []

    def open_client(address: str | None = None, **options: object) -> Client:
        target = lab.uplinks[0].server if address is None else address
        made.append(Client(lab.client, target, **options))
        return made[-1]

    yield open_client
    for client in made:
        client.close()


DaemonMaker = Callable[..., Daemon]


@pytest.fixture
def make_daemon(executables: dict[str, str]) -> Iterator[DaemonMaker]:
    """Makes daemons that are not started yet."""
    made: list[Daemon] = []

    def make(namespace: Namespace, config: str = "", *arguments: str) -> Daemon:
        made.append(Daemon(namespace, executables, config, arguments))
        return made[-1]

    yield make
    for daemon in made:
        print(daemon.said())  # pytest shows it with a failure
        daemon.close()


@pytest.fixture
def daemon(lab: Lab, make_daemon: DaemonMaker) -> Daemon:
    """A daemon with no configuration, ready, in the client's namespace."""
    return make_daemon(lab.client).start()


#: A configuration under which every pair of addresses gets a subflow.
FULLMESH = "[Rule default]\nPolicies=fullmesh\n"


@pytest.fixture
def mesh_daemon(lab: Lab, make_daemon: DaemonMaker) -> Daemon:
    """The same with the policy fullmesh for every connection."""
    return make_daemon(lab.client, FULLMESH).start()
