# SPDX-License-Identifier: BSD-3-Clause
"""One run of a Case: what the applications sat through, and when the path was back."""

import contextlib
import math
import socket
import time
from dataclasses import dataclass
from typing import Callable, ContextManager

from . import diag
from .capture import Syn, SynCapture
from .carrying import Carrying
from .cases import Case, Site
from .stream import PORT, Stream
from .traffic import Chatter, Client, EchoServer
from .uplinks import Lab, Uplink
from .waiting import Timeout, wait_for

NEVER = math.inf
#: An exchange that takes longer has ended, for all that an application would care.
EXCHANGE_SECONDS = 300.0
ALIVE_SECONDS = 20.0

#: Makes a path manager for a lab; the uplink is the one that is backup, if any is.
Maker = Callable[[Lab, Uplink | None], ContextManager]


@dataclass(frozen=True)
class Patience:
    """For how many seconds a healed path is waited for, and looked on after that."""

    again: float = 130.0
    settle: float = 8.0


@dataclass(frozen=True)
class Outcome:
    """Of one run, in seconds. `ping_pong` is the longest exchange, `up` and `down` the longest
    silences of a stream, all without end if either failed, and all without the outage itself where
    nothing could pass; `again_up` and `again_down` the time
    from healing until the path carries data of the stream again, none where no path was to heal.
    `joins` are those of the stream beyond the ones that lived when the fault befell, `syns` what
    they sent."""

    ping_pong: float
    up: float
    down: float
    again_up: float | None
    again_down: float | None
    joins: int
    syns: int
    failure: str


@dataclass
class Applications:
    """What runs over the paths: an exchange of small messages, and a stream."""

    lab: Lab
    client: Client
    chatter: Chatter
    stream: Stream

    def failure(self) -> str:
        for name, failure in (("ping-pong", self.chatter.failure), ("stream", self.stream.failure)):
            if failure is not None:
                return f"{name}: {failure}"
        return ""

    def progress(self) -> tuple[int, int, int]:
        return self.chatter.exchanges, self.stream.up.count, self.stream.down.count

    def living(self) -> int:
        """How many of the stream's joins are established."""
        return len(diag.connection(self.lab.client, self.stream.port).joins())

    def have_paths(self, number: int) -> bool:
        return all(len(diag.connection(self.lab.client, port).locals()) == number
                   for port in (self.client.port, self.stream.port))

    def move_on(self, what: str, timeout: float = ALIVE_SECONDS) -> None:
        """Waits until each has exchanged some more."""
        before = self.progress()
        wait_for(lambda: self.failure() or
                 all(now > then + 20 for now, then in zip(self.progress(), before)), what, timeout)

    def endure(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        wait_for(lambda: self.failure() or time.monotonic() >= end, "the fault", seconds + 10)

    def forget(self) -> None:
        self.chatter.longest_stall = 0.0
        self.stream.up.forget()
        self.stream.down.forget()

    def gaps(self, now: float) -> list[float]:
        return [self.chatter.longest_stall, self.stream.up.longest(now),
                self.stream.down.longest(now)]

    def fate(self) -> str:
        """Nothing if both carry on."""
        with contextlib.suppress(Timeout):
            self.move_on("the applications carry on")
            return self.failure()
        return self.failure() or "stalled"


def start(stack: contextlib.ExitStack, lab: Lab) -> Applications:
    stack.enter_context(EchoServer(lab.server))
    address = lab.uplinks[0].server
    client = stack.enter_context(Client(lab.client, address))
    client.socket.settimeout(EXCHANGE_SECONDS)
    stream = stack.enter_context(Stream(lab.client, lab.server, address))
    chatter = stack.enter_context(Chatter(client))

    def interrupt() -> None:
        with contextlib.suppress(OSError):
            client.socket.shutdown(socket.SHUT_RDWR)
    stack.callback(interrupt)
    return Applications(lab, client, chatter, stream)


def carried_again(directions: list[Carrying], deadline: float) -> tuple[float, ...]:
    """Waits until the healed path carries data, in both directions, and returns how long that
    took in each."""
    healed = time.monotonic()
    for direction in directions:
        direction.begin()
    with contextlib.suppress(Timeout):
        wait_for(lambda: all([direction.look() for direction in directions]), "data", deadline)
    return tuple(NEVER if direction.since is None else direction.since - healed
                 for direction in directions)


def joins_of_stream(capture: SynCapture) -> list[Syn]:
    return [syn for syn in capture.joins() if syn.destination_port == PORT]


@dataclass
class Aftermath:
    """How long the fault lasted to the last command that healed it, and the time from then until
    the path carried again, up and down."""

    outage: float
    again: tuple[float | None, ...] = (None, None)


def befall(case: Case, site: Site, running: Applications, patience: Patience) -> Aftermath:
    """The fault, the healing, and some time for what goes wrong later."""
    uplink = site.lab.uplinks[case.watched]
    directions = [Carrying(end, uplink.network, PORT) for end in (site.lab.server, site.lab.client)]
    if case.flows_end:
        for direction in directions:
            direction.disregard()
    with case.fault(site):
        began = time.monotonic()
        running.endure(case.seconds)
        if not case.heals:
            return Aftermath(case.seconds)
    aftermath = Aftermath(time.monotonic() - began)
    aftermath.again = carried_again(directions, patience.again)
    running.endure(patience.settle)
    return aftermath


def measure(case: Case, make: Maker, patience: Patience = Patience(), netem: str = "") -> Outcome:
    with contextlib.ExitStack() as stack:
        lab = stack.enter_context(Lab())
        lab.slow_down(netem=netem)
        stack.enter_context(case.world(lab))
        standby = None if case.standby is None else lab.uplinks[case.standby]
        site = Site(lab, stack.enter_context(make(lab, standby)))
        capture = stack.enter_context(SynCapture(lab.client))
        running = start(stack, lab)
        wait_for(lambda: running.have_paths(case.paths), f"{case.paths} paths")
        running.move_on("data flows before the fault")
        living = running.living()
        running.forget()
        aftermath = befall(case, site, running, patience)
        now = time.monotonic()
        joins = joins_of_stream(capture)
        outage = aftermath.outage if case.all_lost else 0.0
        gaps = [gap - outage for gap in running.gaps(now)]
        fate = running.fate()
        return Outcome(*(gaps if fate == "" else [NEVER] * len(gaps)), *aftermath.again,
                       len({(s.source, s.source_port) for s in joins}) - living,
                       len(joins) - living, fate)
