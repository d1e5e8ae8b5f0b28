# SPDX-License-Identifier: BSD-3-Clause
"""What NetworkManager says of links counts, and nothing waits for it."""

import signal

import network_manager as nm
from lab import diag
from lab.daemon import Daemon
from lab.traffic import Client, EchoServer
from lab.waiting import wait_for
from link_roles import PLAIN, said, wait_for_link

BY_MANAGER = "NetworkManager"


def test_a_metered_link_is_for_bad_times(begin):
    daemon = begin()
    with nm.running(daemon.bus.address) as manager:
        path = manager.add_device("wan2", Metered=nm.METERED_GUESS_YES)
        wait_for_link(daemon, "wan2", ("backup", BY_MANAGER, True))
        assert said(daemon, "wan1") == PLAIN
        shown = daemon.ctl("links").stdout
        assert "backup (NetworkManager)" in shown and "up, metered" in shown
        manager.change_device(path, Metered=nm.METERED_NO)
        wait_for_link(daemon, "wan2", PLAIN)


def test_a_profile_names_the_role_of_its_link(begin):
    daemon = begin()
    with nm.running(daemon.bus.address) as manager:
        manager.add_device("wan1", role="standby", Metered=nm.METERED_YES)
        manager.add_device("wan2", role="nonsense")
        wait_for_link(daemon, "wan1", ("standby", BY_MANAGER, True))
        assert said(daemon, "wan2") == PLAIN


def test_a_profile_counts_from_its_activation_to_its_end(begin):
    daemon = begin()
    with nm.running(daemon.bus.address) as manager:
        path = manager.add_device("wan2", role="backup", State=nm.DISCONNECTED)
        manager.add_device("wan1", role="backup")
        wait_for_link(daemon, "wan1", ("backup", BY_MANAGER, False))
        assert said(daemon, "wan2") == PLAIN
        manager.change_device(path, State=nm.PREPARING)
        wait_for_link(daemon, "wan2", ("backup", BY_MANAGER, False))
        manager.change_device(path, State=nm.DEACTIVATING)
        manager.change_device(path, State=nm.DISCONNECTED)
        wait_for_link(daemon, "wan2", PLAIN)


def test_a_profile_that_is_edited_counts_at_once(begin):
    daemon = begin()
    with nm.running(daemon.bus.address) as manager:
        manager.add_device("wan1")
        manager.add_device("wan2", role="backup")
        wait_for_link(daemon, "wan2", ("backup", BY_MANAGER, False))
        manager.edit_profile("wan2", "standby")
        wait_for_link(daemon, "wan2", ("standby", BY_MANAGER, False))
        assert said(daemon, "wan1") == PLAIN


def test_the_configuration_counts_for_more(begin):
    daemon = begin("[Link wan2]\nRole=primary\nMetered=no\n")
    with nm.running(daemon.bus.address) as manager:
        manager.add_device("wan1", role="backup")
        manager.add_device("wan2", role="ignore", Metered=nm.METERED_YES)
        wait_for_link(daemon, "wan1", ("backup", BY_MANAGER, False))
        assert said(daemon, "wan2") == ("primary", "config", False)


def test_flags_for_the_in_kernel_path_manager_are_imported_unless_they_should_not(begin):
    daemon = begin()
    with nm.running(daemon.bus.address) as manager:
        manager.add_device("wan1", flags=nm.FLAG_DISABLED)
        manager.add_device("wan2", flags=nm.FLAG_BACKUP)
        wait_for_link(daemon, "wan1", ("ignore", BY_MANAGER, False))
        wait_for_link(daemon, "wan2", ("backup", BY_MANAGER, False))
        daemon.configure("[Daemon]\nImportNetworkManagerFlags=no\n")
        daemon.signal(signal.SIGHUP)
        wait_for_link(daemon, "wan1", PLAIN)
        wait_for_link(daemon, "wan2", PLAIN)


def test_a_manager_that_was_there_before_is_heard(lab, begin, executables):
    daemon = Daemon(lab.client, executables)
    with daemon, nm.running(daemon.bus.address) as manager:
        manager.add_device("wan2", role="backup")
        daemon.start()
        wait_for_link(daemon, "wan2", ("backup", BY_MANAGER, False))


def test_a_manager_that_goes_takes_its_word_along_after_a_while_and_another_gives_its_own(begin):
    daemon = begin()
    with nm.running(daemon.bus.address) as manager:
        path = manager.add_device("wan1", role="backup")
        manager.add_device("wan2", role="backup")
        wait_for_link(daemon, "wan2", ("backup", BY_MANAGER, False))
        manager.remove_device(path)
        wait_for_link(daemon, "wan1", PLAIN)
    assert said(daemon, "wan2") == ("backup", BY_MANAGER, False), "it may only be restarting"
    wait_for_link(daemon, "wan2", PLAIN)
    with nm.running(daemon.bus.address) as manager:
        manager.add_device("wan1", role="backup")
        wait_for_link(daemon, "wan1", ("backup", BY_MANAGER, False))
        assert said(daemon, "wan2") == PLAIN


def test_a_manager_that_hangs_stops_nothing(lab, executables):
    daemon = Daemon(lab.client, executables)
    with daemon, nm.running(daemon.bus.address) as manager, EchoServer(lab.server):
        manager.add_device("wan2", role="backup")
        manager.hang()
        daemon.start()
        with Client(lab.client, lab.uplinks[0].server) as client:
            wait_for(lambda: len(diag.connection(lab.client, client.port).joins()) == 1,
                     "the second link is used", otherwise=daemon.said)
        assert said(daemon, "wan2") == PLAIN
        manager.resume()
        wait_for_link(daemon, "wan2", ("backup", BY_MANAGER, False))


def test_traffic_leaves_a_link_that_is_about_to_go_down(lab, begin):
    daemon = begin("[Link wan2]\nRole=standby\n")
    with nm.running(daemon.bus.address) as manager, EchoServer(lab.server):
        path = manager.add_device("wan1")
        wait_for(lambda: daemon.ctl("status").returncode == 0, "the daemon answers")
        with Client(lab.client, lab.uplinks[0].server) as client:
            def subflows() -> dict[str, bool]:
                found = diag.connection(lab.client, client.port)
                return {s.local: s.backup for s in found.subflows if s.established}
            assert subflows() == {lab.uplinks[0].client: False}
            manager.change_device(path, State=nm.DEACTIVATING)
            wait_for(lambda: subflows() == {lab.uplinks[0].client: True,
                                            lab.uplinks[1].client: False},
                     "the other link carries, and the leaving one only in need",
                     otherwise=lambda: f"{subflows()}\n{daemon.said()}")
            manager.change_device(path, State=nm.ACTIVATED)
            wait_for(lambda: subflows().get(lab.uplinks[0].client) is False,
                     "the link is as good as before", otherwise=daemon.said)
            client.exchange()
