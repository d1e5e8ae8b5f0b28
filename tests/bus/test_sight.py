# SPDX-License-Identifier: BSD-3-Clause
"""Who sees which connections: everybody their own, and those of others root and whom polkit
authorises."""

import json
import socket
import subprocess
import sys
import time
from typing import Callable, Iterator

import pytest

from lab.namespace import IPPROTO_MPTCP
from lab.traffic import PORT, EchoServer
from lab.waiting import FACTOR, wait_for
from polkit import CONNECTIONS, SEE, Polkit

pytest.importorskip("dbusmock")

NAME, PATH, INTERFACE = "org.subflowd1", "/org/subflowd1", "org.subflowd1.Manager"
OK, NOT_AUTHORISED, NOTHING_MATCHED = 0, 4, 5
HINT = "only your own connections are shown"
UNUSED = 0x00000001

CONNECT = """
import socket, sys
def connect():
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
    made.connect(("127.0.0.1", int(sys.argv[1])))
    made.sendall(b"x")
    made.recv(1)
    return made
kept = [connect() for _ in range(int(sys.argv[2]))]
print(*(each.getsockname()[1] for each in kept), flush=True)
sys.stdin.read()
"""

ACCEPT = """
import socket, sys
accepted, _ = socket.socket(fileno=int(sys.argv[1])).accept()
print("accepted", flush=True)
sys.stdin.read()
"""


class Application:
    """A process that opens connections to the echo server, and keeps them until it is closed."""

    def __init__(self, command: Callable[..., list[str]], count: int) -> None:
        self._process = subprocess.Popen(
            command(sys.executable, "-c", CONNECT, str(PORT), str(count)), cwd="/",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.ports = {int(word) for word in self._process.stdout.readline().split()}
        assert len(self.ports) == count

    def close(self) -> None:
        self._process.communicate()


class Host:
    """The daemon's host, with connections of root and of nobody to a server of root's."""

    def __init__(self, daemon) -> None:
        self.daemon = daemon
        self._applications: list[Application] = []
        self._server = EchoServer(daemon.namespace)

    def close(self) -> None:
        for application in self._applications:
            application.close()
        self._server.close()

    def _open(self, command: Callable[..., list[str]], count: int) -> set[int]:
        application = Application(command, count)
        self._applications.append(application)
        return wait_for(lambda: self._established(application.ports, count),
                        "the daemon knows the connections", otherwise=self.daemon.said)

    def _established(self, ports: set[int], count: int) -> set[int]:
        tokens = {token for token, entry in self.daemon.connections().items()
                  if entry["side"] == "client" and entry["state"] == "established"
                  and local_port(entry) in ports}
        return tokens if len(tokens) == count else set()

    def nobody_opens(self, count: int = 1) -> set[int]:
        """The tokens."""
        return self._open(self.daemon.nobodys_command, count)

    def root_opens(self, count: int = 1) -> set[int]:
        return self._open(self.daemon.namespace.command, count)

    def all_close(self) -> None:
        while self._applications:
            self._applications.pop().close()


def local_port(entry: dict) -> int:
    initial = next(each for each in entry["subflows"] if each["initial"])
    return int(initial["local"].rpartition(":")[2])


@pytest.fixture
def host(daemon) -> Iterator[Host]:
    made = Host(daemon)
    yield made
    made.close()


@pytest.fixture
def polkit(daemon) -> Iterator[Polkit]:
    made = Polkit(daemon.bus.address)
    yield made
    made.close()


def listed(asked: subprocess.CompletedProcess[str]) -> set[int]:
    assert asked.returncode == OK, asked.stderr
    return {int(entry["token"], 16) for entry in json.loads(asked.stdout)["connections"]}


def hexadecimal(token: int) -> str:
    return f"0x{token:08x}"


def call_as_nobody(daemon, method: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return daemon.as_nobody("busctl", f"--address={daemon.bus.address}", "--json=short", "call",
                            NAME, PATH, INTERFACE, method, *arguments)


def test_one_sees_ones_own_and_is_told_that_it_is_not_all(daemon, host):
    mine, roots = host.nobody_opens(2), host.root_opens()
    seen = daemon.ctl_as_nobody("list", "--json")
    assert listed(seen) == mine
    assert HINT in seen.stderr and SEE in seen.stderr, seen.stderr
    by_root = daemon.ctl("list", "--json")
    assert listed(by_root) >= mine | roots
    assert by_root.stderr == ""


def test_nobody_with_no_connection_sees_none(daemon, host):
    host.root_opens()
    seen = daemon.ctl_as_nobody("list", "--json")
    assert listed(seen) == set() and HINT in seen.stderr
    assert daemon.ctl_as_nobody("list", "state=established").returncode == NOTHING_MATCHED


def test_filters_are_of_what_one_sees(daemon, host):
    mine = host.nobody_opens()
    host.root_opens()
    assert listed(daemon.ctl_as_nobody("list", "remote=127.0.0.0/8", "--json")) == mine


def test_polkit_lets_others_see_all(daemon, host, polkit):
    mine, roots = host.nobody_opens(), host.root_opens()
    assert listed(daemon.ctl_as_nobody("list", "--json")) == mine, "polkit says no"
    polkit.allow(CONNECTIONS)
    assert listed(daemon.ctl_as_nobody("list", "--json")) == mine, "another right"
    polkit.allow(SEE)
    seen = daemon.ctl_as_nobody("list", "--json")
    assert listed(seen) == listed(daemon.ctl("list", "--json")) >= mine | roots
    assert seen.stderr == ""
    for view in ("show", "explain"):
        for token in roots:
            assert daemon.ctl_as_nobody(view, hexadecimal(token)).returncode == OK
    assert daemon.ctl_as_nobody("show", hexadecimal(UNUSED)).returncode == NOTHING_MATCHED


def test_a_polkit_that_hangs_shows_ones_own_and_holds_nobody_up(daemon, host, polkit):
    mine = host.nobody_opens()
    roots = host.root_opens()
    polkit.hang()
    waiting = subprocess.Popen(daemon.nobodys_ctl("list", "--json"), cwd="/", text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    began = time.monotonic()
    assert listed(daemon.ctl("list", "--json")) >= mine | roots
    assert time.monotonic() - began < 3 * FACTOR
    said, hint = waiting.communicate(timeout=30 * FACTOR)
    assert {int(entry["token"], 16) for entry in json.loads(said)["connections"]} == mine
    assert HINT in hint
    assert time.monotonic() - began < 9 * FACTOR, "polkit was waited for twice"


def test_a_polkit_that_comes_back_is_asked_again(daemon, host, polkit):
    mine, roots = host.nobody_opens(), host.root_opens()
    polkit.hang()
    assert listed(daemon.ctl_as_nobody("list", "--json")) == mine
    polkit.answer()
    polkit.allow(SEE)
    wait_for(lambda: listed(daemon.ctl_as_nobody("list", "--json")) >= mine | roots,
             "polkit is asked", 10, daemon.said)


def test_a_look_has_nobody_asked_for_a_password(daemon, host, polkit):
    """However the call is made: a person would have two minutes, and polkit hangs."""
    host.nobody_opens()
    polkit.hang()
    began = time.monotonic()
    seen = daemon.as_nobody("busctl", f"--address={daemon.bus.address}", "--timeout=60",
                            "--allow-interactive-authorization=yes", "call", NAME, PATH, INTERFACE,
                            "SeesAll")
    assert seen.stdout.split() == ["b", "false"], seen.stderr
    assert time.monotonic() - began < 15 * FACTOR


@pytest.mark.parametrize("view", ["show", "explain"])
def test_what_is_anothers_and_what_is_not_there_look_the_same(daemon, host, view):
    mine, roots = host.nobody_opens(), host.root_opens()
    for token in mine:
        shown = daemon.ctl_as_nobody(view, hexadecimal(token))
        assert shown.returncode == OK, shown.stderr
    said = set()
    for token in [*roots, UNUSED]:
        refused = daemon.ctl_as_nobody(view, hexadecimal(token))
        assert refused.returncode == NOT_AUTHORISED and refused.stdout == ""
        assert "root" in refused.stderr and SEE in refused.stderr
        said.add(refused.stderr.replace(hexadecimal(token), "TOKEN"))
    assert len(said) == 1, said


def test_who_may_change_nothing_does_not_learn_which_tokens_there_are(daemon, host):
    roots = host.root_opens()
    said = set()
    for token in [*roots, UNUSED]:
        refused = call_as_nobody(daemon, "Retry", "ua{sv}", str(token), "0")
        assert refused.returncode != OK
        said.add(refused.stderr)
    assert len(said) == 1, said


def pages(daemon, limit: int) -> list[tuple[list[int], int]]:
    """The tokens and the next cursor of each page that nobody gets."""
    found: list[tuple[list[int], int]] = []
    while not found or found[-1][1] != 0:
        cursor = found[-1][1] if found else 0
        told = call_as_nobody(daemon, "ListConnections", "a{sv}ut", "0", str(limit), str(cursor))
        assert told.returncode == OK, told.stderr
        rows, following = json.loads(told.stdout)["data"]
        found.append(([row[0] for row in rows], following))
    return found


def test_pages_are_of_ones_own(daemon, host):
    mine, roots = set(), set()
    for _ in range(3):
        mine |= host.nobody_opens(2)
        roots |= host.root_opens(2)
    assert len(mine) == len(roots) == 6
    of_two = pages(daemon, 2)
    assert [len(tokens) for tokens, _ in of_two] == [2, 2, 2], "full, whoever owns what is between"
    assert [token for tokens, _ in of_two for token in tokens] == sorted(mine)
    assert {following for _, following in of_two} <= mine | {0}, "no cursor is another's token"
    assert [len(tokens) for tokens, _ in pages(daemon, 4)] == [4, 2]
    assert [len(tokens) for tokens, _ in pages(daemon, 1000)] == [6]


def test_a_connection_is_whose_process_accepted_it(daemon, host):
    listener = daemon.namespace.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
    listener.bind(("127.0.0.1", PORT + 1))
    listener.listen()
    client = daemon.namespace.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
    client.connect(("127.0.0.1", PORT + 1))
    client.sendall(b"x")

    def served() -> set[int]:
        return {token for token, entry in daemon.connections().items()
                if entry["side"] == "server" and local_port(entry) == PORT + 1}
    waiting = wait_for(served, "the daemon knows the connection", otherwise=daemon.said)
    assert listed(daemon.ctl_as_nobody("list", "--json")) == set()
    with subprocess.Popen(daemon.nobodys_command(sys.executable, "-c", ACCEPT,
                                                 str(listener.fileno())),
                          pass_fds=[listener.fileno()], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as acceptor:
        assert acceptor.stdout.readline() == "accepted\n"
        assert listed(daemon.ctl_as_nobody("list", "--json")) == waiting
        acceptor.communicate()
    client.close()
    listener.close()


class Watcher:
    """`subflowctl monitor --json`, as somebody runs it."""

    def __init__(self, daemon, command: list[str]) -> None:
        self._file = daemon.directory / f"watched-{id(self)}"
        with open(self._file, "wb") as file:
            self.process = subprocess.Popen(command, cwd="/", stdin=subprocess.DEVNULL,
                                            stdout=file, stderr=subprocess.PIPE, text=True)

    def told(self) -> list[dict]:
        lines = self._file.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def tokens(self, event: str) -> set[int]:
        return {int(each["token"], 16) for each in self.told() if each["event"] == event}

    def close(self) -> str:
        """What it said on standard error."""
        self.process.terminate()
        return self.process.communicate()[1]


def begun(daemon, watcher: Watcher) -> Watcher:
    """An address that comes and goes is told to everybody."""
    daemon.namespace.ip("link", "add", "uplink", "type", "veth", "peer", "name", "far")
    for end in ("uplink", "far"):
        daemon.namespace.ip("link", "set", end, "up")

    def told() -> bool:
        for action in ("add", "del"):
            daemon.namespace.ip("address", action, "10.78.0.1/24", "dev", "uplink")
        return any(each["event"] == "link-usable" for each in watcher.told())
    wait_for(told, "the monitor tells of a link", otherwise=daemon.said)
    return watcher


def test_a_monitor_tells_of_ones_own_connections(daemon, host):
    """Of one that was there before, and ends without having done anything else, too."""
    earlier, others = host.nobody_opens(), host.root_opens()
    watcher = begun(daemon, Watcher(daemon, daemon.nobodys_ctl("monitor", "--json")))
    everything = Watcher(daemon, daemon.ctl_command("monitor", "--json"))
    try:
        others |= host.root_opens(2)
        mine = host.nobody_opens(2)
        others |= host.root_opens()
        wait_for(lambda: watcher.tokens("connection-established") == mine, "they are told of",
                 otherwise=watcher.told)
        host.all_close()
        wait_for(lambda: watcher.tokens("connection-closed") == mine | earlier,
                 "their ends are told", otherwise=watcher.told)
        wait_for(lambda: everything.tokens("connection-closed") >= mine | earlier | others,
                 "root is told of all", otherwise=everything.told)
        told = {each["token"] for each in watcher.told() if "token" in each}
        assert told == {hexadecimal(token) for token in mine | earlier}
    finally:
        everything.close()
        hint = watcher.close()
    assert HINT in hint


def test_a_monitor_of_a_connection_that_is_not_ones_own_is_refused(daemon, host):
    roots = host.root_opens()
    for token in [*roots, UNUSED]:
        refused = daemon.ctl_as_nobody("monitor", f"token={hexadecimal(token)}")
        assert refused.returncode == NOT_AUTHORISED, refused.stderr
        assert SEE in refused.stderr


def test_polkit_lets_others_watch_all(daemon, host, polkit):
    polkit.allow(SEE)
    watcher = begun(daemon, Watcher(daemon, daemon.nobodys_ctl("monitor", "--json")))
    roots = host.root_opens()
    wait_for(lambda: watcher.tokens("connection-established") >= roots, "root's are told of",
             otherwise=watcher.told)
    assert watcher.close() == ""


def test_whoever_asks_is_told_what_they_see(daemon, polkit):
    assert call_as_nobody(daemon, "SeesAll").stdout.strip() == '{"type":"b","data":[false]}'
    polkit.allow(SEE)
    assert call_as_nobody(daemon, "SeesAll").stdout.strip() == '{"type":"b","data":[true]}'
    polkit.close()
    assert call_as_nobody(daemon, "SeesAll").stdout.strip() == '{"type":"b","data":[false]}'
    assert daemon.busctl("call", NAME, PATH, INTERFACE, "SeesAll").stdout.split() == ["b", "true"]


def test_counts_and_links_stay_free_and_have_no_token(daemon, host):
    roots = host.root_opens()
    status = daemon.ctl_as_nobody("status", "--json")
    assert json.loads(status.stdout)["counts"]["connections"] >= 1
    objects = daemon.as_nobody("busctl", f"--address={daemon.bus.address}", "--json=short", "call",
                               NAME, PATH, "org.freedesktop.DBus.ObjectManager",
                               "GetManagedObjects")
    assert objects.returncode == OK, objects.stderr
    for view in (status.stdout, daemon.ctl_as_nobody("links", "--json").stdout,
                 daemon.ctl_as_nobody("policies", "--json").stdout, objects.stdout):
        assert view
        for token in roots:
            assert str(token) not in view and hexadecimal(token) not in view
