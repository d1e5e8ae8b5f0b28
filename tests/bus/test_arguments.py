# SPDX-License-Identifier: BSD-3-Clause
"""Whatever is asked of the methods, in whatever way, is answered with an error that fits, and the
daemon lives on."""

import pathlib
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
NAME, PATH, INTERFACE = "org.subflowd1", "/org/subflowd1", "org.subflowd1.Manager"
HUGE = "x" * 100_000
#: Where a sentence that repeats it is cut, there is a character of two bytes.
HUGE_ACCENTED = "x" * 127 + "\u00e9" * 1000
USAGE, NOTHING_MATCHED = 2, 5

#: Good arguments by type; of a{sv} an empty one.
GOOD = {"u": ["1"], "a{sv}": ["0"], "a{ss}": ["0"], "s": ["backup"], "as": ["0"], "t": ["0"]}


def methods() -> dict[str, list[str]]:
    """Every method with the types of its arguments."""
    root = ElementTree.parse(SOURCE / "daemon" / "dbus" / "org.subflowd1.xml").getroot()
    return {method.get("name", ""): [arg.get("type", "") for arg in method.findall("arg")
                                     if arg.get("direction") == "in"]
            for method in root.iter("method")}


CHANGING = [name for name in methods()
            if not re.match("Sees|Get|List|Explain|Open|Record|Reload", name)]


def call(daemon, method: str, signature: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return daemon.busctl("call", NAME, PATH, INTERFACE, method, signature, *arguments)


def arguments(types: list[str]) -> list[str]:
    return [word for each in types for word in GOOD[each]]


@pytest.fixture(autouse=True)
def lives_on(daemon):
    yield
    assert daemon.process.poll() is None
    assert daemon.ctl("status").returncode == 0


def test_there_are_methods_to_try():
    assert len(CHANGING) == 13
    assert len(methods()) >= 19


@pytest.mark.parametrize("method", sorted(methods()))
def test_wrong_types_are_refused(daemon, method):
    types = methods()[method]
    wrong = "t" if types != ["t"] else "s"
    refused = call(daemon, method, wrong, "7")
    assert refused.returncode != 0
    assert "argument" in refused.stderr.lower(), refused.stderr


@pytest.mark.parametrize("method", [name for name in CHANGING if "u" in methods()[name]])
def test_an_unknown_token(daemon, method):
    types = methods()[method]
    words = arguments(types)
    if method in ("Announce", "Withdraw"):
        words[-1] = "10.0.0.1"
    refused = call(daemon, method, "".join(types), *words)
    assert refused.returncode != 0
    assert "no connection with the token 0x00000001" in refused.stderr


@pytest.mark.parametrize("method", ["SetLinkRole", "DrainLink", "UndrainLink"])
@pytest.mark.parametrize("link", ["no-such-link", "", HUGE, HUGE_ACCENTED, "lo/../lo", "\u00e9th0"])
def test_an_unknown_link(daemon, method, link):
    types = methods()[method]
    refused = call(daemon, method, "".join(types), link, *["backup"] * (len(types) - 1))
    assert refused.returncode != 0
    assert "There is no link" in refused.stderr
    assert len(refused.stderr) < 1000, "what is huge is not repeated"


@pytest.mark.parametrize("role", ["", "spare", HUGE, HUGE_ACCENTED])
def test_a_role_that_is_none(daemon, role):
    refused = call(daemon, "SetLinkRole", "ss", "lo", role)
    assert refused.returncode != 0
    assert "is no role" in refused.stderr and len(refused.stderr) < 1000


def test_many_calls_at_once_are_all_answered(daemon):
    callers = [subprocess.Popen(["busctl", f"--address={daemon.bus.address}", "call", NAME, PATH,
                                 INTERFACE, "DrainLink", "s", "lo"], stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True) for _ in range(40)]
    assert [caller.wait(20) for caller in callers] == [0] * len(callers)


@pytest.mark.parametrize("command", [
    ("subflow", "add", "no-token", "lo"), ("subflow", "add", "0x1"), ("subflow", "move", "0x1"),
    ("link", "set", "lo", "spare"), ("announce", "0x1"), ("policy", "set", "0x1"), ("link",)])
def test_mistakes_on_the_command_line(daemon, command):
    assert daemon.ctl(*command).returncode == USAGE


@pytest.mark.parametrize("command", [
    ("subflow", "add", "0x1", "lo"), ("subflow", "del", "0x1", "lo"),
    ("subflow", "backup", "0x1", "lo"), ("subflow", "regular", "0x1", "lo"),
    ("announce", "0x1", "10.0.0.1"), ("withdraw", "0x1", "10.0.0.1:443"),
    ("policy", "set", "0x1", "fullmesh"), ("policy", "reset", "0x1"), ("retry", "0x1"),
    ("release", "0x1"), ("link", "set", "nolink", "backup"), ("link", "drain", "nolink"),
    ("link", "undrain", "nolink")])
def test_what_is_not_there(daemon, command):
    refused = daemon.ctl(*command)
    assert refused.returncode == NOTHING_MATCHED, refused.stderr
    assert refused.stderr.count("\n") == 1, "one sentence"


def test_json(daemon):
    assert daemon.show("link", "set", "lo", "configured") == {"schema": 1, "ok": True}
