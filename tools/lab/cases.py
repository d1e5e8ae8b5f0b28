# SPDX-License-Identifier: BSD-3-Clause
"""What a path manager has to heal: one Case for each row of tools/compare-healing."""

import contextlib
from dataclasses import dataclass
from typing import Callable, ContextManager, Iterator, Protocol

from . import faults
from .rejector import Rejector
from .uplinks import Lab, Uplink

REASON_PROHIBITED = 3
OTHER_HOST = 11
ANNOUNCED = "1"
OTHER_GATEWAY, OTHER_MAC = "10.77.1.3", "02:00:00:77:01:03"


class Manager(Protocol):
    """A path manager of the lab's client."""

    def renumbered(self, uplink: Uplink, old: str, new: str) -> None: ...


@dataclass(frozen=True)
class Site:
    """Where a fault befalls."""

    lab: Lab
    manager: Manager

    @property
    def first(self) -> Uplink:
        """The uplink that connections begin on."""
        return self.lab.uplinks[0]

    @property
    def second(self) -> Uplink:
        return self.lab.uplinks[1]


Fault = Callable[[Site], ContextManager[object]]
World = Callable[[Lab], ContextManager[object]]


def nothing(_: object) -> ContextManager[None]:
    return contextlib.nullcontext()


@dataclass(frozen=True)
class Case:
    """A fault that lasts so many seconds, in a world that is so from before the connections
    begin. Who `heals` uses again the uplink `watched`; `standby` is the one that is backup.
    `paths` is how many a connection has before the fault. `flows_end`: what began before the fault
    carries nothing after it, so that only a new subflow can. `all_lost`: no path is left, so that
    silences are counted beyond the outage."""

    title: str
    fault: Fault = nothing
    seconds: float = 2.0
    world: World = nothing
    heals: bool = True
    watched: int = 0
    standby: int | None = None
    paths: int = 2
    flows_end: bool = False
    all_lost: bool = False


def black_hole(site: Site) -> ContextManager[None]:
    return faults.black_hole(site.lab, site.first)


@contextlib.contextmanager
def all_dark(site: Site) -> Iterator[None]:
    """All paths are lost, and only the second returns."""
    with contextlib.ExitStack() as first_too:
        first_too.enter_context(faults.black_hole(site.lab, site.first))
        with faults.black_hole(site.lab, site.second):
            yield
        first_too.pop_all()


@contextlib.contextmanager
def all_down(site: Site) -> Iterator[None]:
    """All links are lost, and only the second returns."""
    site.lab.take_down(site.first)
    with faults.down(site.lab, site.second):
        yield


@contextlib.contextmanager
def rebound(site: Site) -> Iterator[None]:
    """The NAT forgets, and gives what comes next another port."""
    faults.forget(site.lab)
    yield


@contextlib.contextmanager
def withdrawn(site: Site) -> Iterator[None]:
    """The peer sends RM_ADDR, and ADD_ADDR in the end."""
    site.lab.server.run("ip", "mptcp", "endpoint", "delete", "id", ANNOUNCED)
    yield
    announce(site.lab)


def announce(lab: Lab) -> None:
    lab.server.run("ip", "mptcp", "endpoint", "add", lab.uplinks[1].server, "id", ANNOUNCED,
                   "signal")


@contextlib.contextmanager
def announcing(lab: Lab) -> Iterator[None]:
    """The server wants no joins but to the address that it announces."""
    lab.server.set_sysctl("net.mptcp.allow_join_initial_addr_port", 0)
    announce(lab)
    yield


@contextlib.contextmanager
def renumbered(site: Site) -> Iterator[None]:
    """The link gets another address in the same network."""
    lab, uplink = site.lab, site.first
    lab.client.ip("addr", "delete", f"{uplink.client}/24", "dev", uplink.link)
    new = lab.add_source(uplink, OTHER_HOST)
    lab.add_routes(uplink)
    site.manager.renumbered(uplink, uplink.client, new)
    yield


@contextlib.contextmanager
def other_network(site: Site) -> Iterator[None]:
    """The link is in another network with the same address: another gateway, which knows nothing
    of flows that began behind the earlier one."""
    lab, uplink = site.lab, site.first
    with faults.down(lab, uplink):
        lab.server.ip("link", "set", uplink.peer, "address", OTHER_MAC)
        lab.server.ip("addr", "add", f"{OTHER_GATEWAY}/24", "dev", uplink.peer)
        faults.forget(lab)
    lab.client.ip("route", "replace", "default", "via", OTHER_GATEWAY, "dev", uplink.link)
    yield


def prohibited(site: Site) -> ContextManager[object]:
    """What was established is reset with the reason 3, and joins are."""
    return Rejector(site.lab.server, site.second.peer, REASON_PROHIBITED)


@contextlib.contextmanager
def full(lab: Lab) -> Iterator[None]:
    """The peer's limit is reached with the first subflow."""
    lab.server.run("ip", "mptcp", "limits", "set", "subflows", "0")
    yield


def first(world: Callable[[Lab, Uplink], ContextManager[object]]) -> World:
    return lambda lab: world(lab, lab.uplinks[0])


def second(world: Callable[[Lab, Uplink], ContextManager[object]]) -> World:
    return lambda lab: world(lab, lab.uplinks[1])


def in_vain(title: str, world: World) -> Case:
    """There is no second path to be had, for a minute."""
    return Case(title, seconds=60, world=world, heals=False, paths=1)


def without_paths(title: str, fault: Fault, seconds: int) -> Case:
    return Case(f"{title}, {seconds} s; gaps beyond", fault, seconds, watched=1, all_lost=True)


CASES = {
    **{f"black-hole-{seconds}": Case(f"black hole, {seconds} s", black_hole, seconds)
       for seconds in (5, 22, 120)},
    **{f"standby-{seconds}": Case(f"black hole, other backup, {seconds} s", black_hole, seconds,
                                  standby=1)
       for seconds in (5, 22, 120)},
    "reset": Case("plain RST, 2 s", lambda site: faults.reset(site.lab, site.first)),
    "unreachable": Case("ICMP unreachable, 5 s",
                        lambda site: faults.unreachable(site.lab, site.first), 5),
    "rebinding": Case("NAT chooses another port", rebound, 0, first(faults.translated),
                      flows_end=True),
    "forgotten": Case("NAT forgets, and drops", rebound, 0, first(faults.stateful),
                      flows_end=True),
    "withdrawn": Case("RM_ADDR, 2 s later ADD_ADDR", withdrawn, world=announcing, watched=1),
    "flap": Case("link down, 2 s", lambda site: faults.down(site.lab, site.first)),
    "renumbered": Case("another address", renumbered, 0, flows_end=True),
    "gateway": Case("same address, other gateway", other_network, 0, first(faults.stateful),
                    flows_end=True),
    **{f"dark-{seconds}": without_paths("all paths dark", all_dark, seconds)
       for seconds in (5, 30)},
    **{f"unplugged-{seconds}": without_paths("all links down", all_down, seconds)
       for seconds in (5, 30)},
    "limit": in_vain("peer's limit is reached", full),
    "refused": in_vain("join refused", second(faults.reset)),
    "silent": in_vain("join unanswered", second(faults.black_hole)),
    "no-mptcp": in_vain("no MPTCP on the second path", second(faults.without_mptcp)),
    "prohibited": Case("prohibited (reason 3), 60 s", prohibited, 60, heals=False),
}
