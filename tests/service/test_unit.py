# SPDX-License-Identifier: BSD-3-Clause
"""The life of subflowd.service: start, reload, crash, end."""

import json
import re

from lab.waiting import wait_for
from service import Service

OBSERVING = "[Daemon]\nMode=observe\n"


def test_it_starts_and_takes_over(machine, service):
    assert machine.path_manager() == "kernel"
    service.start()
    assert service.state() == "active"
    assert service.show("User") == "subflowd"
    assert machine.path_manager() == "userspace", "set before READY=1"
    assert service.view("status")["state"] == "running"


def test_it_has_its_turn_while_the_processors_are_busy(machine, service):
    service.start()
    assert machine.run("ps", "-o", "ni=", "-p", str(service.main_pid())).strip() == "-5"


def test_it_gives_the_path_manager_back(machine, service):
    service.start().stop()
    assert service.show("Result") == "success"
    assert machine.path_manager() == "kernel"


def test_a_call_on_the_bus_starts_it_while_it_is_enabled(machine, service):
    call = ("busctl", "get-property", "org.subflowd1", "/org/subflowd1", "org.subflowd1.Manager",
            "Mode")
    assert machine.ask(*call).returncode != 0
    assert service.state() == "inactive"
    service.enable()
    assert machine.run(*call).strip() == 's "userspace"'
    assert service.state() == "active"


def test_looking_does_not_start_it(service):
    service.enable()
    assert service.ctl("status").returncode == 3
    assert service.ctl("list").returncode == 0
    assert service.state() == "inactive"


def test_it_reloads(machine, service):
    service.configure("")
    service.start()
    before = service.main_pid()
    service.configure(OBSERVING)
    service.systemctl("reload", service.unit)
    wait_for(lambda: service.view("status")["mode"] == "observe", "the other mode")
    assert machine.path_manager() == "kernel"
    service.configure("")
    assert service.ctl("reload").returncode == 0
    assert machine.path_manager() == "userspace"
    assert service.main_pid() == before


def test_it_keeps_endpoints_and_knows_them_again_after_a_stop(machine, service):
    uplink = "dev", "endpoints0"
    machine.run("ip", "link", "add", *uplink, "type", "veth", "peer", "name", "endpoints1")
    for end in ("endpoints0", "endpoints1"):
        machine.run("ip", "link", "set", end, "up")
    machine.run("ip", "address", "add", "10.66.0.1/24", *uplink)
    machine.run("ip", "route", "add", "default", *uplink, "metric", "4000")
    service.configure("[Daemon]\nMode=kernel\n")
    service.start()
    assert machine.path_manager() == "kernel"
    kept = machine.run("ip", "mptcp", "endpoint")
    assert re.search("^10.66.0.1 id [0-9]+ subflow dev endpoints0", kept, re.M), \
        machine.journal_text()
    service.stop()
    assert machine.run("ip", "mptcp", "endpoint") == kept
    machine.run("ip", "address", "delete", "10.66.0.1/24", *uplink)
    service.start()
    assert "10.66.0.1" not in machine.run("ip", "mptcp", "endpoint")
    service.stop()
    machine.run("ip", "link", "delete", *uplink)


def test_a_reload_that_cannot_be_tells_whoever_asked(machine, service):
    service.configure("")
    service.start()
    service.configure("[Daemon]\nMode=obvserve\n")
    refused = service.ctl("reload")
    assert refused.returncode == 1
    assert "/etc/subflowd/subflowd.conf:2: error: Mode=obvserve" in refused.stderr
    assert service.view("status")["mode"] == "userspace"
    assert machine.path_manager() == "userspace"
    assert service.state() == "active"


def wait_for_another(service: Service, before: int) -> None:
    wait_for(lambda: service.state() == "active" and service.main_pid() not in (0, before),
             "another daemon runs", timeout=20, otherwise=service.machine.journal_text)


def test_the_watchdog_ends_a_daemon_that_hangs(machine, service):
    service.override("[Service]\nWatchdogSec=1s\n")
    service.start()
    before = service.main_pid()
    machine.run("kill", "-STOP", str(before))
    wait_for_another(service, before)
    assert machine.path_manager() == "userspace"


def test_a_crash_leaves_the_path_manager_and_the_daemon_comes_back(machine, service):
    service.override("[Service]\nRestartSec=1s\n")
    service.start()
    before = service.main_pid()
    machine.run("kill", "-KILL", str(before))
    wait_for(lambda: service.show("SubState") == "auto-restart", "it is about to come back")
    assert machine.path_manager() == "userspace", "no connection is made without a manager"
    wait_for_another(service, before)
    service.stop()
    assert machine.path_manager() == "kernel", "what was before the crash"


def test_the_events_between_two_daemons_are_kept(machine, service):
    service.start()
    assert service.show("NFileDescriptorStore") == "1"
    before = service.main_pid()
    machine.run("kill", "-KILL", str(before))
    wait_for_another(service, before)
    wait_for(lambda: "the events since the last run were kept" in machine.journal_text(),
             "the next daemon takes them over", otherwise=machine.journal_text)
    assert service.view("status")["state"] == "running"
    service.stop()
    assert service.show("NFileDescriptorStore") == "0"


def test_a_daemon_that_cannot_come_back_hands_over_to_the_kernel(machine, service):
    service.configure("")
    service.start()
    service.configure("[Daemon]\nMode=obvserve\n")
    machine.run("kill", "-KILL", str(service.main_pid()))
    service.wait_for_state("failed")
    wait_for(lambda: machine.path_manager() == "kernel", "the kernel manages",
             otherwise=machine.journal_text)
    assert service.show("ExecMainStatus") == "78"


def test_it_takes_the_place_of_mptcpd(machine, service):
    machine.write("/run/systemd/system/mptcp.service", "[Service]\nExecStart=sleep infinity\n")
    other = Service(machine, "mptcp.service")
    other.systemctl("daemon-reload")
    other.start()
    service.start()
    assert (other.state(), service.state()) == ("inactive", "active")
    other.start()
    assert (other.state(), service.state()) == ("active", "inactive")
    other.stop()
    machine.remove("/run/systemd/system/mptcp.service")


def test_an_instance_manages_another_network_namespace(machine):
    machine.run("ip", "netns", "add", "blue")
    inside = ("ip", "netns", "exec", "blue")
    blue = Service(machine, "subflowd@blue.service")
    blue.start()
    assert machine.path_manager(*inside) == "userspace"
    assert machine.path_manager() == "kernel"
    assert json.loads(machine.run(*inside, "subflowctl", "status", "--json"))["state"] == "running"
    assert machine.ask("subflowctl", "status").returncode == 3, "the host has none"
    before = blue.main_pid()
    machine.run("kill", "-KILL", str(before))
    wait_for_another(blue, before)
    blue.stop()
    assert machine.path_manager(*inside) == "kernel"
    machine.run("ip", "netns", "delete", "blue")


def test_an_instance_without_its_namespace_says_so(machine):
    red = Service(machine, "subflowd@red.service")
    assert machine.ask("systemctl", "start", red.unit).returncode != 0
    red.wait_for_state("failed", timeout=30)
    machine.run("systemctl", "reset-failed")


def test_it_exposes_little(machine, service):
    said = machine.run("systemd-analyze", "security", "--no-pager", service.unit)
    level = re.search(r"Overall exposure level for subflowd.service: ([0-9.]+)", said)
    assert level is not None, said
    assert float(level[1]) <= 1.5, said
