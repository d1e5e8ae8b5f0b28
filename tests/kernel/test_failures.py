# SPDX-License-Identifier: BSD-3-Clause
"""When the host is not ready: an exit status for scripts and one clear sentence for people."""

import subprocess
import sys

import pytest

from conftest import SOURCE
from expectations import wait_for_joins
from lab.waiting import FACTOR, wait_for

USAGE, NO_MPTCP, ANOTHER_ACTIVE, NOT_PERMITTED, BAD_CONFIGURATION = 64, 69, 75, 77, 78


def sentence_of(daemon, expected_status: int) -> str:
    """Starts a daemon that must fail, and returns the one line it says."""
    daemon.spawn()
    assert daemon.wait() == expected_status, daemon.said()
    lines = daemon.log.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1, daemon.said()
    return lines[0]


def test_without_the_capability(lab, make_daemon):
    daemon = make_daemon(lab.client)
    process = subprocess.run(
        lab.client.command("setpriv", "--bounding-set=-net_admin", *daemon.inner_command()),
        capture_output=True, text=True, check=False, timeout=10 * FACTOR)
    assert process.returncode == NOT_PERMITTED, process
    assert "CAP_NET_ADMIN" in process.stderr + process.stdout
    assert lab.client.path_manager() == "kernel"


def test_with_the_kernels_path_manager_and_no_leave_to_change_it(lab, make_daemon):
    said = sentence_of(make_daemon(lab.client, "[Daemon]\nManageSysctl=no\n"), NOT_PERMITTED)
    assert "ManageSysctl" in said
    assert lab.client.path_manager() == "kernel"


def test_with_userspace_selected_it_needs_no_leave(lab, make_daemon):
    lab.client.select_path_manager("userspace")
    daemon = make_daemon(lab.client, "[Daemon]\nManageSysctl=no\n").start()
    assert daemon.stop() == 0
    assert lab.client.path_manager() == "userspace"


def test_beside_another_one(lab, daemon, make_daemon):
    said = sentence_of(make_daemon(lab.client), ANOTHER_ACTIVE)
    assert f"process {daemon.process.pid}" in said
    assert lab.client.path_manager() == "userspace", "the first one still needs it"
    assert daemon.ctl("status").returncode == 0


MPTCPD = """
import sys
sys.path.insert(0, sys.argv[1])
from lab.pm import listen
listener = listen()
open("/proc/self/comm", "w").write("mptcpd")
print("listening", flush=True)
sys.stdin.read()
"""


def test_beside_mptcpd(lab, make_daemon):
    other = subprocess.Popen(
        lab.client.command(sys.executable, "-c", MPTCPD, str(SOURCE / "tools")),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout.readline() == "listening\n"
        said = sentence_of(make_daemon(lab.client), ANOTHER_ACTIVE)
        assert f"mptcpd (pid {other.pid})" in said
        assert lab.client.path_manager() == "kernel"
    finally:
        other.communicate()


def test_in_another_namespace_there_may_be_another(lab, daemon, make_daemon):
    other = make_daemon(lab.server).start()
    assert other.ctl("status").returncode == 0
    assert daemon.ctl("status").returncode == 0


def test_with_mptcp_switched_off(lab, make_daemon):
    lab.client.set_sysctl("net.mptcp.enabled", 0)
    said = sentence_of(make_daemon(lab.client), NO_MPTCP)
    assert "net.mptcp.enabled" in said


def test_with_a_bad_configuration(lab, make_daemon):
    daemon = make_daemon(lab.client, "[Daemon]\nMaxSubflows=lots\nMode=sideways\n")
    daemon.spawn()
    assert daemon.wait() == BAD_CONFIGURATION, daemon.said()
    for line in (2, 3):
        assert f"{daemon.configuration}:{line}: error" in daemon.said(), "every mistake is told"
    assert lab.client.path_manager() == "kernel"


@pytest.mark.parametrize("arguments", [("--no-such-option",), ("--log-level", "loud"), ("stray",)])
def test_with_wrong_arguments(lab, make_daemon, arguments):
    daemon = make_daemon(lab.client, "", *arguments)
    daemon.spawn()
    assert daemon.wait() == USAGE, daemon.said()


def test_without_a_bus_it_manages_all_the_same(lab, connect, executables, tmp_path):
    process = subprocess.Popen(
        lab.client.command(executables["subflowd"], "--bus", "none", "--state-dir", str(tmp_path),
                           "--config", "/dev/null"),
        stdin=subprocess.DEVNULL)
    try:
        wait_for(lambda: lab.client.path_manager() == "userspace", "it selects itself")
        wait_for_joins(lab.client, connect(), 1)
    finally:
        process.terminate()
        assert process.wait(10 * FACTOR) == 0
