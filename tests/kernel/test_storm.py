# SPDX-License-Identifier: BSD-3-Clause
"""After everything that can happen has happened: each connection has exactly the subflows that its
policies want, and what the daemon knows is what the kernel has. For minutes by hand, with
SUBFLOWD_STORM_SECONDS and SUBFLOWD_STORM_SEED."""

import os
import random
import time

import pytest

from expectations import kernel_view
from lab import diag
from lab.storm import Storm
from lab.uplinks import Lab
from lab.waiting import wait_for

SECONDS = float(os.environ.get("SUBFLOWD_STORM_SECONDS", "15"))
MOST = int(os.environ.get("SUBFLOWD_STORM_CONNECTIONS", "60"))

CONFIGURATION = """[Daemon]
ReceiveBuffer=16384
AuditInterval=1s
"""


def kernel_table(lab: Lab) -> dict[int, list[str]]:
    return {c.token: sorted(f"{s.local}:{s.local_port}" for s in c.subflows if s.established)
            for c in diag.connections(lab.client)}


def daemon_table(daemon) -> dict[int, list[str]]:
    return {token: sorted(s["local"] for s in entry["subflows"]
                          if s["state"] in ("up", "confirmed"))
            for token, entry in daemon.connections().items()}


def lacking(lab: Lab, storm: Storm) -> list[str]:
    """Connections that have not one subflow from each link, in words."""
    wanted = sorted(uplink.client for uplink in lab.uplinks)
    found = {c.local_port: sorted(s.local for s in c.subflows)
             for c in diag.connections(lab.client)}
    return [f"port {client.port}: {found.get(client.port)}" for client in storm.clients
            if found.get(client.port) != wanted]


@pytest.fixture
def lab():
    with Lab(3) as made:
        yield made


def test_after_a_storm_everything_is_as_it_should_be(echo, lab, make_daemon):
    seed = int(os.environ.get("SUBFLOWD_STORM_SEED", time.time_ns() % 1_000_000))
    print(f"SUBFLOWD_STORM_SEED={seed}")
    daemon = make_daemon(lab.client, CONFIGURATION).start()
    with Storm(lab, daemon, random.Random(seed), MOST) as storm:
        storm.rage(SECONDS)
        storm.abate()
        print(storm.counts)
        wait_for(lambda: not lacking(lab, storm), "one subflow from each link", 60,
                 lambda: f"{lacking(lab, storm)}\n{kernel_view(daemon)}")
        wait_for(lambda: daemon_table(daemon) == kernel_table(lab), "both know the same", 10,
                 lambda: f"{daemon_table(daemon)}\n{kernel_table(lab)}\n{daemon.said()}")
        for client in storm.clients:
            client.exchange()
        storm.note_audits()
        assert storm.audit_repairs == 0, "only an audit noticed what was missed"
    wait_for(lambda: daemon.connections() == {}, "the table ends empty", 30,
             lambda: kernel_view(daemon))
