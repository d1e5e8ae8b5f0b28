# SPDX-License-Identifier: BSD-3-Clause
"""What subflowctl shows, against what the kernel says."""

import json
import subprocess
import threading
from typing import Iterator

import pytest

from expectations import all_clients, all_clients6, wait_for_known, wait_for_locals
from lab.faults import black_hole
from lab.waiting import wait_for

USAGE, NOT_RUNNING, NOTHING_MATCHED = 2, 3, 5


def endpoint(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


@pytest.mark.parametrize("family", ["v4", "v6"])
def test_list_agrees_with_the_kernel(lab, connect, daemon, family):
    first = lab.uplinks[0]
    client = connect(first.server if family == "v4" else first.server6)
    expected = all_clients(lab) if family == "v4" else all_clients6(lab)
    truth = wait_for_locals(daemon, client, expected)
    entry = wait_for(lambda: (e := wait_for_known(daemon, client)) and all_up(e) and e,
                     "both subflows are listed as up", otherwise=daemon.said)
    assert {(s["local"], s["remote"], s["local_id"], s["remote_id"], s["initial"])
            for s in entry["subflows"]} == {
        (endpoint(s.local, s.local_port), endpoint(s.remote, s.remote_port), s.local_id,
         s.remote_id, s.initial) for s in truth.subflows}
    assert {s["link"] for s in entry["subflows"]} == {uplink.link for uplink in lab.uplinks}
    assert (entry["side"], entry["rule"]) == ("client", "default")


def all_up(entry: dict) -> bool:
    return [s["state"] for s in entry["subflows"]] == ["up", "up"]


def test_show_is_the_entry_of_list(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    token = wait_for_known(daemon, client)["token"]
    shown = daemon.ctl("show", token)
    assert shown.returncode == 0, shown.stderr
    for uplink in lab.uplinks:
        assert uplink.client in shown.stdout


def test_a_closed_connection_is_no_longer_listed(lab, connect, daemon):
    client = connect()
    wait_for_known(daemon, client)
    client.close()
    wait_for(lambda: not daemon.connections(), "the list is empty", otherwise=daemon.said)


def test_links_shows_the_clients_links(lab, daemon):
    links = {link["name"]: link for link in daemon.show("links")["links"]}
    for uplink in lab.uplinks:
        assert links[uplink.link]["role"] == "primary"


def test_policies_shows_those_in_use(daemon):
    assert [policy["name"] for policy in daemon.show("policies")["policies"]] == [
        "lb-client", "announce", "reestablish"]


def test_status_counts(lab, connect, daemon):
    clients = [connect() for _ in range(3)]
    for client in clients:
        wait_for_locals(daemon, client, all_clients(lab))
    status = daemon.show("status")
    assert status["schema"] == 1
    assert status["mode"] == "userspace"
    assert status["events_lost"] == 0


def test_a_join_is_ready_before_its_connection_is_established(lab, connect, daemon):
    """Unless something else happens between: so one of several will do."""
    def sent_ahead() -> int:
        return daemon.show("status")["counts"]["joins_sent_ahead"]

    for _ in range(20):
        wait_for_locals(daemon, connect(), all_clients(lab))
        if sent_ahead() > 0:
            return
    raise AssertionError(f"none of 20 joins was sent ahead\n{daemon.said()}")


def test_status_tells_how_long_things_took(lab, connect, daemon):
    second = lab.uplinks[1]
    with black_hole(lab, second):
        client = connect()
        wait_for(lambda: [s["state"] for s in wait_for_known(daemon, client)["subflows"]] ==
                 ["up", "pending"], "the join is on its way", otherwise=daemon.said)
    wait_for_locals(daemon, client, all_clients(lab))
    status = wait_for(lambda: (s := daemon.show("status"))["counts"]["subflows_established"] and s,
                      "the daemon knows", otherwise=daemon.said)
    latencies = status["latencies"]
    assert set(latencies) == {"event_to_command", "command_to_ack", "ack_to_established",
                              "snapshot"}
    for name, latency in latencies.items():
        counts = [bucket["count"] for bucket in latency["buckets"]]
        bounds = [bucket["at_most_us"] for bucket in latency["buckets"]]
        assert latency["count"] == sum(counts) > 0, name
        assert bounds == [2 ** i for i in range(23)] + [None], name
        assert 0 < latency["sum_us"] <= sum(
            count * (bound or 60_000_000) for count, bound in zip(counts, bounds)), name
    assert latencies["ack_to_established"]["count"] == 1
    assert latencies["ack_to_established"]["sum_us"] > 900_000, "the SYN went out again after 1 s"
    assert status["latency"] == latencies["event_to_command"]["buckets"]
    text = daemon.ctl("status").stdout
    for row in ("event to command", "command to ack", "ack to established", "snapshot"):
        assert f"    {row} " in text


class Monitor:
    """`subflowctl monitor`, read in a thread of its own."""

    def __init__(self, daemon) -> None:
        self._process = subprocess.Popen(daemon.ctl_command("monitor", "--json"),
                                         stdout=subprocess.PIPE, text=True)
        self.told: list[dict] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        for line in self._process.stdout:
            self.told.append(json.loads(line))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._thread.join()

    def events(self, token: str) -> list[str]:
        return [told["event"] for told in list(self.told) if told.get("token") == token]


@pytest.fixture
def monitor(daemon) -> Iterator[Monitor]:
    made = Monitor(daemon)
    yield made
    made.close()


def test_monitor_tells_of_a_connections_life(lab, connect, daemon, monitor):
    wait_for(lambda: connect() and monitor.told, "the monitor tells something: it is connected")
    client = connect()
    token = f"{wait_for_locals(daemon, client, all_clients(lab)).token:#010x}"
    client.close()
    wait_for(lambda: "connection-closed" in monitor.events(token), "the end is told",
             otherwise=lambda: str(monitor.events(token)))
    assert monitor.events(token) == [
        "connection-created", "connection-established", "subflow-requested",
        "subflow-established", "connection-closed"]


def test_exit_statuses(lab, daemon):
    assert daemon.ctl("show", "0x00000001").returncode == NOTHING_MATCHED
    assert daemon.ctl("no-such-view").returncode == USAGE
    assert daemon.stop() == 0
    assert daemon.ctl("status").returncode == NOT_RUNNING
