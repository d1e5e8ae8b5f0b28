# SPDX-License-Identifier: BSD-3-Clause
"""The link of a modem that roams counts as metered, and nothing waits for ModemManager."""

import modem_manager as mm
import network_manager as nm
from lab import diag
from lab.daemon import Daemon
from lab.traffic import Client, EchoServer
from lab.waiting import wait_for
from link_roles import PLAIN, said, wait_for_link

ROAMS = ("backup", "ModemManager", True)


def test_a_modem_that_roams_is_for_bad_times(lab, begin):
    daemon = begin()
    with mm.running(daemon.bus.address) as manager, EchoServer(lab.server):
        path = manager.add_modem("wan2", mm.HOME)
        with Client(lab.client, lab.uplinks[0].server) as client:
            def priorities() -> list[bool]:
                return [s.backup for s in diag.connection(lab.client, client.port).joins()]
            wait_for(lambda: priorities() == [False], "the modem is used", otherwise=daemon.said)
            manager.register(path, mm.ROAMING)
            wait_for(lambda: priorities() == [True], "it is backup", otherwise=daemon.said)
            assert said(daemon, "wan2") == ROAMS
            shown = daemon.ctl("links").stdout
            assert "backup (ModemManager)" in shown and "up, metered" in shown
            manager.register(path, mm.HOME)
            wait_for(lambda: priorities() == [False], "it is as before", otherwise=daemon.said)
        assert said(daemon, "wan1") == said(daemon, "wan2") == PLAIN


def test_a_modem_that_is_switched_off_or_gone_roams_no_more(begin):
    daemon = begin()
    with mm.running(daemon.bus.address) as manager:
        path = manager.add_modem("wan1", mm.ROAMING)
        other = manager.add_modem("wan2", mm.ROAMING_SMS_ONLY)
        wait_for_link(daemon, "wan1", ROAMS)
        wait_for_link(daemon, "wan2", ROAMS)
        manager.switch_off(path)
        wait_for_link(daemon, "wan1", PLAIN)
        manager.remove(other, [mm.MODEM, mm.MODEM_3GPP])
        wait_for_link(daemon, "wan2", PLAIN)


def test_the_configuration_counts_for_more(begin):
    daemon = begin("[Link wan1]\nMetered=no\n[Link wan2]\nRole=standby\n")
    with mm.running(daemon.bus.address) as manager:
        manager.add_modem("wan1", mm.ROAMING)
        manager.add_modem("wan2", mm.ROAMING)
        wait_for_link(daemon, "wan2", ("standby", "config", True))
        assert said(daemon, "wan1") == PLAIN


def test_it_adds_to_what_network_manager_says(begin):
    daemon = begin()
    with mm.running(daemon.bus.address) as modems, nm.running(daemon.bus.address) as manager:
        manager.add_device("wan2", Metered=nm.METERED_NO)
        manager.add_device("wan1", role="backup")
        modems.add_modem("wan2", mm.ROAMING)
        wait_for_link(daemon, "wan2", ROAMS)
        wait_for_link(daemon, "wan1", ("backup", "NetworkManager", False))


def test_a_manager_that_goes_takes_its_word_along(begin):
    daemon = begin()
    with mm.running(daemon.bus.address) as manager:
        manager.add_modem("wan2", mm.ROAMING)
        wait_for_link(daemon, "wan2", ROAMS)
    wait_for_link(daemon, "wan2", PLAIN)


def test_a_manager_that_hangs_stops_nothing_and_may_be_late(lab, executables):
    daemon = Daemon(lab.client, executables)
    with daemon, mm.running(daemon.bus.address) as manager, EchoServer(lab.server):
        manager.add_modem("wan2", mm.ROAMING)
        manager.hang()
        daemon.start()
        with Client(lab.client, lab.uplinks[0].server) as client:
            wait_for(lambda: len(diag.connection(lab.client, client.port).joins()) == 1,
                     "the second link is used", otherwise=daemon.said)
        assert said(daemon, "wan2") == PLAIN
        manager.resume()
        wait_for_link(daemon, "wan2", ROAMS)
