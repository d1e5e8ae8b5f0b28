# SPDX-License-Identifier: BSD-3-Clause
"""What applications sit through while paths break and heal: one short run of rows of
tools/compare-healing, which has the longer ones and the figures."""

import pytest

from lab.cases import CASES
from lab.crowd import lose_and_regain
from lab.healing import Outcome, Patience, measure
from lab.managers import Subflowd
from lab.waiting import FACTOR

#: What a loaded machine adds, in seconds, to what the daemon may take.
SLACK = 1.0 * FACTOR


def run(executables: dict[str, str], row: str) -> Outcome:
    outcome = measure(CASES[row],
                      lambda lab, standby: Subflowd(lab, executables, standby=standby),
                      Patience(again=30, settle=2))
    print(outcome)
    assert outcome.failure == ""
    return outcome


@pytest.mark.parametrize("row, bound", [
    ("reset", 3.0),        # the second wait in a row, 2 s, and half of it more
    ("rebinding", 1.5),    # the first
    ("flap", 1.0), ("renumbered", 1.0), ("gateway", 1.0),
])
def test_a_path_is_back_soon_and_the_other_carries_meanwhile(executables, row, bound):
    outcome = run(executables, row)
    assert max(outcome.again_up, outcome.again_down) < bound + SLACK
    assert max(outcome.ping_pong, outcome.up, outcome.down) < SLACK
    assert outcome.joins <= 3


def test_applications_carry_on_after_all_links_were_down(executables):
    outcome = run(executables, "unplugged-5")
    assert max(outcome.again_up, outcome.again_down) < 1.0 + SLACK
    assert max(outcome.ping_pong, outcome.up, outcome.down) < 1.0 + SLACK, "beyond the outage"


def test_many_connections_regain_a_link(executables):
    outcome = lose_and_regain(200, lambda lab, standby: Subflowd(lab, executables))
    print(outcome)
    assert (outcome.lacking, outcome.dead) == (0, 0)
    assert outcome.joins == 200, "one attempt for each was enough"
