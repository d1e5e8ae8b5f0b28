# SPDX-License-Identifier: BSD-3-Clause
"""The unit's sandbox holds, and leaves what the daemon needs."""

import json
import pathlib

NEEDED = {"choose the path manager", "open netlink", "open mptcp", "write its state"}
PROBE = pathlib.Path(__file__).with_name("probe.py")


def probed(machine, service) -> dict[str, str]:
    """What a program in the daemon's place could do."""
    machine.write("/usr/lib/subflowd-probe.py", PROBE.read_text(encoding="utf-8"))
    machine.write("/tmp/of-others", "x")
    service.override("[Service]\nType=oneshot\nBusName=\nWatchdogSec=0\nRestart=no\nExecStart=\n"
                     "ExecStart=/usr/bin/python3 /usr/lib/subflowd-probe.py\n"
                     "StandardOutput=truncate:/run/probe.json\n")
    service.start()
    return json.loads(machine.run("cat", "/run/probe.json"))


def test_the_sandbox_holds(machine, service):
    found = probed(machine, service)
    assert {name for name, error in found.items() if error == ""} == NEEDED, found
