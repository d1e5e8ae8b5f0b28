# SPDX-License-Identifier: BSD-3-Clause
"""The configuration file, seen from the kernel's side."""

import signal
import subprocess

import pytest

from expectations import all_clients, kernel_view, wait_for_known, wait_for_locals
from lab import diag
from lab.traffic import EchoServer
from lab.waiting import wait_for

OTHER_PORT = 5002
BAD_CONFIGURATION = 78


def test_a_backup_link_carries_backup_subflows(lab, connect, make_daemon):
    daemon = make_daemon(lab.client, "[Link wan2]\nRole=backup\n").start()
    client = connect()
    found = wait_for_locals(daemon, client, all_clients(lab))
    assert found.joins()[0].backup, kernel_view(daemon)
    server_sees = [s for c in diag.connections(lab.server) for s in c.joins()]
    assert [bool(s.flags & diag.Flag.BKUP_REM) for s in server_sees] == [True]


def test_the_first_link_section_that_matches_counts(lab, connect, make_daemon):
    config = "[Link wan2]\nRole=primary\n[Link wan*]\nRole=ignore\n"
    daemon = make_daemon(lab.client, config).start()
    client = connect()
    found = wait_for_locals(daemon, client, all_clients(lab))
    assert not found.joins()[0].backup


def test_an_ignored_link_carries_none(lab, connect, make_daemon):
    third = lab.add_uplink()
    daemon = make_daemon(lab.client, "[Link wan2]\nRole=ignore\n").start()
    client = connect()
    wait_for_locals(daemon, client, {lab.uplinks[0].client, third.client})
    assert lab.client.mib()["MPJoinSynTx"] == 1


RULES = """
[Rule remote]
MatchRemote=10.77.2.0/24
Policies=fullmesh

[Rule port]
MatchPort=5002
Policies=fullmesh

[Rule family]
MatchFamily=ipv6
Policies=fullmesh

[Rule rest]
Policies=fullmesh
"""


@pytest.mark.parametrize("remote, port, rule", [
    ("10.77.2.2", 5001, "remote"),
    ("10.77.2.2", OTHER_PORT, "remote"),
    ("10.77.1.2", OTHER_PORT, "port"),
    ("fd77:1::2", OTHER_PORT, "port"),
    ("fd77:1::2", 5001, "family"),
    ("10.77.1.2", 5001, "rest"),
])
def test_a_connection_takes_the_first_rule_that_matches(lab, connect, make_daemon, remote, port,
                                                        rule):
    daemon = make_daemon(lab.client, RULES).start()
    with EchoServer(lab.server, OTHER_PORT):
        client = connect(remote, port=port)
        assert wait_for_known(daemon, client)["rule"] == rule


def test_settings_of_a_policy_reach_it(lab, connect, make_daemon):
    third = lab.add_uplink()
    config = "[Policy lb-client]\nFamilies=ipv6\n"
    daemon = make_daemon(lab.client, config).start()
    four, six = connect(lab.uplinks[0].server), connect(lab.uplinks[0].server6)
    wait_for_locals(daemon, six, {uplink.client6 for uplink in [*lab.uplinks, third]})
    assert diag.connection(lab.client, four.port).joins() == []


def reload(daemon) -> None:
    daemon.signal(signal.SIGHUP)


def test_a_good_configuration_is_taken_up_by_sighup(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    daemon.configure("[Link wan2]\nRole=backup\n")
    reload(daemon)
    wait_for(lambda: {link["name"]: link["role"] for link in daemon.show("links")["links"]}
             .get("wan2") == "backup", "the new role", otherwise=daemon.said)
    second = connect()
    assert wait_for_locals(daemon, second, all_clients(lab)).joins()[0].backup


def test_a_bad_configuration_leaves_the_old_one_in_force(lab, connect, make_daemon):
    daemon = make_daemon(lab.client, "[Link wan2]\nRole=backup\n").start()
    daemon.configure("[Link wan2]\nRole=ignore\n[Daemon]\nMaxSubflows=many\n")
    reload(daemon)
    wait_for(lambda: f"{daemon.configuration}:4" in daemon.said(), "the log names file and line",
             otherwise=daemon.said)
    client = connect()
    assert wait_for_locals(daemon, client, all_clients(lab)).joins()[0].backup, daemon.said()


def test_subflowctl_reload_says_what_is_wrong(daemon):
    daemon.configure("[Daemon]\nMode=sideways\n")
    asked = daemon.ctl("reload")
    assert asked.returncode == 1, asked
    assert f"{daemon.configuration}:2" in asked.stderr
    daemon.configure("")
    assert daemon.ctl("reload").returncode == 0


def check(daemon, text: str) -> subprocess.CompletedProcess[str]:
    daemon.configure(text)
    return subprocess.run([*daemon.command(), "--check"], capture_output=True, text=True,
                          check=False)


def test_check_accepts_a_good_configuration(lab, make_daemon):
    done = check(make_daemon(lab.client), RULES)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text, line", [
    ("[Daemon]\nMode=sideways\n", 2),
    ("[Daemon]\nMaxSubflows=0.5\n", 2),
    ("\n[Rule x]\nMatchRemote=10.0.0.0/99\nPolicies=fullmesh\n", 3),
    ("[Rule x]\nPolicies=no-such-policy\n", 2),
    ("[Policy lb-client]\nSettle=-1\n", 2),
    ("[Link wan*]\n\nRole=sometimes\n", 3),
    ("Mode=userspace\n", 1),
])
def test_check_names_file_and_line_of_a_bad_value(lab, make_daemon, text, line):
    daemon = make_daemon(lab.client)
    done = check(daemon, text)
    assert done.returncode == BAD_CONFIGURATION, done
    assert f"{daemon.configuration}:{line}" in done.stderr + done.stdout


def test_check_warns_of_an_unknown_key_and_suggests_one(lab, make_daemon):
    daemon = make_daemon(lab.client)
    done = check(daemon, "[Daemon]\nMaxSubflow=4\n")
    said = done.stderr + done.stdout
    assert done.returncode == 0, said
    assert f"{daemon.configuration}:2" in said
    assert "MaxSubflows" in said
