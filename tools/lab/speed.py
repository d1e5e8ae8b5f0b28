# SPDX-License-Identifier: BSD-3-Clause
"""How fast a path manager is, from outside: a Site for each, and what is measured at it."""

import contextlib
import pathlib
import random
import subprocess
import time
from dataclasses import dataclass
from typing import Callable, ContextManager, Iterator

from .capture import Syn, SynCapture
from .managers import InKernel, Subflowd, programs as executables
from .namespace import Namespace
from .uplinks import Lab
from .waiting import wait_for

BACKLOG = 65536
CONNECTIONS_OF_A_TURN = 20
#: Of a process, which may have only so many descriptors.
MOST_HELD = 10_000
#: The default range of ports has 28 232, and TIME_WAIT keeps some.
MANY, WIDE_RANGE = 20_000, "1024 65535"
JOIN_SECONDS = 900.0
#: An address that is back sooner looks like a link that flaps.
CALM_SECONDS = 1.0
FULL_MESH = "[Rule default]\nPolicies=fullmesh\n"


class Reactor:
    """bench-reactor, which joins from the second uplink's address and does nothing else."""

    def __init__(self, lab: Lab, program: str) -> None:
        self._lab = lab
        self._program = program

    def __enter__(self) -> "Reactor":
        self._lab.client.select_path_manager("userspace")
        self.process = start(self._lab.client, self._program, self._lab.uplinks[1].client)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()


@dataclass(frozen=True)
class Programs:
    """What meson built."""

    build: pathlib.Path

    def __getitem__(self, name: str) -> str:
        return str(self.build / name)

    @property
    def load(self) -> str:
        return self["bench/bench-load"]


Maker = Callable[[Lab, Programs], ContextManager]

MANAGERS: dict[str, Maker] = {
    "kernel": lambda lab, _: InKernel(lab),
    "reactor": lambda lab, programs: Reactor(lab, programs["bench/bench-reactor"]),
    "subflowd": lambda lab, programs: Subflowd(lab, executables(programs.build), FULL_MESH),
    "spin": lambda lab, programs: Subflowd(lab, executables(programs.build),
                                           "[Daemon]\nSpin=auto\n" + FULL_MESH),
}
#: Those that notice an address that comes; the kernel has to be told, as NetworkManager does.
NOTICE_ADDRESSES = "kernel", "subflowd"


def start(namespace: Namespace, *command: str) -> subprocess.Popen[str]:
    """A program that says when it is ready."""
    process = subprocess.Popen(namespace.command(*command), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    if line != "ready\n":
        raise RuntimeError(f"{command[0]} is not ready: {line!r}, status {process.wait()}")
    return process


@dataclass(frozen=True)
class Site:
    """A client behind a path manager, and an echo server."""

    lab: Lab
    programs: Programs
    manager: ContextManager

    @property
    def server(self) -> str:
        return self.lab.uplinks[0].server

    def load(self, *arguments: object) -> str:
        return self.lab.client.run(self.programs.load, *map(str, arguments))


def shares(connections: int) -> list[int]:
    """How many of them each process holds."""
    return [min(MOST_HELD, connections - begun) for begun in range(0, connections, MOST_HELD)]


def serve(stack: contextlib.ExitStack, lab: Lab, programs: Programs) -> None:
    server = start(lab.server, programs.load, "serve", lab.uplinks[0].server)
    stack.callback(server.wait)
    stack.callback(server.terminate)


@contextlib.contextmanager
def site(name: str, programs: Programs, to_hold: int = 0) -> Iterator[Site]:
    """`to_hold`: how many connections it has to bear at the same time, if many."""
    with contextlib.ExitStack() as stack:
        lab = stack.enter_context(Lab())
        for uplink in lab.uplinks:  # one path each: IPv4
            lab.client.ip("-6", "addr", "flush", "dev", uplink.link, "scope", "global")
        for namespace in (lab.client, lab.server):
            namespace.set_sysctl("net.core.somaxconn", BACKLOG)
            namespace.set_sysctl("net.ipv4.tcp_max_syn_backlog", BACKLOG)
        if to_hold > MANY:
            lab.client.set_sysctl("net.ipv4.ip_local_port_range", WIDE_RANGE)
        manager = stack.enter_context(MANAGERS[name](lab, programs))
        for _ in shares(to_hold + 1):
            serve(stack, lab, programs)
        yield Site(lab, programs, manager)


def latencies_of(syns: list[Syn]) -> list[float]:
    """Microseconds from each connection's SYN to the first of its joins, if it had one before the
    next connection began."""
    found = []
    begun: Syn | None = None
    for syn in syns:
        if not syn.join:
            begun = syn
        elif begun is not None:
            found.append((syn.at - begun.at) / 1000)
            begun = None
    return found


def latencies(names: list[str], programs: Programs, turns: int, think_us: int
              ) -> dict[str, list[float]]:
    """All path managers at the same time, each in namespaces of its own, in random turns."""
    with contextlib.ExitStack() as stack:
        sites = {name: stack.enter_context(site(name, programs)) for name in names}
        captures = {name: stack.enter_context(SynCapture(sites[name].lab.client))
                    for name in names}
        for at in sites.values():
            at.load("one-by-one", at.server, CONNECTIONS_OF_A_TURN, think_us)  # warms up
        before = {name: len(captures[name].syns()) for name in names}
        order = random.Random(1)
        for _ in range(turns):
            for name in order.sample(names, len(names)):
                at = sites[name]
                at.load("one-by-one", at.server, CONNECTIONS_OF_A_TURN, think_us)
        return {name: latencies_of(captures[name].syns()[before[name]:]) for name in names}


@dataclass(frozen=True)
class Churn:
    """How many connections a second came and went, and what share of them had a second subflow."""

    rate: float
    share: float


def churn(name: str, programs: Programs, connections: int) -> Churn:
    with site(name, programs) as at:
        rate, share = at.load("churn", at.server, connections, 512, 20).split()
        return Churn(float(rate), float(share))


@contextlib.contextmanager
def held(at: Site, connections: int) -> Iterator[None]:
    """So many connections are there."""
    holders = []
    try:
        for share in shares(connections):
            holders.append(start(at.lab.client, at.programs.load, "hold", at.server, str(share)))
        yield
    finally:
        for holder in holders:
            holder.stdin.close()
        for holder in holders:
            holder.wait()


def readdress(name: str, programs: Programs, connections: int) -> float:
    """Seconds from when a second address appears until each of so many connections has a subflow
    from there."""
    with site(name, programs, connections) as at:
        uplink = at.lab.uplinks[1]
        at.lab.client.ip("addr", "flush", "dev", uplink.link)
        flushed = time.monotonic()
        if isinstance(at.manager, InKernel):
            at.lab.client.run("ip", "mptcp", "endpoint", "flush")
        with held(at, connections):
            time.sleep(max(0.0, flushed + CALM_SECONDS - time.monotonic()))
            # of tens of thousands some find no place in the kernel's table of tokens
            return _readdress(at, at.lab.client.mib()["MPCapableSYNACKRX"])


def _readdress(at: Site, connections: int) -> float:
    uplink = at.lab.uplinks[1]
    before = at.lab.client.mib()["MPJoinSynAckRx"]
    begun = time.monotonic()
    at.lab.client.ip("addr", "add", f"{uplink.client}/24", "dev", uplink.link)
    at.lab.client.ip("route", "replace", "default", "via", uplink.server, "dev", uplink.link,
                     "table", uplink.table)
    if isinstance(at.manager, InKernel):
        at.lab.client.run("ip", "mptcp", "endpoint", "add", uplink.client, "subflow")
    wait_for(lambda: at.lab.client.mib()["MPJoinSynAckRx"] - before >= connections,
             f"{connections} joins", JOIN_SECONDS)
    return time.monotonic() - begun


