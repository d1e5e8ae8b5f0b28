# SPDX-License-Identifier: BSD-3-Clause
"""Short runs of what tools/endure measures."""

from lab.endurance import burst, kills, sequence

SMALL_BUFFER = "[Daemon]\nReceiveBuffer=16384\n"


def test_a_burst_is_managed_though_events_are_lost(executables):
    outcome = burst(executables, 2000, SMALL_BUFFER)
    print(outcome)
    assert outcome.lacking == 0
    assert outcome.lost > 0, "the buffer did not overflow: nothing tested"


def test_connections_leave_nothing_behind(executables):
    uses = sequence(executables, 8000, 2000)
    assert uses[-1].resident <= 1.05 * uses[0].resident


def test_kills_cost_no_connection_anything(executables):
    outcome = kills(executables, 10, 50)
    print(outcome)
    assert (outcome.lacking, outcome.unknown, outcome.dead, outcome.denied) == (0, 0, 0, 0)
