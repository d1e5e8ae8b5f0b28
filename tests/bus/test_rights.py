# SPDX-License-Identifier: BSD-3-Clause
"""Who may change something: root, and whom polkit authorises; nobody where it says nothing."""

import pathlib
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from typing import Iterator

import pytest

from bus_daemon import NOBODY
from lab.waiting import FACTOR
from polkit import CONNECTIONS, LINKS, POLICIES, RECORD, RELOAD, SEE, Polkit

pytest.importorskip("dbusmock")

SOURCE = pathlib.Path(__file__).resolve().parents[2]
NAME, PATH, INTERFACE = "org.subflowd1", "/org/subflowd1", "org.subflowd1.Manager"
OK, NOT_AUTHORISED = 0, 4

#: What can be changed where there is no connection.
LINK_COMMANDS = [("link", "set", "lo", "backup"), ("link", "drain", "lo"),
                 ("link", "undrain", "lo")]


@pytest.fixture
def polkit(daemon) -> Iterator[Polkit]:
    made = Polkit(daemon.bus.address)
    yield made
    made.close()


@pytest.mark.parametrize("command", LINK_COMMANDS + [("reload",)])
def test_root_may_without_polkit(daemon, command):
    done = daemon.ctl(*command)
    assert done.returncode == OK, done.stderr


@pytest.mark.parametrize("command", LINK_COMMANDS + [("reload",)])
def test_others_may_not_without_polkit(daemon, command):
    refused = daemon.ctl_as_nobody(*command)
    assert refused.returncode == NOT_AUTHORISED
    assert "root" in refused.stderr and "polkit" in refused.stderr


@pytest.mark.parametrize("command, action", [(command, LINKS) for command in LINK_COMMANDS] +
                         [(("reload",), RELOAD)])
def test_polkit_decides_for_others(daemon, polkit, command, action):
    refused = daemon.ctl_as_nobody(*command)
    assert refused.returncode == NOT_AUTHORISED, refused.stderr
    polkit.allow(*{CONNECTIONS, LINKS, RELOAD} - {action})
    assert daemon.ctl_as_nobody(*command).returncode == NOT_AUTHORISED, "another right"
    polkit.allow(action)
    allowed = daemon.ctl_as_nobody(*command)
    assert allowed.returncode == OK, allowed.stderr


def record_as_nobody(daemon) -> subprocess.CompletedProcess[str]:
    return daemon.as_nobody("busctl", f"--address={daemon.bus.address}", "call", NAME, PATH,
                            INTERFACE, "Record")


def test_recording_shows_everything_and_is_a_right_of_its_own(daemon, polkit):
    polkit.allow(CONNECTIONS, LINKS, RELOAD)
    assert record_as_nobody(daemon).returncode != OK
    refused = daemon.ctl_as_nobody("record", "/dev/null")
    assert refused.returncode == NOT_AUTHORISED and "polkit does not" in refused.stderr
    polkit.allow(RECORD)
    allowed = record_as_nobody(daemon)
    assert allowed.returncode == OK, allowed.stderr


def test_a_denied_drain_changes_nothing(daemon, polkit):
    assert daemon.ctl_as_nobody("link", "drain", "lo").returncode == NOT_AUTHORISED
    assert {link["role"] for link in daemon.show("links")["links"]} == {"primary"}
    polkit.allow(LINKS)
    assert daemon.ctl_as_nobody("link", "drain", "lo").returncode == OK
    assert {link["role"] for link in daemon.show("links")["links"]} == {"drained"}


def test_a_polkit_that_hangs_is_a_refusal_and_holds_nobody_up(daemon, polkit):
    polkit.hang()
    began = time.monotonic()
    refused = daemon.ctl_as_nobody("reload")
    assert refused.returncode == NOT_AUTHORISED, refused.stderr
    assert 4 < time.monotonic() - began < 15 * FACTOR
    assert daemon.ctl("status").returncode == OK


def ask_as_nobody(daemon, interaction: str) -> subprocess.Popen[str]:
    """Calls Reload, and does not wait for the reply."""
    return subprocess.Popen(
        ["busctl", f"--address={daemon.bus.address}",
         f"--allow-interactive-authorization={interaction}", "call", NAME, PATH, INTERFACE,
         "Reload"], user=NOBODY, group=NOBODY, extra_groups=[], cwd="/",
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def test_the_daemon_answers_others_while_polkit_hangs(daemon, polkit):
    polkit.hang()
    waiting = ask_as_nobody(daemon, "no")
    began = time.monotonic()
    assert daemon.ctl("reload").returncode == OK
    assert time.monotonic() - began < 3 * FACTOR
    assert waiting.wait(20 * FACTOR) != 0


def test_a_person_has_more_time_and_only_where_the_call_allows_to_ask(daemon, polkit):
    polkit.hang()
    patient = ask_as_nobody(daemon, "yes")
    hasty = ask_as_nobody(daemon, "no")
    assert hasty.wait(20 * FACTOR) != 0
    assert patient.poll() is None
    patient.kill()
    patient.wait()


def test_a_flood_of_callers_is_refused_while_polkit_hangs(daemon, polkit):
    polkit.hang()
    callers = [ask_as_nobody(daemon, "no") for _ in range(80)]
    said = [caller.communicate(timeout=30 * FACTOR)[1] for caller in callers]
    flooded = [text for text in said if "Too many callers" in text]
    assert 0 < len(flooded) <= len(callers) - 64
    assert all(text for text in said), "each is refused"
    assert daemon.ctl("reload").returncode == OK


def test_polkit_may_go_and_come_back(daemon, polkit):
    polkit.allow(RELOAD)
    assert daemon.ctl_as_nobody("reload").returncode == OK
    polkit.close()
    assert daemon.ctl_as_nobody("reload").returncode == NOT_AUTHORISED
    again = Polkit(daemon.bus.address)
    try:
        again.allow(RELOAD)
        assert daemon.ctl_as_nobody("reload").returncode == OK
    finally:
        again.close()


def test_root_is_not_held_up_by_a_flood(daemon, polkit):
    polkit.hang()
    callers = [ask_as_nobody(daemon, "no") for _ in range(80)]
    flooded = [caller for caller in callers if caller.poll() is None]
    began = time.monotonic()
    for command in (("list",), ("reload",)):
        done = daemon.ctl(*command)
        assert done.returncode == OK, done.stderr
    assert time.monotonic() - began < 3 * FACTOR
    assert any(caller.poll() is None for caller in flooded), "polkit hangs still"
    for caller in callers:
        caller.communicate(timeout=30 * FACTOR)


def actions() -> dict[str, ElementTree.Element]:
    root = ElementTree.parse(SOURCE / "systemd" / "org.subflowd1.policy").getroot()
    return {action.get("id", ""): action for action in root.findall("action")}


def defaults_of(action: ElementTree.Element) -> dict[str, str]:
    return {default.tag: default.text or "" for default in action.find("defaults") or []}


def test_every_action_has_an_owner():
    assert set(actions()) == {CONNECTIONS, LINKS, POLICIES, RECORD, RELOAD, SEE}
    for action in actions().values():
        owner = action.find("annotate[@key='org.freedesktop.policykit.owner']")
        assert owner is not None and owner.text == "unix-user:subflowd"


def test_whoever_changes_something_is_asked_for_an_administrator():
    for name in set(actions()) - {SEE}:
        assert set(defaults_of(actions()[name]).values()) <= {"auth_admin", "auth_admin_keep"}


def test_whoever_sits_at_the_machine_sees_everybodys_connections():
    assert defaults_of(actions()[SEE]) == {"allow_any": "auth_admin",
                                           "allow_inactive": "auth_admin", "allow_active": "yes"}


def test_the_interface_names_each_action():
    text = (SOURCE / "daemon" / "dbus" / "org.subflowd1.xml").read_text(encoding="utf-8")
    for action in actions():
        assert action in text
