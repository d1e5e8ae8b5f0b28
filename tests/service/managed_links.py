# SPDX-License-Identifier: BSD-3-Clause
"""What tests with a real NetworkManager look at."""

import time
from typing import Callable

from lab import diag
from lab.managed import ManagedLab
from lab.stream import Stream
from lab.traffic import Client
from lab.uplinks import Uplink
from lab.waiting import FACTOR, wait_for
from service import Service

#: How long an application may sit through silence because of what an administrator does.
SHORT = 0.1 * FACTOR

#: Arrivals that show that data flows.
MANY = 50


def known(service: Service) -> dict[str, dict]:
    """The uplinks, as the daemon shows them."""
    return {link["name"]: link for link in service.view("links")["links"]
            if link["name"].startswith("wan")}


def said(service: Service, uplink: Uplink) -> tuple[str, str, bool]:
    """The role of a link, who gave it, and whether it is metered."""
    link = known(service)[uplink.link]
    return link["role"], link["role_source"], link["metered"]


def subflows(lab: ManagedLab, client: Client) -> dict[str, str]:
    """By local address, what the kernel has of the connection."""
    return {s.local: "backup" if s.backup else "regular"
            for s in diag.connection(lab.client, client.port).subflows if s.established}


def wait_for_subflows(lab: ManagedLab, client: Client, expected: dict[Uplink, str]) -> None:
    wanted = {uplink.client: priority for uplink, priority in expected.items()}
    wait_for(lambda: subflows(lab, client) == wanted, f"the subflows are {wanted}",
             otherwise=lambda: f"{subflows(lab, client)}\n{lab.machine.journal_text()}")


def priorities_sent(lab: ManagedLab) -> int:
    return lab.client.mib()["MPPrioTx"]


def longest_gap(lab: ManagedLab, disturb: Callable[[], object]) -> float:
    """What the applications at both ends of a busy connection sat through meanwhile, in seconds."""
    lab.slow_down("20mbit")
    try:
        with Stream(lab.client, lab.server, lab.FAR) as stream:
            return _longest_gap(lab, stream, disturb)
    finally:
        lab.speed_up()


def _longest_gap(lab: ManagedLab, stream: Stream, disturb: Callable[[], object]) -> float:
    def goes_on(since: int) -> bool:
        return min(stream.up.count, stream.down.count) > since + MANY

    wait_for(lambda: len(diag.connection(lab.client, stream.port).locals()) == 2 and goes_on(0),
             "there are two subflows, and it flows")
    stream.up.forget()
    stream.down.forget()
    disturb()
    now = max(stream.up.count, stream.down.count)
    wait_for(lambda: goes_on(now), "it flows on", otherwise=lab.machine.journal_text)
    assert stream.failure is None
    end = time.monotonic()
    return max(stream.up.longest(end), stream.down.longest(end))
