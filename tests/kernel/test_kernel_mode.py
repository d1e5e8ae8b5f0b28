# SPDX-License-Identifier: BSD-3-Clause
"""Mode=kernel: the in-kernel path manager decides, by the endpoints and limits that the daemon keeps
for it."""

from dataclasses import dataclass

import pytest

from expectations import all_clients, kernel_view, wait_for_known, wait_for_locals
from lab import diag
from lab.waiting import wait_for

KERNEL = "[Daemon]\nMode=kernel\n"
IPV4 = "10.77."


@dataclass(frozen=True)
class Endpoint:
    """A line of `ip mptcp endpoint`."""

    address: str
    flags: frozenset[str]
    device: str | None


def endpoints(lab, beginning: str = IPV4) -> dict[int, Endpoint]:
    """By their ids."""
    found = {}
    for line in lab.client.run("ip", "mptcp", "endpoint", "show").splitlines():
        words = line.split()
        device = words[words.index("dev") + 1] if "dev" in words else None
        flags = frozenset(words) & {"subflow", "signal", "backup", "fullmesh", "laminar"}
        if words[0].startswith(beginning):
            found[int(words[words.index("id") + 1])] = Endpoint(words[0], flags, device)
    return found


def kept(lab, uplink, *flags: str) -> Endpoint:
    """What the daemon keeps for an uplink."""
    return Endpoint(uplink.client, frozenset({"subflow", *flags}), uplink.link)


def wait_for_endpoints(lab, daemon, *expected: Endpoint) -> dict[int, Endpoint]:
    def reached() -> dict[int, Endpoint] | None:
        found = endpoints(lab)
        return found if set(found.values()) == set(expected) else None
    # no endpoint at all is a result, too
    wait_for(lambda: reached() is not None, f"exactly the endpoints {expected}",
             otherwise=lambda: f"{endpoints(lab)}\n{kernel_view(daemon)}")
    return endpoints(lab)


def backups(lab, client) -> set[str]:
    """The addresses from where subflows of the connection are backup."""
    return {s.local for s in diag.connection(lab.client, client.port).joins() if s.backup}


def limits(lab) -> str:
    return lab.client.run("ip", "mptcp", "limits", "show").strip()


def reload(daemon, text: str) -> None:
    daemon.configure(text)
    assert daemon.ctl("reload").returncode == 0, daemon.said()


def test_links_become_endpoints_and_the_kernel_joins(lab, connect, make_daemon):
    first, second = lab.uplinks
    daemon = make_daemon(lab.client, KERNEL).start()
    wait_for_endpoints(lab, daemon, kept(lab, first), kept(lab, second))
    assert {e.address for e in endpoints(lab, "fd77").values()} == \
        {uplink.client6 for uplink in lab.uplinks}
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    lab.take_down(second)
    wait_for_endpoints(lab, daemon, kept(lab, first))
    wait_for_locals(daemon, client, {first.client})
    lab.bring_up(second)
    wait_for_endpoints(lab, daemon, kept(lab, first), kept(lab, second))
    wait_for_locals(daemon, client, all_clients(lab))
    client.exchange()
    assert "in-kernel endpoint 10.77.2.1 is removed: the link is down" in daemon.said()


def test_a_drained_link_carries_nothing_and_closes_nothing(lab, connect, make_daemon):
    first, second = lab.uplinks
    daemon = make_daemon(lab.client, KERNEL).start()
    wait_for_endpoints(lab, daemon, kept(lab, first), kept(lab, second))
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    assert daemon.ctl("link", "drain", second.link).returncode == 0
    wait_for_endpoints(lab, daemon, kept(lab, first), kept(lab, second, "backup"))
    wait_for(lambda: backups(lab, client) == {second.client}, "its subflow is backup", 10,
             lambda: kernel_view(daemon))
    assert daemon.ctl("link", "undrain", second.link).returncode == 0
    wait_for_endpoints(lab, daemon, kept(lab, first), kept(lab, second))
    wait_for(lambda: backups(lab, client) == set(), "it carries again", 10,
             lambda: kernel_view(daemon))
    wait_for_locals(daemon, client, all_clients(lab))


def test_views_leave_the_decision_to_the_kernel(lab, connect, make_daemon):
    daemon = make_daemon(lab.client, KERNEL + "[Rule mine]\nPolicies=fullmesh\n").start()
    status = daemon.show("status")
    assert (status["mode"], status["path_manager"]) == ("kernel", "kernel")
    assert f"{daemon.configuration}:3: warning: [Rule mine] has no effect" in daemon.said()
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    token = wait_for_known(daemon, client)["token"]
    assert daemon.connections()[int(token, 16)]["managed_by"] == "kernel"
    told = {path["local"].split(":")[0]: (path["by"], path["reason_code"])
            for path in daemon.show("explain", token)["paths"]}
    assert told == {lab.uplinks[0].client: ("core", "initial-subflow"),
                    lab.uplinks[1].client: ("kernel", "kernel-decides")}
    refused = daemon.ctl("subflow", "add", token, lab.uplinks[1].client)
    assert refused.returncode != 0 and "Mode=kernel" in refused.stderr
    examined = daemon.ctl("doctor", "--json")
    assert examined.returncode == 0, examined.stdout
    assert "older-connections" not in examined.stdout


def test_a_role_that_changes_sets_the_flag_and_closes_no_subflow(lab, connect, make_daemon):
    first, second = lab.uplinks
    daemon = make_daemon(lab.client, KERNEL).start()
    client = connect()
    before = wait_for_locals(daemon, client, all_clients(lab)).joins()
    ids = set(wait_for_endpoints(lab, daemon, kept(lab, first), kept(lab, second)))

    def backup() -> bool:
        return diag.connection(lab.client, client.port).joins()[0].backup

    reload(daemon, KERNEL + "[Link wan2]\nRole=backup\n")
    assert set(wait_for_endpoints(lab, daemon, kept(lab, first),
                                  kept(lab, second, "backup"))) == ids
    wait_for(backup, "the kernel tells the peer", otherwise=lambda: kernel_view(daemon))
    assert daemon.ctl("link", "set", "wan2", "primary").returncode == 0
    assert set(wait_for_endpoints(lab, daemon, kept(lab, first), kept(lab, second))) == ids
    wait_for(lambda: not backup(), "it is regular again", otherwise=lambda: kernel_view(daemon))
    after = diag.connection(lab.client, client.port).joins()
    assert [s.local_port for s in after] == [s.local_port for s in before], "the same subflow"


def test_endpoints_of_others_are_left_alone(lab, make_daemon):
    first, second = lab.uplinks
    lab.client.run("ip", "mptcp", "endpoint", "add", second.client, "signal")
    foreign = Endpoint(second.client, frozenset({"signal"}), None)
    daemon = make_daemon(lab.client, KERNEL).start()
    wait_for_endpoints(lab, daemon, kept(lab, first), foreign)
    assert "made by somebody else" in daemon.said()
    lab.take_down(second)
    lab.take_down(first)
    wait_for_endpoints(lab, daemon, foreign)
    reload(daemon, "")
    wait_for_endpoints(lab, daemon, foreign)
    assert daemon.stop() == 0


def test_an_endpoint_that_somebody_removed_comes_back_with_its_link_alone(lab, make_daemon):
    first, second = lab.uplinks
    daemon = make_daemon(lab.client, KERNEL).start()
    found = wait_for_endpoints(lab, daemon, kept(lab, first), kept(lab, second))
    removed = next(number for number, e in found.items() if e.device == second.link)
    lab.client.run("ip", "mptcp", "endpoint", "delete", "id", str(removed))
    added = lab.add_source(first, 11)
    wait_for_endpoints(lab, daemon, kept(lab, first),
                       Endpoint(added, frozenset({"subflow"}), first.link))
    lab.take_down(second)
    lab.bring_up(second)
    found = wait_for_endpoints(lab, daemon, kept(lab, first), kept(lab, second),
                               Endpoint(added, frozenset({"subflow"}), first.link))
    lab.client.run("ip", "mptcp", "endpoint", "flush")
    reload(daemon, KERNEL)
    assert set(wait_for_endpoints(lab, daemon, *found.values()).values()) == set(found.values())


def test_after_a_crash_it_knows_its_own(lab, connect, make_daemon):
    first, second = lab.uplinks
    daemon = make_daemon(lab.client, KERNEL).start()
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    before = wait_for_endpoints(lab, daemon, kept(lab, first), kept(lab, second))
    joins = diag.connection(lab.client, client.port).joins()
    daemon.kill()
    assert limits(lab) != "add_addr_accepted 0 subflows 2", "nobody was there to give them back"
    gone = lab.add_source(first, 12)
    lab.client.ip("addr", "delete", f"{second.client}/24", "dev", second.link)
    daemon.start()
    after = wait_for_endpoints(lab, daemon, kept(lab, first),
                               Endpoint(gone, frozenset({"subflow"}), first.link))
    kept_id = next(number for number, e in before.items() if e == kept(lab, first))
    assert after[kept_id] == kept(lab, first), "it was made anew, not taken over"
    wait_for(lambda: joins[0].local not in diag.connection(lab.client, client.port).locals(),
             "the subflow of the lost address ends", otherwise=lambda: kernel_view(daemon))
    assert daemon.stop() == 0
    assert limits(lab) == "add_addr_accepted 0 subflows 2"


def test_a_stop_leaves_endpoints_and_a_start_takes_them_over(lab, connect, make_daemon):
    lab.client.select_path_manager("userspace")
    daemon = make_daemon(lab.client, KERNEL).start()
    assert lab.client.path_manager() == "kernel"
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    before = endpoints(lab)
    assert daemon.stop() == 0, daemon.said()
    assert endpoints(lab) == before
    assert lab.client.path_manager() == "userspace"
    assert diag.connection(lab.client, client.port).locals() == all_clients(lab)
    daemon.configure("")
    daemon.start()
    wait_for_endpoints(lab, daemon)
    assert endpoints(lab, "fd77") == {}


def test_limits_are_raised_as_far_as_the_kernel_goes_and_given_back(lab, make_daemon):
    lab.client.run("ip", "mptcp", "limits", "set", "subflows", "1", "add_addr_accepted", "6")
    before = limits(lab)
    daemon = make_daemon(lab.client, KERNEL + "MaxSubflows=5\n").start()
    wait_for(lambda: limits(lab) == "add_addr_accepted 6 subflows 4", "raised, and never lowered",
             otherwise=lambda: limits(lab))
    reload(daemon, KERNEL + "MaxSubflows=254\n")
    most = limits(lab).split()
    assert most[1] == most[3] and int(most[1]) >= 8, "all that the kernel takes"
    assert "the kernel takes no more" in daemon.said() or most[1] == "253"
    reload(daemon, KERNEL + "MaxSubflows=3\n")
    assert limits(lab) == "add_addr_accepted 6 subflows 2"
    assert daemon.stop() == 0
    assert limits(lab) == before


def test_limits_that_somebody_changed_stay(lab, make_daemon):
    daemon = make_daemon(lab.client, KERNEL).start()
    lab.client.run("ip", "mptcp", "limits", "set", "subflows", "3", "add_addr_accepted", "1")
    assert daemon.stop() == 0
    assert limits(lab) == "add_addr_accepted 1 subflows 3"


def test_a_reload_changes_the_mode_both_ways(lab, connect, make_daemon):
    first, second = lab.uplinks
    daemon = make_daemon(lab.client).start()
    own = connect()
    wait_for_locals(daemon, own, all_clients(lab))
    reload(daemon, KERNEL + "EndpointFlags=subflow fullmesh\n")
    wait_for_endpoints(lab, daemon, kept(lab, first, "fullmesh"), kept(lab, second, "fullmesh"))
    assert lab.client.path_manager() == "kernel"
    foreign = connect()
    wait_for_locals(daemon, foreign, all_clients(lab))
    wait_for_locals(daemon, own, all_clients(lab))
    reload(daemon, "")
    wait_for_endpoints(lab, daemon)
    assert lab.client.path_manager() == "userspace"
    assert limits(lab) == "add_addr_accepted 0 subflows 2"
    wait_for_locals(daemon, connect(), all_clients(lab))
    assert daemon.stop() == 0
    assert lab.client.path_manager() == "kernel"


def test_the_kernel_is_told_to_refuse_with_its_own_words(lab, make_daemon):
    """The table is full: on Linux 6.18 it has room for eight, on later ones for 255."""
    first, second = lab.uplinks
    daemon = make_daemon(lab.client, KERNEL).start()
    wait_for_endpoints(lab, daemon, kept(lab, first), kept(lab, second))
    with pytest.raises(AssertionError):
        for number in range(1, 257):
            lab.client.run("ip", "mptcp", "endpoint", "add", f"10.88.{number}.1", "signal")
    added = lab.add_source(first, 13)
    wait_for(lambda: f"{added} (subflow) cannot be added: " in daemon.said(), "it is told",
             otherwise=daemon.said)
    lab.take_down(second)
    wait_for_endpoints(lab, daemon, kept(lab, first),
                       Endpoint(added, frozenset({"subflow"}), first.link))


def test_with_the_other_path_manager_selected_and_no_leave_to_change_that(lab, make_daemon):
    lab.client.select_path_manager("userspace")
    daemon = make_daemon(lab.client, KERNEL + "ManageSysctl=no\n")
    daemon.spawn()
    assert daemon.wait() == 77, daemon.said()
    assert "net.mptcp.path_manager=kernel" in daemon.said()
    assert endpoints(lab) == {} and limits(lab) == "add_addr_accepted 0 subflows 2"
