# SPDX-License-Identifier: BSD-3-Clause
"""The interface on the bus is the documented one, and the bus policy lets the right ones in."""

import json
import pathlib
import re
import xml.etree.ElementTree as ElementTree

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
XML_FILES = {"org.subflowd1.Manager": "org.subflowd1.xml",
             "org.subflowd1.Link": "org.subflowd1.Link.xml",
             "org.subflowd1.Policy": "org.subflowd1.Policy.xml"}
NAME, PATH, INTERFACE = "org.subflowd1", "/org/subflowd1", "org.subflowd1.Manager"
EMITS = "org.freedesktop.DBus.Property.EmitsChangedSignal"


def xml_of(interface: str) -> str:
    return (SOURCE / "daemon" / "dbus" / XML_FILES[interface]).read_text(encoding="utf-8")


def members(text: str, name: str) -> set[tuple[str, ...]]:
    """Every member of the interface with its signature, one tuple each."""
    root = ElementTree.fromstring(text)
    interface = root.find(f"interface[@name='{name}']")
    assert interface is not None, f"{name} is not in {text}"
    found = set()
    for method in interface.findall("method"):
        def types(direction: str) -> str:
            return "".join(arg.get("type", "") for arg in method.findall("arg")
                           if arg.get("direction", "in") == direction)
        found.add(("method", method.get("name", ""), types("in"), types("out")))
    for prop in interface.findall("property"):
        emits = prop.find(f"annotation[@name='{EMITS}']")
        found.add(("property", prop.get("name", ""), prop.get("type", ""), prop.get("access", ""),
                   "true" if emits is None else emits.get("value", "")))
    return found


@pytest.mark.parametrize("interface, path, fewest", [
    (INTERFACE, PATH, 20), ("org.subflowd1.Link", f"{PATH}/link/lo", 9),
    ("org.subflowd1.Policy", f"{PATH}/policy/announce", 7)])
def test_introspection_is_what_the_xml_says(daemon, interface, path, fewest):
    told = daemon.busctl("introspect", "--xml-interface", NAME, path)
    assert told.returncode == 0, told.stderr
    expected = members(xml_of(interface), interface)
    assert len(expected) >= fewest
    assert members(told.stdout, interface) == expected


@pytest.mark.parametrize("interface", XML_FILES)
def test_every_member_is_documented(interface):
    lines = xml_of(interface).splitlines()
    undocumented = [line.strip() for before, line in zip(lines, lines[1:])
                    if re.match(r"    <(method|property) ", line) and not before.endswith("-->")]
    assert undocumented == []


@pytest.mark.parametrize("prop, signature", [("Version", "s"), ("Mode", "s"),
                                             ("KernelFeatures", "as")])
def test_properties(daemon, prop, signature):
    told = daemon.busctl("get-property", NAME, PATH, INTERFACE, prop)
    assert told.returncode == 0, told.stderr
    assert told.stdout.split()[0] == signature


def test_status_has_the_latencies_in_the_documented_types(daemon):
    told = daemon.busctl("--json=short", "call", NAME, PATH, INTERFACE, "GetStatus")
    assert told.returncode == 0, told.stderr
    status = json.loads(told.stdout)["data"][0]
    assert status["latency"]["type"] == "a(tt)"
    assert status["latencies"]["type"] == "a{s(ta(tt))}"
    latencies = status["latencies"]["data"]
    assert latencies["event_to_command"][1] == status["latency"]["data"]
    total, buckets = latencies["snapshot"]
    assert total > 0, "one was taken at the start"
    assert sum(count for _, count in buckets) == 1
    assert [bound for bound, _ in buckets] == [2 ** i for i in range(23)] + [2 ** 64 - 1]


@pytest.mark.parametrize("limit", ["0", "10001"])
def test_a_limit_out_of_range_is_refused(daemon, limit):
    told = daemon.busctl("call", NAME, PATH, INTERFACE, "ListConnections", "a{sv}ut", "0", limit,
                         "0")
    assert told.returncode != 0
    assert "from 1 to 10000" in told.stderr


def test_a_filter_of_the_wrong_type_is_refused(daemon):
    told = daemon.busctl("call", NAME, PATH, INTERFACE, "ListConnections", "a{sv}ut",
                         "1", "remote", "u", "7", "10", "0")
    assert told.returncode != 0
    assert "'remote' wants a string" in told.stderr


def test_everybody_may_look(daemon):
    for view in ("status", "list", "links", "policies"):
        seen = daemon.ctl_as_nobody(view)
        assert seen.returncode == 0, f"{view}: {seen.stderr}"


def test_only_root_may_reload(daemon):
    refused = daemon.ctl_as_nobody("reload")
    assert refused.returncode == 4
    assert "root" in refused.stderr
    allowed = daemon.ctl("reload")
    assert allowed.returncode == 0, allowed.stderr
