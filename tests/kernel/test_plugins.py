# SPDX-License-Identifier: BSD-3-Clause
"""Policies from shared objects, loaded by the real daemon."""

import os
import pathlib
import shutil
import tempfile

import pytest

from conftest import FULLMESH, SOURCE
from expectations import all_clients, wait_for_locals

BAD_CONFIGURATION = 78
PLUGIN = pathlib.Path(os.environ.get(
    "SUBFLOWD_FULLMESH", str(SOURCE / "build" / "plugins" / "fullmesh.so")))


@pytest.fixture
def directory():
    """A directory that is root's alone, with the plugin in it."""
    with tempfile.TemporaryDirectory(prefix="subflowd-plugins-") as made:
        shutil.copy(PLUGIN, made)
        (pathlib.Path(made) / PLUGIN.name).chmod(0o644)
        yield pathlib.Path(made)


def test_a_policy_from_a_file_decides(lab, connect, make_daemon, directory):
    daemon = make_daemon(lab.client, FULLMESH, "--plugin-dir", str(directory)).start()
    with open(f"/proc/{daemon.process.pid}/maps", encoding="utf-8") as maps:
        assert str(directory / PLUGIN.name) in maps.read(), daemon.said()
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))


@pytest.mark.parametrize("place", ["file", "directory"])
def test_what_others_can_write_is_not_loaded(lab, make_daemon, directory, place):
    writable = directory if place == "directory" else directory / PLUGIN.name
    writable.chmod(0o777)
    daemon = make_daemon(lab.client, FULLMESH, "--plugin-dir", str(directory))
    daemon.spawn()
    assert daemon.wait() == BAD_CONFIGURATION, daemon.said()
    assert str(writable) in daemon.said(), "it says what was refused"
    assert lab.client.path_manager() == "kernel"
