# SPDX-License-Identifier: BSD-3-Clause
"""What a daemon says of its links' roles."""

from lab.daemon import Daemon
from lab.waiting import wait_for

PLAIN = ("primary", "default", False)


def said(daemon: Daemon, name: str) -> tuple[str, str, bool]:
    """The role of a link, who gave it, and whether it is metered."""
    link = next(each for each in daemon.show("links")["links"] if each["name"] == name)
    return link["role"], link["role_source"], link["metered"]


def wait_for_link(daemon: Daemon, name: str, expected: tuple[str, str, bool]) -> None:
    wait_for(lambda: said(daemon, name) == expected, f"{name} is {expected}",
             otherwise=lambda: f"{said(daemon, name)}\n{daemon.said()}")
