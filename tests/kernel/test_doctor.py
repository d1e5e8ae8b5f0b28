# SPDX-License-Identifier: BSD-3-Clause
"""`subflowctl doctor` on hosts with one fault each, made on purpose."""

import json
import os
import shutil
import subprocess
import sys
from typing import Callable, Iterator

import pytest

from conftest import SOURCE
from lab import diag
from lab.namespace import Namespace
from lab.traffic import PORT, Client, EchoServer
from lab.waiting import wait_for

OK, FAILED = 0, 1
NOBODY = 65534
NO_BUS = "unix:path=/nonexistent/bus"

#: Subscribes to the kernel's MPTCP events under another program's name, says so, and waits.
IMPOSTOR = """
import sys
sys.path.insert(0, sys.argv[1])
from lab import pm
with open("/proc/self/comm", "w") as comm:
    comm.write(sys.argv[2])
socket = pm.listen()
print("listening", flush=True)
sys.stdin.read()
"""

Doctor = Callable[..., dict[str, list[dict]]]


def findings(asked: subprocess.CompletedProcess[str]) -> dict[str, list[dict]]:
    """By check. The exit status and "healthy" agree with what was found."""
    assert asked.returncode in (OK, FAILED), asked.stderr
    report = json.loads(asked.stdout)
    assert report["schema"] == 1
    wrong = any(f["verdict"] in ("warning", "problem") for f in report["findings"])
    assert report["healthy"] == (not wrong) == (asked.returncode == OK)
    found: dict[str, list[dict]] = {}
    for finding in report["findings"]:
        found.setdefault(finding["check"], []).append(finding)
    return found


def wrong(found: dict[str, list[dict]]) -> set[str]:
    return {check for check, all_of_it in found.items()
            for finding in all_of_it if finding["verdict"] in ("warning", "problem")}


@pytest.fixture
def examine(executables) -> Doctor:
    """Runs doctor in a namespace without a daemon."""
    def run(namespace: Namespace, **options: object) -> dict[str, list[dict]]:
        return findings(subprocess.run(
            namespace.command(executables["subflowctl"], "--bus", NO_BUS, "doctor", "--json"),
            capture_output=True, text=True, check=False, **options))
    return run


def test_a_healthy_host(lab, daemon):
    found = findings(daemon.ctl("doctor", "--json"))
    assert wrong(found) == set(), found
    assert found["uplinks"][0]["sentence"] == "Uplinks: wan1, wan2."
    said = daemon.ctl("doctor")
    assert said.returncode == OK
    assert said.stdout.splitlines()[-1] == "Nothing is wrong."
    assert all(len(line) <= 80 for line in said.stdout.splitlines()), said.stdout


def mptcp_disabled(lab):
    lab.client.set_sysctl("net.mptcp.enabled", 0)


def kernel_decides(lab):
    lab.client.select_path_manager("kernel")


def no_second_route(lab):
    lab.remove_routes(lab.uplinks[1])


def strict_filter(lab):
    """The second uplink by metric alone, as many set it up, and what many distributions filter."""
    second = lab.uplinks[1]
    for family, address in (("-4", second.client), ("-6", second.client6)):
        lab.client.ip(family, "rule", "delete", "from", address, "lookup", second.table)
    lab.client.ip("route", "add", "default", "via", second.server, "dev", second.link,
                  "metric", "1000")
    lab.client.set_sysctl("net.ipv4.conf.all.rp_filter", 1)


def hasty_close(lab):
    lab.client.set_sysctl("net.mptcp.close_timeout", 3)


def initial_address_denied(lab):
    lab.client.set_sysctl("net.mptcp.allow_join_initial_addr_port", 0)


def foreign_endpoint(lab):
    lab.client.run("ip", "mptcp", "endpoint", "add", "192.0.2.9", "subflow")


def endpoint_on_the_wrong_link(lab):
    lab.client.run("ip", "mptcp", "endpoint", "add", lab.uplinks[0].client, "dev",
                   lab.uplinks[1].link, "subflow")


def tentative_address(lab):
    link = lab.uplinks[1].link
    lab.client.set_sysctl(f"net.ipv6.conf.{link}.accept_dad", 1)
    lab.client.set_sysctl(f"net.ipv6.conf.{link}.dad_transmits", 1000)
    lab.client.set_sysctl("net.ipv6.conf.all.accept_dad", 1)
    lab.client.ip("addr", "add", "fd77:9::1/64", "dev", link)


@pytest.mark.parametrize("break_it, check, words", [
    (mptcp_disabled, "mptcp", "net.mptcp.enabled=1"),
    (kernel_decides, "path-manager", "net.mptcp.path_manager=userspace"),
    (no_second_route, "routes", "dev wan2"),
    (strict_filter, "rp-filter", "net.ipv4.conf.wan2.rp_filter=2"),
    (hasty_close, "close-timeout", "net.mptcp.close_timeout=60"),
    (initial_address_denied, "join-initial", "[Policy announce]"),
    (foreign_endpoint, "endpoints", "ip mptcp endpoint delete id 1"),
    (endpoint_on_the_wrong_link, "endpoints", "ip mptcp endpoint delete id 1"),
    (tentative_address, "addresses", "dev wan2"),
], ids=lambda value: value.__name__ if callable(value) else "")
def test_a_fault_is_found_alone_and_has_a_remedy(lab, daemon, break_it, check, words):
    assert wrong(findings(daemon.ctl("doctor", "--json"))) == set()
    break_it(lab)
    found = findings(daemon.ctl("doctor", "--json"))
    assert wrong(found) == {check}, found
    assert any(words in (finding["remedy"] or "") for finding in found[check]), found[check]


def test_the_remedy_against_the_strict_filter_helps(lab, daemon):
    strict_filter(lab)
    lab.client.set_sysctl("net.ipv4.conf.all.rp_filter", 0)
    lab.client.set_sysctl("net.ipv4.conf.wan2.rp_filter", 1)
    assert wrong(findings(daemon.ctl("doctor", "--json"))) == {"rp-filter"}
    lab.client.set_sysctl("net.ipv4.conf.wan2.rp_filter", 2)
    assert wrong(findings(daemon.ctl("doctor", "--json"))) == set()


def test_a_host_without_daemon(lab, examine):
    found = examine(lab.client)
    assert wrong(found) == {"daemon", "limits"} or wrong(found) == {"daemon"}, found
    lab.client.select_path_manager("userspace")
    assert wrong(examine(lab.client)) >= {"daemon", "path-manager"}


def test_a_daemon_on_another_bus(daemon, examine):
    found = examine(daemon.namespace)
    assert wrong(found) == {"daemon"}
    assert "--bus" in found["daemon"][0]["remedy"]


def test_one_uplink_is_no_fault(lab, daemon):
    lab.client.ip("link", "delete", lab.uplinks[1].link)
    found = findings(daemon.ctl("doctor", "--json"))
    assert wrong(found) == set()
    assert found["uplinks"][0]["verdict"] == "note"


def test_no_uplink_is_one(lab, daemon):
    for uplink in lab.uplinks:
        lab.take_down(uplink)
    assert wrong(findings(daemon.ctl("doctor", "--json"))) == {"uplinks"}


def test_a_black_hole_and_the_way_out(lab, daemon):
    """The server's firewall drops SYNs with TCP option 30, as middleboxes do."""
    lab.client.set_sysctl("net.mptcp.syn_retrans_before_tcp_fallback", 0)
    lab.server.run("iptables", "-A", "INPUT", "-p", "tcp", "--syn", "--tcp-option", "30",
                   "-j", "DROP")
    with EchoServer(lab.server), Client(lab.client, lab.uplinks[0].server):
        assert lab.client.mib()["Blackhole"] == 1
        found = findings(daemon.ctl("doctor", "--json"))
        assert wrong(found) == {"black-hole"}, found
        assert "net.mptcp.blackhole_timeout=3600" in found["black-hole"][0]["remedy"]
        lab.client.set_sysctl("net.mptcp.blackhole_timeout", 3600)
        found = findings(daemon.ctl("doctor", "--json"))
        assert found["black-hole"][0]["verdict"] == "note", found


def test_joins_that_a_firewall_drops(lab, echo, examine):
    """Under the in-kernel path manager, which tries once for each connection."""
    second = lab.uplinks[1]
    lab.client.run("ip", "mptcp", "limits", "set", "subflows", "2", "add_addr_accepted", "2")
    lab.client.run("ip", "mptcp", "endpoint", "add", second.client, "dev", second.link, "subflow")
    lab.server.run("iptables", "-A", "INPUT", "-p", "tcp", "-s", second.client, "--dport",
                   str(PORT), "-j", "DROP")
    clients = [Client(lab.client, lab.uplinks[0].server) for _ in range(3)]
    wait_for(lambda: lab.client.mib()["MPJoinSynTx"] >= 3, "three joins are sent",
             otherwise=lambda: str(lab.client.mib()))
    assert "joins" in wrong(examine(lab.client))
    for client in clients:
        client.close()


def test_limits_under_which_the_kernel_makes_no_subflow(lab, examine):
    lab.client.run("ip", "mptcp", "limits", "set", "subflows", "0", "add_addr_accepted", "0")
    assert wrong(examine(lab.client)) == {"daemon", "limits"}


class Impostor:
    """A process with another program's name that listens to the kernel's MPTCP events."""

    def __init__(self, namespace: Namespace, name: str) -> None:
        self._process = subprocess.Popen(
            namespace.command(sys.executable, "-c", IMPOSTOR, str(SOURCE / "tools"), name),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout.readline() == "listening\n"

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture
def pretend(daemon) -> Iterator[Callable[[str], None]]:
    made: list[Impostor] = []
    yield lambda name: made.append(Impostor(daemon.namespace, name))
    for impostor in made:
        impostor.close()


@pytest.mark.parametrize("name", ["mptcpd", "subflowd"])
def test_another_path_manager(daemon, pretend, name):
    pretend(name)
    found = findings(daemon.ctl("doctor", "--json"))
    assert wrong(found) == {"other-path-managers"}, found


def test_somebody_who_only_listens_is_no_fault(daemon, pretend):
    pretend("curious")
    found = findings(daemon.ctl("doctor", "--json"))
    assert wrong(found) == set()
    assert "curious" in found["other-path-managers"][0]["sentence"]


def test_connections_that_began_before_the_daemon(lab, connect, make_daemon):
    connect()
    daemon = make_daemon(lab.client).start()
    client = connect()
    token = f"{diag.connection(lab.client, client.port).token:#010x}"
    wait_for(lambda: daemon.ctl("show", token).returncode == 0, "the daemon knows the new one")
    wait_for(lambda: "older-connections" in findings(daemon.ctl("doctor", "--json")),
             "doctor tells of the older one", otherwise=daemon.said)
    assert wrong(findings(daemon.ctl("doctor", "--json"))) == set()


def test_without_any_rights_it_says_the_same(lab, daemon, executables, tmp_path_factory):
    """The bus of the lab is closed to others, so both look without the daemon."""
    strict_filter(lab)
    directory = tmp_path_factory.mktemp("public")
    for folder in (directory, *directory.parents[:2]):
        os.chmod(folder, 0o755)
    copy = shutil.copy(executables["subflowctl"], directory / "subflowctl")
    os.chmod(copy, 0o755)
    command = [str(copy), "--bus", NO_BUS, "doctor", "--json"]

    def run(**user: object) -> dict[str, list[dict]]:
        with lab.client.entered():
            return findings(subprocess.run(command, capture_output=True, text=True, check=False,
                                           cwd="/", **user))
    as_root = run()
    as_nobody = run(user=NOBODY, group=NOBODY, extra_groups=[])
    assert wrong(as_nobody) == wrong(as_root) == {"daemon", "rp-filter"}
    assert as_nobody["inet-diag"] == as_root["inet-diag"]
