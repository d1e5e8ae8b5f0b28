# SPDX-License-Identifier: BSD-3-Clause
"""Many connections at once that lose one of two links, the one they began on, and get it back."""

import contextlib
import os
import threading
import time
from dataclasses import dataclass
from typing import Callable

from . import diag
from .managers import InKernel, Subflowd
from .traffic import Client, EchoServer
from .uplinks import Lab
from .waiting import Timeout, wait_for

OPEN_SECONDS, HEAL_SECONDS = 120.0, 120.0
#: What a pace is counted over.
WINDOW = 0.1
DIAG_INTERVAL = 0.25
SAMPLE_SECONDS = 0.02


@dataclass(frozen=True)
class CrowdOutcome:
    """`lost`: seconds until no connection had a subflow on the lost link; `healed`: seconds from
    its return until each had one again, `lacking` those that never had. `joins` are all MP_JOIN
    SYNs, `pace` the most of them in a second as counted over a tenth of one, `cpu` the seconds of
    CPU time that the daemon took from the loss on. `dead`: how many carry nothing in the end."""

    lost: float
    healed: float
    lacking: int
    joins: int
    pace: int
    cpu: float | None
    dead: int


def cpu_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pace(samples: list[tuple[float, int]]) -> int:
    """The steepest rise of a counter, per second, over windows of WINDOW or a little more."""
    steepest = 0.0
    begin = 0
    for now, count in samples:
        while begin + 1 < len(samples) and samples[begin + 1][0] <= now - WINDOW:
            begin += 1
        then, before = samples[begin]
        if now - then >= WINDOW:
            steepest = max(steepest, (count - before) / (now - then))
    return round(steepest)


class JoinCount:
    """How many joins a lab's client has sent, looked at again and again in a thread of its own."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._samples: list[tuple[float, int]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def __enter__(self) -> "JoinCount":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            self._samples.append((time.monotonic(), self._lab.client.mib()["MPJoinSynTx"]))
            if self._stop.wait(SAMPLE_SECONDS):
                return

    def pace(self) -> int:
        return pace(list(self._samples))


class Crowd:
    """So many connections in a lab."""

    def __init__(self, lab: Lab, clients: list[Client]) -> None:
        self._lab = lab
        self._clients = clients
        self._asked = 0.0
        self._lacking = len(clients)

    def joins(self) -> int:
        return self._lab.client.mib()["MPJoinSynTx"]

    def lacking(self, addresses: set[str]) -> int:
        """How many have not subflows from exactly these."""
        ports = {client.port for client in self._clients}
        having = sum(found.locals() == addresses for found in diag.connections(self._lab.client)
                     if found.local_port in ports)
        return len(self._clients) - having

    def reach(self, addresses: set[str], what: str, timeout: float) -> float:
        """Seconds until every connection has subflows from exactly these addresses. Not a dump
        for each look: it would take the CPU from who is measured."""
        began = time.monotonic()

        def reached() -> bool:
            if time.monotonic() - self._asked >= DIAG_INTERVAL:
                self._lacking = self.lacking(addresses)
                self._asked = time.monotonic()
            return self._lacking == 0
        self._asked = 0.0
        try:
            wait_for(reached, what, timeout)
        except Timeout:
            return float("inf")
        return time.monotonic() - began

    def dead(self) -> int:
        return sum(not client.answers() for client in self._clients)


def lose_and_regain(number: int, make: Callable[[Lab, None], InKernel | Subflowd]) -> CrowdOutcome:
    with contextlib.ExitStack() as stack:
        lab = stack.enter_context(Lab())
        manager = stack.enter_context(make(lab, None))
        stack.enter_context(EchoServer(lab.server))
        first, second = lab.uplinks
        crowd = Crowd(lab, [stack.enter_context(Client(lab.client, first.server))
                            for _ in range(number)])
        both = {first.client, second.client}
        crowd.reach(both, "each connection has both links", OPEN_SECONDS)
        joins, used = crowd.joins(), cpu_of(manager)
        count = stack.enter_context(JoinCount(lab))
        lab.take_down(first)
        lost = crowd.reach({second.client}, "no subflow is left on the lost link", 10)
        lab.bring_up(first)
        healed = crowd.reach(both, "each connection has both links again", HEAL_SECONDS)
        after = cpu_of(manager)
        return CrowdOutcome(lost, healed, crowd.lacking(both), crowd.joins() - joins, count.pace(),
                            None if used is None or after is None else after - used,
                            crowd.dead())


def cpu_of(manager: InKernel | Subflowd) -> float | None:
    if isinstance(manager, InKernel):
        return None
    assert manager.daemon.process is not None
    return cpu_seconds(manager.daemon.process.pid)
