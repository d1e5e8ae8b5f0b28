# SPDX-License-Identifier: BSD-3-Clause
"""subflowctl and the daemon: views, exit codes, what is said when something is wrong."""

import json
import subprocess
import threading

import pytest

from lab.waiting import wait_for

OK, FAILED, USAGE, NOT_RUNNING, NOTHING_MATCHED = 0, 1, 2, 3, 5


def is_one_sentence(text: str) -> bool:
    return text.startswith("subflowctl: ") and text.count("\n") == 1 and text.endswith(".\n")


def add_uplink(namespace) -> None:
    """A link with carrier and without addresses."""
    namespace.ip("link", "add", "uplink", "type", "veth", "peer", "name", "far")
    for end in ("uplink", "far"):
        namespace.ip("link", "set", end, "up")


def test_status_is_the_default(daemon):
    assert daemon.ctl().stdout.splitlines()[0] == daemon.ctl("status").stdout.splitlines()[0]
    assert daemon.ctl().stdout.startswith("subflowd ")


def test_status_json_has_the_documented_keys(daemon):
    status = daemon.show("status")
    assert status["schema"] == 1
    assert set(status) >= {"version", "mode", "kernel_features", "counts", "events_lost",
                           "resyncs", "latency", "policies", "path_manager", "problems", "started"}
    assert status["state"] == ("degraded" if status["problems"] else "running")
    assert status["counts"]["connections"] == 0


@pytest.mark.parametrize("view, key", [("list", "connections"), ("links", "links"),
                                       ("policies", "policies")])
def test_every_list_has_json(daemon, view, key):
    shown = daemon.show(view)
    assert shown["schema"] == 1
    assert isinstance(shown[key], list)


def test_version_tells_both(daemon):
    shown = daemon.show("version")
    assert shown["subflowctl"] == shown["subflowd"] == daemon.show("status")["version"]


def test_links_shows_an_address_that_was_added(daemon):
    add_uplink(daemon.namespace)
    daemon.namespace.ip("address", "add", "10.78.0.1/24", "dev", "uplink")

    def shown() -> bool:
        return any(link["name"] == "uplink" and link["up"]
                   and "10.78.0.1" in [a["address"] for a in link["addresses"]]
                   for link in daemon.show("links")["links"])
    wait_for(shown, "the link and its address are shown", otherwise=lambda: daemon.show("links"))
    assert "10.78.0.1" in daemon.ctl("links").stdout


def test_nothing_but_a_terminal_has_colours(daemon):
    assert "\033[" not in daemon.ctl("status").stdout
    assert "\033[" in daemon.ctl("--color=always", "status").stdout


def test_an_empty_list_is_fine_and_an_empty_match_is_not(daemon):
    assert daemon.ctl("list").returncode == OK
    assert daemon.ctl("list", "remote=192.0.2.0/24").returncode == NOTHING_MATCHED


@pytest.mark.parametrize("view", ["show", "explain"])
def test_a_token_that_does_not_exist(daemon, view):
    asked = daemon.ctl(view, "0x00000001")
    assert asked.returncode == NOTHING_MATCHED
    assert "0x00000001" in asked.stderr and is_one_sentence(asked.stderr), asked.stderr


@pytest.mark.parametrize("arguments", [("list", "colour=red"), ("list", "remote=everywhere"),
                                       ("list", "eth0"), ("show", "not-a-token"),
                                       ("monitor", "link=no-such-link")])
def test_mistakes_are_usage_errors(daemon, arguments):
    asked = daemon.ctl(*arguments)
    assert asked.returncode == USAGE, asked.stderr
    assert is_one_sentence(asked.stderr), asked.stderr


def test_without_the_daemon(daemon):
    assert daemon.stop() == 0
    asked = daemon.ctl("status")
    assert asked.returncode == NOT_RUNNING
    assert is_one_sentence(asked.stderr), asked.stderr
    version = daemon.show("version")
    assert version["subflowd"] is None


def test_without_a_bus(daemon):
    asked = subprocess.run([daemon.ctl_command()[-3], "--bus", "unix:path=/nonexistent/bus"],
                           capture_output=True, text=True, check=False)
    assert asked.returncode == NOT_RUNNING
    assert "/nonexistent/bus" in asked.stderr


def test_reload_takes_a_good_configuration(daemon):
    assert daemon.show("status")["mode"] == "userspace"
    daemon.configure("[Daemon]\nMode=observe\n")
    asked = daemon.ctl("reload")
    assert asked.returncode == OK, asked.stderr
    assert daemon.show("status")["mode"] == "observe"


def test_reload_refuses_a_bad_configuration_with_every_diagnostic(daemon):
    daemon.configure("[Daemon]\nMode=nonsense\nManageSysctl=perhaps\n")
    asked = daemon.ctl("reload")
    assert asked.returncode == FAILED
    for line in (":2:", ":3:"):
        assert f"{daemon.configuration}{line}" in asked.stderr, asked.stderr
    assert daemon.show("status")["mode"] == "userspace"


class Following:
    """`subflowctl monitor --json` and what it said."""

    def __init__(self, daemon, *filters: str) -> None:
        self.process = subprocess.Popen(daemon.ctl_command("monitor", "--json", *filters),
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.told: list[dict] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.told.append(json.loads(line))

    def __enter__(self) -> "Following":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._thread.join()


def test_monitor_tells_of_links_and_ends_with_the_daemon(daemon):
    namespace = daemon.namespace
    add_uplink(namespace)
    with Following(daemon) as following:
        def told_of_link() -> bool:
            namespace.ip("address", "replace", "10.78.0.1/24", "dev", "uplink")
            if any(told["event"] == "link-usable" for told in following.told):
                return True
            namespace.ip("address", "flush", "dev", "uplink")
            return False
        wait_for(told_of_link, "the monitor tells that the link became usable",
                 otherwise=lambda: f"{following.told}\n{daemon.said()}")
        usable = next(told for told in following.told if told["event"] == "link-usable")
        assert usable["link"] == "uplink"
        assert usable["schema"] == 1
        assert usable["time"].endswith("Z")
        assert daemon.stop() == 0
        assert following.process.wait(10) == NOT_RUNNING
