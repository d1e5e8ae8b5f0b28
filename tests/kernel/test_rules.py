# SPDX-License-Identifier: BSD-3-Clause
"""Rules by what no event tells: the owner of a socket, its control group and its mark."""

import contextlib
import pathlib
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Iterator

import pytest

from expectations import kernel_view, wait_for_joins, wait_for_known
from lab import cgroup, diag
from lab.cgroup import ControlGroup
from lab.traffic import PORT
from lab.waiting import wait_for

APPLICATION = pathlib.Path(__file__).with_name("application.py")
NOBODY = 65534


@dataclass
class Application:
    """A process of its own, with its connection."""
    port: int


@contextlib.contextmanager
def application(lab, *wrapper: str) -> Iterator[Application]:
    command = lab.client.command(*wrapper, sys.executable, "-B", str(APPLICATION),
                                 lab.uplinks[0].server, str(PORT))
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Application(int(process.stdout.readline()))
    finally:
        process.communicate()


needs_control_groups = pytest.mark.skipif(cgroup.root() is None, reason="needs cgroup v2")


@contextlib.contextmanager
def control_group(name: str) -> Iterator[ControlGroup]:
    """The inner one of two."""
    with ControlGroup(name), ControlGroup(f"{name}/inner.scope") as inner:
        yield inner


def rule_of(daemon, client) -> str:
    wait_for_known(daemon, client)
    token = diag.connection(daemon.namespace, client.port).token
    return wait_for(lambda: daemon.connections()[token]["rule"], "a rule was chosen",
                    otherwise=lambda: kernel_view(daemon))


def special(condition: str) -> str:
    """A rule with a condition, whose connections get no subflow."""
    return f"[Rule special]\n{condition}\nPolicies=\n"


def test_the_owner_of_the_socket(lab, echo, connect, make_daemon):
    daemon = make_daemon(lab.client, special("MatchUser=nobody")).start()
    with application(lab, "setpriv", f"--reuid={NOBODY}", "--clear-groups") as foreign:
        own = connect()
        wait_for_joins(lab.client, own, 1)
        assert rule_of(daemon, own) == "default"
        assert rule_of(daemon, foreign) == "special"
        assert diag.connection(lab.client, foreign.port).joins() == []


@needs_control_groups
def test_the_control_group_of_the_socket(lab, echo, connect, make_daemon):
    daemon = make_daemon(lab.client, special("MatchCGroup=subflowd-test-*.slice")).start()
    with control_group("subflowd-test-one.slice") as group:
        with application(lab, *group.command()) as within, application(lab) as outside:
            wait_for_joins(lab.client, outside, 1)
            assert rule_of(daemon, outside) == "default"
            assert rule_of(daemon, within) == "special"
            assert diag.connection(lab.client, within.port).joins() == []


@needs_control_groups
def test_the_path_of_a_control_group(lab, echo, make_daemon):
    with control_group("subflowd-test-two.slice") as group:
        path = group.path.parent.relative_to(cgroup.root())
        daemon = make_daemon(lab.client, special(f"MatchCGroup=/{path}")).start()
        with application(lab, *group.command()) as within:
            assert rule_of(daemon, within) == "special"


def test_the_mark_of_the_socket(lab, connect, make_daemon):
    daemon = make_daemon(lab.client, special("MatchMark=0x20/0xf0")).start()
    marked, other = connect(mark=0x12f), connect(mark=0x13f)
    wait_for_joins(lab.client, other, 1)
    assert rule_of(daemon, other) == "default"
    assert rule_of(daemon, marked) == "special"
    assert diag.connection(lab.client, marked.port).joins() == []


def test_connections_that_are_open_follow_a_reload(lab, connect, daemon):
    marked, other = connect(mark=7), connect()
    for client in (marked, other):
        wait_for_joins(lab.client, client, 1)
    daemon.configure(special("MatchMark=7"))
    daemon.signal(signal.SIGHUP)
    wait_for_joins(lab.client, marked, 0)
    assert rule_of(daemon, marked) == "special"
    assert rule_of(daemon, other) == "default"
    wait_for_joins(lab.client, other, 1)


def test_connections_that_were_open_before_the_start(lab, connect, make_daemon):
    lab.client.select_path_manager("userspace")
    marked, other = connect(mark=7), connect()
    daemon = make_daemon(lab.client, special("MatchMark=7")).start()
    assert rule_of(daemon, marked) == "special"
    assert rule_of(daemon, other) == "default"


def test_a_user_that_is_not_there_is_told_with_its_place(lab, executables, tmp_path):
    file = tmp_path / "subflowd.conf"
    file.write_text(special("MatchUser=no-such-user"), encoding="utf-8")
    checked = subprocess.run([executables["subflowd"], "--config", str(file), "--check"],
                             capture_output=True, text=True, check=False)
    assert checked.returncode != 0
    assert f'{file}:2: error: MatchUser=no-such-user: there is no user "no-such-user"' in \
        checked.stdout + checked.stderr
