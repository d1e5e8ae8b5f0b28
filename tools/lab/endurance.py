# SPDX-License-Identifier: BSD-3-Clause
"""What a daemon has to endure: many connections at once, many one after the other, and being killed
again and again."""

import contextlib
import multiprocessing
import resource
import socket
import struct
import time
from dataclasses import dataclass
from typing import Iterator

from . import diag
from .capture import SynCapture
from .daemon import Daemon
from .keeper import KeptDaemon
from .namespace import IPPROTO_MPTCP, Namespace
from .traffic import PORT, Client, EchoServer
from .uplinks import Lab
from .waiting import Timeout, wait_for

WORKERS = 2
BACKLOG = 65536
STARTING_SECONDS, OPENING_SECONDS = 20.0, 300.0
NEVER = float("inf")
RESET = struct.pack("ii", 1, 0)
#: Connections that are opened while no daemon is there, at each kill, and how many are kept.
TURNOVER, MOST_LATE = 5, 100
ANNOUNCED = "1"


@contextlib.contextmanager
def started(lab: Lab, executables: dict[str, str], config: str,
            kind: type[Daemon] = Daemon) -> Iterator[Daemon]:
    with kind(lab.client, executables, config) as daemon:
        yield daemon.start()


def allow_descriptors() -> None:
    """As many as the administrator lets a process have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _serve(namespace: Namespace, port: int, ready, done) -> None:
    allow_descriptors()
    with EchoServer(namespace, port) as server:
        server.listener.listen(BACKLOG)
        ready.wait()
        done.wait()


@contextlib.contextmanager
def servers(namespace: Namespace) -> Iterator[None]:
    """An echo server for each worker, on ports of their own, that take whatever comes at once. In
    processes, because a process may have no more than so many descriptors."""
    namespace.set_sysctl("net.core.somaxconn", BACKLOG)
    namespace.set_sysctl("net.ipv4.tcp_max_syn_backlog", BACKLOG)
    ready = multiprocessing.Barrier(WORKERS + 1)
    done = multiprocessing.Event()
    processes = [multiprocessing.Process(target=_serve,
                                         args=(namespace, PORT + worker, ready, done), daemon=True)
                 for worker in range(WORKERS)]
    for process in processes:
        process.start()
    ready.wait(STARTING_SECONDS)
    yield
    done.set()
    for process in processes:
        process.join()


def _open(address: str, port: int) -> socket.socket:
    """From the namespace that the caller is in."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
    made.connect((address, port))
    made.sendall(b"x")
    return made


@dataclass(frozen=True)
class BurstOutcome:
    """`opened`: how many connections in how many `seconds`; `managed`: seconds from the last of
    them until each had its second subflow, `lacking` those that never had; `lost`: how often the
    kernel dropped events."""

    opened: int
    seconds: float
    managed: float
    lacking: int
    lost: int


def _hold(namespace: Namespace, to: tuple[str, int], number: int, opened, done) -> None:
    allow_descriptors()
    with namespace.entered():
        held = [_open(*to) for _ in range(number)]
    opened.wait()
    done.wait()
    for one in held:
        one.close()


def burst(executables: dict[str, str], number: int, config: str) -> BurstOutcome:
    """Opens connections as fast as it goes and holds them."""
    with contextlib.ExitStack() as stack:
        lab = stack.enter_context(Lab())
        daemon = stack.enter_context(started(lab, executables, config))
        stack.enter_context(servers(lab.server))
        opened = multiprocessing.Barrier(WORKERS + 1)
        done = multiprocessing.Event()
        workers = [multiprocessing.Process(
            target=_hold, args=(lab.client, (lab.uplinks[0].server, PORT + worker),
                                number // WORKERS, opened, done), daemon=True)
            for worker in range(WORKERS)]
        began = time.monotonic()
        for worker in workers:
            worker.start()
        opened.wait(OPENING_SECONDS)
        end = time.monotonic()
        managed = _wait_for_joins(lab, number, end)
        found = sum(len(c.joins()) == 1 for c in diag.connections(lab.client))
        lost = daemon.show("status")["events_lost"]
        done.set()
        for worker in workers:
            worker.join()
        return BurstOutcome(number, end - began, managed, number - found, lost)


def _wait_for_joins(lab: Lab, number: int, since: float) -> float:
    try:
        wait_for(lambda: lab.client.mib()["MPJoinSynAckRx"] >= number, "a join for each", 120)
    except Timeout:
        return NEVER
    return time.monotonic() - since


@dataclass(frozen=True)
class Use:
    """What a daemon took for the connections of a window: resident memory at its end in KiB, and
    microseconds of CPU time for each connection."""

    resident: int
    cpu: float


def _cpu_microseconds(pid: int) -> float:
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0]) / 1000


def _pass_through(namespace: Namespace, to: tuple[str, int], number: int) -> None:
    """Closed by a reset, so that no TIME_WAIT remains."""
    with namespace.entered():
        for _ in range(number):
            with _open(*to) as one:
                one.recv(1)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def sequence(executables: dict[str, str], number: int, window: int) -> list[Use]:
    """Opens and closes connections one after the other, and tells what each window took."""
    uses = []
    with contextlib.ExitStack() as stack:
        lab = stack.enter_context(Lab())
        daemon = stack.enter_context(started(lab, executables, ""))
        stack.enter_context(servers(lab.server))
        assert daemon.process is not None
        pid = daemon.process.pid
        for _ in range(number // window):
            before = _cpu_microseconds(pid)
            workers = [multiprocessing.Process(
                target=_pass_through, args=(lab.client, (lab.uplinks[0].server, PORT + worker),
                                            window // WORKERS), daemon=True)
                for worker in range(WORKERS)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
                assert worker.exitcode == 0, "a connection failed"
            uses.append(Use(daemon.resident_kib(), (_cpu_microseconds(pid) - before) / window))
            print(uses[-1], flush=True)
    return uses


@dataclass(frozen=True)
class KillsOutcome:
    """`slowest`: the longest that a killed daemon took to be ready again, in seconds; `lacking`:
    connections that lack their second subflow in the end; `unknown`: those that the daemon does not
    list; `dead`: those that carry nothing; `denied`: joins to the address that the server denies
    joins to."""

    kills: int
    slowest: float
    lacking: int
    unknown: int
    dead: int
    denied: int


def kills(executables: dict[str, str], times: int, number: int,
          kind: type[Daemon] = Daemon) -> KillsOutcome:
    """Kills a daemon again and again while connections to a server that denies joins to its initial
    address, and announces another, are opened and closed. Unless its events are kept, nobody tells
    a daemon what was announced to connections that were opened while none was there, so those
    cannot have a second subflow."""
    with contextlib.ExitStack() as stack:
        lab = stack.enter_context(Lab())
        first, second = lab.uplinks
        lab.server.set_sysctl("net.mptcp.allow_join_initial_addr_port", 0)
        lab.server.run("ip", "mptcp", "endpoint", "add", second.server, "id", ANNOUNCED, "signal")
        capture = stack.enter_context(SynCapture(lab.client))
        daemon = stack.enter_context(started(lab, executables, "", kind))
        stack.enter_context(EchoServer(lab.server))
        pool = [Client(lab.client, first.server) for _ in range(number)]
        late: list[Client] = []
        slowest = 0.0
        for turn in range(times):
            _wait_for_links(lab, pool, {first.client, second.client})
            daemon.kill()
            late += [Client(lab.client, first.server) for _ in range(TURNOVER)]
            for client in late[:-MOST_LATE]:
                client.close()
            late = late[-MOST_LATE:]
            began = time.monotonic()
            daemon.start()
            slowest = max(slowest, time.monotonic() - began)
            at = turn % number
            pool[at].close()
            pool[at] = Client(lab.client, first.server)
        able = pool + late if kind is KeptDaemon else pool
        lacking = _wait_for_links(lab, able, {first.client, second.client})
        unknown = number + len(late) - len(daemon.connections())
        dead = sum(not client.answers() for client in pool + late)
        for client in pool + late:
            client.close()
        denied = sum(syn.join and syn.destination == first.server for syn in capture.syns())
        return KillsOutcome(times, slowest, lacking, unknown, dead, denied)


def _wait_for_links(lab: Lab, pool: list[Client], wanted: set[str]) -> int:
    """How many lack them, after some patience."""
    ports = {client.port for client in pool}

    def lacking() -> int:
        having = sum(c.locals() == wanted for c in diag.connections(lab.client)
                     if c.local_port in ports)
        return len(pool) - having
    with contextlib.suppress(Timeout):
        wait_for(lambda: lacking() == 0, "each has both links", 20)
    return lacking()

