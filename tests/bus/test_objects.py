# SPDX-License-Identifier: BSD-3-Clause
"""Links and policies as objects: they come and go, and tell what changes."""

import json
import subprocess
import threading
from typing import Any, Iterator

import pytest

from lab.waiting import wait_for
from polkit import CONNECTIONS, LINKS, POLICIES, RELOAD, Polkit

NAME, PATH = "org.subflowd1", "/org/subflowd1"
LINK, POLICY, MANAGER = "org.subflowd1.Link", "org.subflowd1.Policy", "org.subflowd1.Manager"


def add_link(daemon, name: str) -> None:
    daemon.namespace.ip("link", "add", name, "type", "veth", "peer", "name", f"{name}-far")


class Signals:
    """Everything the daemon emits, as `busctl monitor` shows it to nobody in particular."""

    def __init__(self, daemon) -> None:
        self.all: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            ["busctl", f"--address={daemon.bus.address}", "--json=short", "monitor", NAME],
            stdout=subprocess.PIPE, text=True)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            message = json.loads(line) if line.startswith("{") else {}
            if message.get("type") == "signal":
                self.all.append(message)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._thread.join()

    def changed(self, path: str) -> dict[str, Any]:
        """The properties of an object that were told to have changed, with their last values."""
        values: dict[str, Any] = {}
        for signal in list(self.all):
            if signal["member"] == "PropertiesChanged" and signal["path"] == path:
                values |= {name: value["data"]
                           for name, value in signal["payload"]["data"][1].items()}
        return values

    def members(self, member: str) -> list[str]:
        """The paths that were told to have come or gone."""
        return [signal["payload"]["data"][0] for signal in list(self.all)
                if signal["member"] == member]


@pytest.fixture
def signals(daemon) -> Iterator[Signals]:
    made = Signals(daemon)
    add_link(daemon, "probe")

    def heard() -> bool:
        if made.members("InterfacesAdded"):
            return True
        daemon.namespace.ip("link", "del", "probe")
        add_link(daemon, "probe")
        return False
    wait_for(heard, "signals are heard", otherwise=daemon.said)
    yield made
    made.close()


def objects(daemon) -> dict[str, dict[str, dict[str, Any]]]:
    """What the ObjectManager lists: by path and interface the properties."""
    told = daemon.busctl("--json=short", "call", NAME, PATH, "org.freedesktop.DBus.ObjectManager",
                         "GetManagedObjects")
    assert told.returncode == 0, told.stderr
    return {path: {interface: {name: value["data"] for name, value in properties.items()}
                   for interface, properties in interfaces.items()}
            for path, interfaces in json.loads(told.stdout)["data"][0].items()}


def link(daemon, name: str) -> dict[str, Any] | None:
    shown = (found.get(LINK) for found in objects(daemon).values())
    return next((each for each in shown if each is not None and each["Name"] == name), None)


def policy(daemon, name: str) -> dict[str, Any]:
    return objects(daemon)[f"{PATH}/policy/{name.replace('-', '_2d')}"][POLICY]


def set_options(daemon, name: str, **options: str) -> subprocess.CompletedProcess[str]:
    words = [word for pair in options.items() for word in pair]
    return daemon.busctl("call", NAME, PATH, MANAGER, "SetPolicyOptions", "sa{ss}", name,
                         str(len(options)), *words)


def test_links_are_listed_as_the_manager_lists_them(daemon):
    listed = {each["name"]: each for each in daemon.show("links")["links"]}
    shown = {name: link(daemon, name) for name in listed}
    assert shown
    for name, found in shown.items():
        assert found["Index"] == listed[name]["ifindex"] and found["Kind"] == listed[name]["kind"]
        assert found["Role"] == listed[name]["role"] and found["Up"] == listed[name]["up"]


def test_links_come_change_and_go(daemon, signals):
    path = f"{PATH}/link/new_2eone"
    add_link(daemon, "new.one")
    wait_for(lambda: path in signals.members("InterfacesAdded"), "it came", otherwise=daemon.said)
    assert link(daemon, "new.one")["Up"] is False
    for end in ("new.one", "new.one-far"):
        daemon.namespace.ip("link", "set", end, "up")
    daemon.namespace.ip("address", "add", "10.78.0.1/24", "dev", "new.one")
    wait_for(lambda: signals.changed(path).get("Up") is True, "it is up", otherwise=daemon.said)
    wait_for(lambda: [10, 78, 0, 1] in [row[0] for row in
                                        signals.changed(path).get("Addresses", [])],
             "it has an address", otherwise=lambda: str(signals.changed(path)))
    daemon.namespace.ip("link", "del", "new.one")
    wait_for(lambda: path in signals.members("InterfacesRemoved"), "it went",
             otherwise=daemon.said)
    assert link(daemon, "new.one") is None


def test_what_operators_say_of_links_is_told(daemon, signals):
    path = f"{PATH}/link/lo"
    assert daemon.ctl("link", "set", "lo", "backup").returncode == 0
    wait_for(lambda: signals.changed(path).get("Role") == "backup", "its role", otherwise=daemon.said)
    assert signals.changed(path)["RoleSource"] == "operator"
    assert daemon.ctl("link", "drain", "lo").returncode == 0
    wait_for(lambda: signals.changed(path).get("Drained") is True, "it is drained",
             otherwise=daemon.said)


def test_a_storm_of_changes_is_told_at_once(daemon, signals):
    changes = 2000
    before = len(signals.all)
    flap = "address add 10.78.0.1/24 dev probe\naddress del 10.78.0.1/24 dev probe\n"
    subprocess.run(daemon.namespace.command("ip", "-batch", "-"), input=flap * (changes // 2),
                   text=True, check=True)
    add_link(daemon, "last")
    wait_for(lambda: f"{PATH}/link/last" in signals.members("InterfacesAdded"), "the last of them",
             otherwise=daemon.said)
    assert len(signals.all) - before < changes / 10


def test_policies_are_listed_with_what_they_can(daemon):
    found = policy(daemon, "lb-client")
    assert found["Name"] == "lb-client" and found["File"] == "" and found["Version"]
    assert found["Strikes"] == 0 and found["Quarantined"] is False and found["Summary"]
    assert {each[POLICY]["Name"] for each in objects(daemon).values() if POLICY in each} == \
        {"lb-client", "announce", "reestablish"}


def options(daemon) -> dict[str, str]:
    return policy(daemon, "announce")["Options"]


def test_options_change_at_once_or_not_at_all(daemon, signals):
    assert options(daemon)["MaxAgain"] == "5"
    refused = set_options(daemon, "announce", Again="no", MaxAgain="many")
    assert refused.returncode != 0 and "MaxAgain" in refused.stderr
    refused = set_options(daemon, "announce", Unheard="1", MaxAgain="3")
    assert refused.returncode != 0 and "Unheard" in refused.stderr
    assert (options(daemon)["MaxAgain"], options(daemon)["Again"]) == ("5", "yes")
    assert set_options(daemon, "announce", MaxAgain="3").returncode == 0
    wait_for(lambda: signals.changed(f"{PATH}/policy/announce").get("Options", {})
             .get("MaxAgain") == "3", "it is told", otherwise=daemon.said)
    assert set_options(daemon, "announce", MaxAgain="").returncode == 0
    wait_for(lambda: options(daemon)["MaxAgain"] == "5", "the built-in value")


def test_a_person_changes_options(daemon):
    wrong = daemon.ctl("policy", "options", "announce", "MaxAgain")
    assert wrong.returncode == 2 and "KEY=VALUE" in wrong.stderr
    refused = daemon.ctl("policy", "options", "announce", "MaxAgain=many")
    assert refused.returncode == 2 and "wants a whole number" in refused.stderr
    assert options(daemon)["MaxAgain"] == "5"
    assert daemon.ctl("policy", "options", "announce", "MaxAgain=3", "Again=no").returncode == 0
    wait_for(lambda: (options(daemon)["MaxAgain"], options(daemon)["Again"]) == ("3", "no"), "both")
    assert daemon.ctl("policy", "options", "announce", "MaxAgain=", "Again=").returncode == 0
    wait_for(lambda: options(daemon)["MaxAgain"] == "5", "the built-in value")


def test_a_person_sees_options(daemon):
    assert daemon.ctl("policy", "options", "announce", "MaxAgain=3").returncode == 0
    wait_for(lambda: options(daemon)["MaxAgain"] == "3", "another value")
    (announce,) = [each for each in daemon.show("policies")["policies"]
                   if each["name"] == "announce"]
    assert announce["options"] == options(daemon) and announce["options"]["MaxAgain"] == "3"
    assert announce["summary"] == policy(daemon, "announce")["Summary"]
    assert "MaxAgain=3\n" in daemon.ctl("policies").stdout
    assert daemon.ctl("policy", "options", "announce", "MaxAgain=").returncode == 0


def test_a_reload_forgets_options(daemon):
    assert set_options(daemon, "announce", MaxAgain="3").returncode == 0
    wait_for(lambda: options(daemon)["MaxAgain"] == "3", "another value")
    assert daemon.ctl("reload").returncode == 0
    wait_for(lambda: options(daemon)["MaxAgain"] == "5", "the file's value")


@pytest.mark.parametrize("name, options", [("no-such-policy", {}), ("fullmesh", {"MaxSubflows": "3"}),
                                           ("lb-client", {"a\nb": "1"})])
def test_what_cannot_be_is_refused(daemon, name, options):
    refused = set_options(daemon, name, **options)
    assert refused.returncode != 0 and refused.stderr.strip()
    assert daemon.ctl("status").returncode == 0


def test_policies_are_a_right_of_their_own(daemon):
    polkit = Polkit(daemon.bus.address)
    try:
        polkit.allow(CONNECTIONS, LINKS, RELOAD)
        command = ("busctl", f"--address={daemon.bus.address}", "call", NAME, PATH, MANAGER,
                   "SetPolicyOptions", "sa{ss}", "announce", "0")
        assert "denied" in daemon.as_nobody(*command).stderr
        polkit.allow(POLICIES)
        assert daemon.as_nobody(*command).returncode == 0
    finally:
        polkit.close()
