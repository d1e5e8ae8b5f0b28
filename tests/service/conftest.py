# SPDX-License-Identifier: BSD-3-Clause
"""The installed unit under a real systemd: one machine for all tests, because a boot takes long."""

import os
import pathlib
import sys
from typing import Iterator

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))

from lab import managed  # noqa: E402
from lab.machine import Machine, obstacle  # noqa: E402
from lab.managed import ManagedLab  # noqa: E402
from lab.waiting import wait_for  # noqa: E402
from managed_links import known  # noqa: E402
from service import Service  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = obstacle()
    if reason is not None:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def build() -> pathlib.Path:
    return pathlib.Path(os.environ.get("SUBFLOWD_BUILD", str(SOURCE / "build")))


@pytest.fixture(scope="session")
def booted(build: pathlib.Path) -> Iterator[Machine]:
    with Machine(build) as machine:
        yield machine


@pytest.fixture
def machine(booted: Machine) -> Iterator[Machine]:
    """The machine as it is before anybody did anything."""
    yield booted
    print(booted.journal_text())  # pytest shows it with a failure


@pytest.fixture
def service(machine: Machine) -> Iterator[Service]:
    """The unit, not started."""
    made = Service(machine)
    yield made
    made.forget()


@pytest.fixture(scope="module")
def lab(booted: Machine) -> Iterator[ManagedLab]:
    """The machine with two uplinks that its NetworkManager has connected."""
    reason = managed.obstacle()
    if reason is not None:
        pytest.skip(reason)
    with ManagedLab(booted) as made:
        yield made.start_manager()


@pytest.fixture
def running(lab: ManagedLab, service: Service) -> ManagedLab:
    """Nobody has edited profiles, and the daemon knows the uplinks."""
    lab.reset()
    service.start()
    wait_for(lambda: [link["up"] for link in known(service).values()] == [True, True],
             "the daemon knows both uplinks", otherwise=lab.machine.journal_text)
    return lab
