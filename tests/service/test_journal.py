# SPDX-License-Identifier: BSD-3-Clause
"""What the journal has of the daemon: fields to search by, and help for each message."""

import contextlib
import subprocess
from typing import Iterator

from lab.waiting import wait_for

PORT = 5001
BEGIN = "import socket, sys\none = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)\n"
SERVER = BEGIN + f"""
one.bind(("", {PORT}))
one.listen()
print("listens", flush=True)
connection, _ = one.accept()
connection.sendall(connection.recv(1))
sys.stdin.read()
"""
CLIENT = BEGIN + f"""
one.connect(("10.70.8.2", {PORT}))
one.sendall(b"x")
one.recv(1)
one.shutdown(socket.SHUT_WR)
print("says no more", flush=True)
sys.stdin.read()
"""


def entries(machine, *matches: str) -> list[dict]:
    return machine.journal("_SYSTEMD_UNIT=subflowd.service", *matches)


def test_an_entry_has_fields_to_search_by(machine, service):
    machine.run("ip", "link", "add", "wan7", "type", "veth", "peer", "name", "far7")
    service.start()
    machine.run("ip", "addr", "add", "10.70.7.1/24", "dev", "wan7")
    machine.run("ip", "link", "set", "far7", "up")
    machine.run("ip", "link", "set", "wan7", "up")
    found = wait_for(lambda: entries(machine, "LINK=wan7"), "an entry about the link",
                     otherwise=machine.journal_text)
    assert found[0]["PRIORITY"] == "6"
    assert found[0]["SYSLOG_IDENTIFIER"] == "subflowd"
    assert found[0]["MESSAGE_ID"]
    machine.run("ip", "link", "delete", "wan7")


@contextlib.contextmanager
def process(machine, *command: str) -> Iterator[subprocess.Popen]:
    """A program that says when it is ready, and ends with its standard input."""
    running = subprocess.Popen(machine.command(*command), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    assert running.stdout.readline() != ""
    yield running
    running.communicate()


def run_all(machine, commands: str) -> None:
    for command in commands.strip().splitlines():
        machine.run(*command.split())


@contextlib.contextmanager
def half_closed_connection(machine) -> Iterator[None]:
    """To a server at the other end of wan8. The kernel takes no subflow for it any more."""
    run_all(machine, """
        ip netns add far
        ip link add wan8 type veth peer name far8 netns far
        ip -n far addr add 10.70.8.2/24 dev far8
        ip -n far link set far8 up
        ip addr add 10.70.8.1/24 dev wan8
        ip link set wan8 up""")
    with process(machine, "ip", "netns", "exec", "far", "python3", "-c", SERVER):
        with process(machine, "python3", "-c", CLIENT):
            yield
    machine.run("ip", "netns", "delete", "far")


def test_what_is_said_of_a_connection_is_found_by_its_token(machine, service):
    service.start()
    with half_closed_connection(machine):
        token = wait_for(lambda: service.view("list")["connections"], "a connection")[0]["token"]
        run_all(machine, """
            ip link add wan9 type veth peer name far9
            ip addr add 10.70.9.1/24 dev wan9
            ip link set far9 up
            ip link set wan9 up
            ip route add default dev wan9""")
        found = wait_for(lambda: entries(machine, f"MPTCP_TOKEN={token}"), "an entry about it",
                         otherwise=machine.journal_text)
        machine.run("ip", "link", "delete", "wan9")
    assert found[0]["MESSAGE"].startswith(f"connection {token}: the kernel refused SUBFLOW_CREATE")


def test_journalctl_explains_what_happened(machine, service):
    machine.run("journalctl", "--update-catalog")
    service.configure("")
    service.start()
    service.configure("[Daemon]\nMode=obvserve\n")
    assert service.ctl("reload").returncode == 1
    said = machine.run("journalctl", "--catalog", "--no-pager", "-u", service.unit)
    assert "The MPTCP path manager is ready" in said
    assert "The configuration cannot be used" in said
    assert "man:subflowd(8)" in said
