# SPDX-License-Identifier: BSD-3-Clause
"""The real daemon in an empty namespace, on a bus of its own."""

import os
import pathlib
import sys
from typing import Callable, Iterator

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))

from bus_daemon import BusDaemon  # noqa: E402
from lab.daemon import Daemon  # noqa: E402
from lab.namespace import Namespace  # noqa: E402
from lab.uplinks import Lab  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.geteuid() != 0:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="needs root: makes network namespaces"))


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
def make_namespace() -> Iterator[Callable[[str], Namespace]]:
    made: list[Namespace] = []

    def make(role: str) -> Namespace:
        made.append(Namespace(role))
        return made[-1]

    yield make
    for namespace in made:
        namespace.close()


@pytest.fixture
def daemon(make_namespace: Callable[[str], Namespace],
           executables: dict[str, str]) -> Iterator[BusDaemon]:
    """A daemon without a configuration, ready, in an empty namespace."""
    made = BusDaemon(make_namespace("bus"), executables)
    with made:
        yield made.start()
        print(made.said())  # pytest shows it with a failure


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as made:
        yield made


@pytest.fixture
def begin(lab: Lab, executables: dict[str, str]) -> Iterator[Callable[[str], Daemon]]:
    """Starts daemons with a configuration, on the client of a lab with two uplinks."""
    made: list[Daemon] = []

    def start(config: str = "") -> Daemon:
        made.append(Daemon(lab.client, executables, config))
        return made[-1].start()

    yield start
    for daemon in made:
        print(daemon.said())
        daemon.close()
