# SPDX-License-Identifier: BSD-3-Clause
"""Links for bad times: standby links, metered ones, and limits of a link."""

import signal

from conftest import FULLMESH
from expectations import all_clients, describe, kernel_view, wait_for_joins, wait_for_locals
from lab import diag, faults
from lab.traffic import Chatter
from lab.waiting import FACTOR, wait_for, wait_until_still

STANDBY = "[Link wan2]\nRole=standby\n"
ACCEPTABLE_STALL_SECONDS = 2.0


def reload(daemon, text: str) -> None:
    daemon.configure(text)
    daemon.signal(signal.SIGHUP)


def begin(lab, connect, daemon):
    """A connection with the one subflow that a standby link leaves it."""
    client = connect()
    wait_for_known_reason(lab, daemon, client, "standby-rests")
    assert diag.connection(lab.client, client.port).locals() == {lab.uplinks[0].client}
    return client


def wait_for_known_reason(lab, daemon, client, code: str) -> None:
    token = f"{diag.connection(lab.client, client.port).token:#010x}"
    second = lab.uplinks[1].client

    def said() -> bool:
        asked = daemon.ctl("explain", token, "--json")
        return asked.returncode == 0 and any(
            path["reason_code"] == code for path in daemon.show("explain", token)["paths"]
            if path["local"].startswith(second))
    wait_for(said, f"explain says {code} of {second}", otherwise=lambda: kernel_view(daemon))


def link(daemon, name: str) -> dict:
    return next(each for each in daemon.show("links")["links"] if each["name"] == name)


def test_a_standby_link_takes_over_and_gives_back(lab, connect, make_daemon):
    first, second = lab.uplinks
    daemon = make_daemon(lab.client, STANDBY).start()
    client = begin(lab, connect, daemon)
    with Chatter(client) as chatter:
        lab.take_down(first)
        wait_for_locals(daemon, client, {second.client})
        before = chatter.exchanges
        wait_for(lambda: chatter.exchanges > before + 10, "data flows over the standby link",
                 otherwise=lambda: f"{chatter.failure}\n{kernel_view(daemon)}")
        lab.bring_up(first)
        wait_for_locals(daemon, client, all_clients(lab))
        wait_for(lambda: backup_from(lab, client, second.client),
                 "the standby sends nothing new", otherwise=lambda: kernel_view(daemon))
        wait_for_locals(daemon, client, {first.client}, timeout=30)
    assert chatter.failure is None
    assert chatter.longest_stall < ACCEPTABLE_STALL_SECONDS * FACTOR


def backup_from(lab, client, local: str) -> bool:
    found = diag.connection(lab.client, client.port).subflows
    return all(s.backup for s in found if s.local == local)


def test_a_standby_link_takes_over_from_a_path_that_swallows_everything(lab, connect, make_daemon):
    first, second = lab.uplinks
    daemon = make_daemon(lab.client, STANDBY).start()
    client = begin(lab, connect, daemon)
    with Chatter(client) as chatter:
        wait_for(lambda: chatter.exchanges > 10, "data flows")
        with faults.black_hole(lab, first):
            wait_for_joins(lab.client, client, 1)
            before = chatter.exchanges
            wait_for(lambda: chatter.exchanges > before + 10, "data flows over the standby link",
                     timeout=20, otherwise=lambda: f"{chatter.failure}\n{kernel_view(daemon)}")
            assert second.client in diag.connection(lab.client, client.port).locals()
        wait_for_locals(daemon, client, {first.client}, timeout=60)
    assert chatter.failure is None


def test_a_connection_that_began_on_the_standby_link_leaves_it(lab, connect, make_daemon):
    first, second = lab.uplinks
    daemon = make_daemon(lab.client, "[Link wan1]\nRole=standby\n").start()
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    wait_for_locals(daemon, client, {second.client}, timeout=20)
    client.exchange(b"still here")
    assert link(daemon, first.link)["role"] == "standby"


def test_a_reload_makes_a_link_a_standby_and_ends_that(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    reload(daemon, STANDBY)
    wait_for_locals(daemon, client, {lab.uplinks[0].client}, timeout=30)
    reload(daemon, "")
    wait_for_locals(daemon, client, all_clients(lab))


def test_a_metered_link_is_for_bad_times_unless_it_has_a_role(lab, connect, make_daemon):
    daemon = make_daemon(lab.client, "[Link wan2]\nMetered=yes\n").start()
    client = connect()
    assert wait_for_locals(daemon, client, all_clients(lab)).joins()[0].backup
    said = link(daemon, "wan2")
    assert (said["role"], said["role_source"], said["metered"]) == ("backup", "config", True)
    said = link(daemon, "wan1")
    assert (said["role"], said["role_source"], said["metered"]) == ("primary", "default", False)
    reload(daemon, "[Link wan2]\nMetered=yes\nRole=primary\n")
    wait_for(lambda: not diag.connection(lab.client, client.port).joins()[0].backup,
             "its subflow is regular", otherwise=lambda: kernel_view(daemon))
    assert link(daemon, "wan2")["metered"]


def test_a_link_has_no_more_subflows_of_a_connection_than_it_may(lab, connect, make_daemon):
    second = lab.uplinks[1]
    lab.server.run("ip", "mptcp", "endpoint", "add", second.server, "signal")
    limited = FULLMESH + "[Link wan2]\nMaxSubflows=1\n"
    daemon = make_daemon(lab.client, limited).start()
    client = connect()

    def over_second() -> int:
        joins = diag.connection(lab.client, client.port).joins()
        return sum(s.local == second.client for s in joins)

    wait_for_joins(lab.client, client, 2)
    wait_until_still(lambda: describe(lab.client), "no further subflow")
    assert over_second() == 1
    wait_for_known_reason(lab, daemon, client, "link-limit")
    reload(daemon, FULLMESH)
    wait_for(lambda: over_second() == 2, "both paths of the link are used",
             otherwise=lambda: kernel_view(daemon))
    reload(daemon, limited)
    wait_for(lambda: over_second() == 1, "one of them is retired", timeout=20,
             otherwise=lambda: kernel_view(daemon))
