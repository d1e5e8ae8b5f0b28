# SPDX-License-Identifier: BSD-3-Clause
"""What subflowctl finds out by itself, against what the kernel says."""

import json
import re
import subprocess
from typing import Callable

import pytest

import openmetrics
from expectations import all_clients, wait_for_known, wait_for_locals
from lab import diag
from lab.namespace import Namespace
from lab.traffic import PORT, Chatter
from lab.waiting import wait_for

NO_BUS = "unix:path=/nonexistent/bus"
OK, FAILED, USAGE, NOT_RUNNING, NOTHING_MATCHED = 0, 1, 2, 3, 5

Look = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def look(executables) -> Look:
    """subflowctl in a namespace without a daemon."""
    def run(namespace: Namespace, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            namespace.command(executables["subflowctl"], "--bus", NO_BUS, *arguments),
            capture_output=True, text=True, check=False)
    return run


def test_list_without_the_daemon_is_what_the_daemon_lists(lab, connect, daemon, look):
    for _ in range(3):
        client = connect()
        wait_for_locals(daemon, client, all_clients(lab))
        wait_for_known(daemon, client)

    def comparable(connections: list[dict]) -> list[dict]:
        lost = {"since", "rule", "managed_by", "deny_join_initial", "announced", "remotes"}
        return [{key: value for key, value in connection.items()
                 if key not in lost | {"subflows"}} |
                {"subflows": sorted(({k: v for k, v in s.items() if k != "since"}
                                     for s in connection["subflows"]), key=str)}
                for connection in sorted(connections, key=lambda c: c["token"])]
    wait_for(lambda: all(s["state"] == "up" for c in daemon.show("list")["connections"]
                         for s in c["subflows"]), "all subflows are up")
    asked = look(lab.client, "list", "--json")
    assert asked.returncode == OK
    assert "not running" in asked.stderr
    seen = json.loads(asked.stdout)["connections"]
    assert len(seen) == 3
    assert comparable(seen) == comparable(daemon.show("list")["connections"])
    assert all(c["since"] is None and c["managed_by"] is None for c in seen)


def test_list_without_the_daemon_filters(lab, connect, look):
    connect()
    server = lab.uplinks[0].server
    assert json.loads(look(lab.client, "list", f"remote={server}", "--json").stdout)["connections"]
    assert look(lab.client, "list", "remote=192.0.2.1").returncode == NOTHING_MATCHED
    assert look(lab.client, "list", "link=wan1").returncode == OK
    assert look(lab.client, "list", "link=wan2").returncode == NOTHING_MATCHED
    assert look(lab.client, "list", "rule=default").returncode == NOT_RUNNING
    assert look(lab.client, "list", "colour=red").returncode == USAGE


def test_show_has_what_the_kernel_measured(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    wait_for_known(daemon, client)
    for _ in range(20):
        client.exchange(b"x" * 10000)
    token = f"{diag.connection(lab.client, client.port).token:#010x}"
    shown = daemon.show("show", token)["connection"]
    measured = [subflow["measured"] for subflow in shown["subflows"]]
    assert len(measured) == 2
    assert all(m["rtt_us"] > 0 and m["congestion_window"] > 0 for m in measured), measured
    assert sum(m["bytes_acknowledged"] for m in measured) >= 200_000
    assert sum(m["bytes_received"] for m in measured) >= 200_000
    assert shown["measured"]["bytes_sent"] >= 200_000
    text = daemon.ctl("show", token).stdout
    assert "Measured by the kernel" in text and "RTT" in text


def test_show_counts_what_was_sent_again(lab, connect, daemon):
    """For a while the server gets nothing."""
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    wait_for_known(daemon, client)
    token = f"{diag.connection(lab.client, client.port).token:#010x}"
    lab.server.run("iptables", "-A", "INPUT", "-p", "tcp", "--dport", str(PORT), "-j", "DROP")
    client.socket.sendall(b"lost")

    def sent_again() -> bool:
        subflows = daemon.show("show", token)["connection"]["subflows"]
        return any(s["measured"] and s["measured"]["retransmissions"] > 0 for s in subflows)
    wait_for(sent_again, "a retransmission is counted")
    lab.server.run("iptables", "-F", "INPUT")


def test_show_without_the_daemon(lab, connect, look):
    client = connect()
    token = f"{diag.connection(lab.client, client.port).token:#010x}"
    shown = json.loads(look(lab.client, "show", token, "--json").stdout)["connection"]
    assert shown["subflows"][0]["measured"]["rtt_us"] > 0
    assert look(lab.client, "show", "0x00000001").returncode == NOTHING_MATCHED


def test_top_measures_what_flows(lab, connect, look):
    client = connect()
    token = f"{diag.connection(lab.client, client.port).token:#010x}"
    with Chatter(client):
        frame = json.loads(look(lab.client, "top", "--once", "--interval", "0.5", "--json").stdout)
    assert frame["schema"] == 1
    assert frame["interval_us"] >= 500_000
    busiest = frame["connections"][0]
    assert busiest["token"] == token
    assert busiest["links"] == ["wan1"]
    assert busiest["bytes_per_second"]["out"] > 10_000
    assert busiest["bytes_per_second"]["in"] > 10_000
    link = {entry["link"]: entry for entry in frame["links"]}["wan1"]
    assert link["bytes_per_second"] == busiest["bytes_per_second"]
    text = look(lab.client, "top", "--once", "--interval", "0.1").stdout
    assert token in text and "\033[" not in text


def test_top_as_lines_of_json_until_it_is_interrupted(lab, connect, executables):
    connect()
    process = subprocess.Popen(
        lab.client.command(executables["subflowctl"], "top", "--json", "--interval", "0.1"),
        stdout=subprocess.PIPE, text=True)
    frames = [json.loads(process.stdout.readline()) for _ in range(3)]
    process.terminate()
    process.communicate()
    assert [len(frame["connections"]) for frame in frames] == [1, 1, 1]


def test_graph_draws_both_uplinks(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    wait_for_known(daemon, client)
    wait_for(lambda: daemon.show("graph")["edges"] and
             all(edge["up"] == 1 for edge in daemon.show("graph")["edges"]), "both are up")
    graph = daemon.show("graph")
    first, second = lab.uplinks
    assert {local["address"] for local in graph["locals"]} >= all_clients(lab)
    assert len(graph["edges"]) == 2
    text = daemon.ctl("graph").stdout
    for uplink in (first, second):
        assert f"{uplink.link} {uplink.client}\n" in text
    assert f"{first.server}:5001  1 subflow\n" in text
    svg = daemon.ctl("graph", "--svg").stdout
    assert svg.startswith("<svg ") and svg.endswith("</svg>\n")
    token = f"{diag.connection(lab.client, client.port).token:#010x}"
    assert daemon.ctl("graph", token, "--dot").stdout.startswith("graph subflows {")
    assert daemon.ctl("graph", "0x00000001").returncode == NOTHING_MATCHED
    assert daemon.ctl("graph", "--svg", "--dot").returncode == USAGE


def test_metrics_are_openmetrics(lab, connect, daemon, look):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    wait_for_known(daemon, client)
    wait_for(lambda: daemon.show("status")["counts"]["subflows_established"] == 1,
             "the daemon knows the second subflow", otherwise=daemon.said)
    samples = openmetrics.parse(daemon.ctl("metrics").stdout)
    assert samples["subflowd_up"] == 1
    assert samples["subflowd_connections"] == 1
    assert samples['mptcp_mib_total{counter="MPJoinSynTx"}'] == lab.client.mib()["MPJoinSynTx"]
    assert samples['subflowd_link_up{link="wan1",role="primary"}'] == 1
    for name in ("event_latency", "command_latency", "join_latency", "snapshot_duration"):
        counted = samples[f"subflowd_{name}_seconds_count"]
        assert counted == samples[f'subflowd_{name}_seconds_bucket{{le="+Inf"}}'] >= 1
        assert samples[f"subflowd_{name}_seconds_sum"] >= 0
    without = openmetrics.parse(look(lab.client, "metrics").stdout)
    assert without["subflowd_up"] == 0
    assert without['mptcp_mib_total{counter="MPJoinSynTx"}'] == lab.client.mib()["MPJoinSynTx"]


def test_report_has_everything(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    wait_for_known(daemon, client)
    said = daemon.ctl("report")
    assert said.returncode == OK, said.stderr
    for title in ("doctor", "status", "links", "routes", "policies", "connections (1)", "explain",
                  "configuration", "sysctls", "kernel counters", "journal"):
        assert f"==== {title} ====\n" in said.stdout
    assert "net.mptcp.path_manager = userspace\n" in said.stdout
    assert lab.uplinks[1].client in said.stdout


def test_an_anonymous_report_tells_nothing_of_the_host(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    wait_for_known(daemon, client)
    said = daemon.ctl("report", "--anonymise").stdout
    for uplink in lab.uplinks:
        for name in (uplink.client, uplink.server, uplink.client6, uplink.link):
            assert not re.search(rf"(?<![\w.:]){re.escape(name)}(?![\w])", said), name
    report = json.loads(daemon.ctl("report", "--anonymise", "--json").stdout)
    sections = {section["title"]: section["text"] for section in report["sections"]}
    local = re.search(r"link\d+ +(\S+):\d+ ->", sections["connections (1)"])[1]
    assert local in sections["links"], "the same address is the same everywhere"


def test_config_check_agrees_with_the_daemon(lab, make_daemon, look, executables):
    daemon = make_daemon(lab.client, "[Link wan2]\nRol=backup\n")
    path = str(daemon.configuration)
    good = look(lab.client, "config", "check", path)
    assert good.returncode == OK
    assert f"{path}:2: warning" in good.stdout
    daemon.configure("[Daemon]\nMode=nonsense\n")
    bad = look(lab.client, "config", "check", path, "--json")
    assert bad.returncode == FAILED
    report = json.loads(bad.stdout)
    assert report["usable"] is False
    assert [(d["severity"], d["file"], d["line"]) for d in report["diagnostics"]] == [
        ("error", path, 2)]
    checked = subprocess.run([executables["subflowd"], "--config", path, "--check"],
                             capture_output=True, text=True, check=False)
    assert checked.stderr == look(lab.client, "config", "check", path).stdout
    assert look(lab.client, "config", "dump", path).returncode == FAILED
    daemon.configure("[Link wan2]\nRole=backup\n")
    dumped = look(lab.client, "config", "dump", path).stdout
    assert "Role=backup" in dumped and f"{path}:2" in dumped
