# SPDX-License-Identifier: BSD-3-Clause
"""Path managers to compare, each as the host of a lab's client would have it."""

import contextlib
import pathlib

from .daemon import Daemon
from .pm import EndpointFlag, PathManager
from .uplinks import Lab, Uplink


def programs(build: pathlib.Path) -> dict[str, str]:
    """Where meson built what a Daemon needs."""
    return {"subflowd": str(build / "daemon" / "subflowd"),
            "subflowctl": str(build / "ctl" / "subflowctl")}


class InKernel:
    """The in-kernel path manager with an endpoint for each of the client's addresses; those on the
    standby link are backup."""

    def __init__(self, lab: Lab, flags: EndpointFlag = EndpointFlag.SUBFLOW,
                 standby: Uplink | None = None) -> None:
        self._lab = lab
        self._flags = flags
        self._standby = standby
        lab.client.run("ip", "mptcp", "limits", "set", "subflows", "8", "add_addr_accepted", "8")
        self._by_hand = PathManager(lab.client)
        for uplink in lab.uplinks:
            for address in (uplink.client, uplink.client6):
                self._add(uplink, address)

    def __enter__(self) -> "InKernel":
        return self

    def __exit__(self, *_: object) -> None:
        self._by_hand.close()

    def _add(self, uplink: Uplink, address: str) -> None:
        device = int(self._lab.client.ip("-o", "link", "show", "dev", uplink.link).split(":")[0])
        backup = EndpointFlag.BACKUP if uplink == self._standby else 0
        self._by_hand.add_endpoint(address, device, self._flags | backup)

    def renumbered(self, uplink: Uplink, old: str, new: str) -> None:
        """What who changes the address has to say, as NetworkManager does."""
        for line in self._lab.client.run("ip", "mptcp", "endpoint", "show").splitlines():
            address, _, identifier, *_ = line.split()
            if address == old:
                self._lab.client.run("ip", "mptcp", "endpoint", "delete", "id", identifier)
        self._add(uplink, new)


class Subflowd:
    """subflowd with a configuration, none by default."""

    def __init__(self, lab: Lab, executables: dict[str, str], config: str = "",
                 standby: Uplink | None = None) -> None:
        role = f"[Link {standby.link}]\nRole=backup\n" if standby is not None else ""
        self.daemon = Daemon(lab.client, executables, role + config)

    def __enter__(self) -> "Subflowd":
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.daemon)
            self.daemon.start()
            stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.daemon.close()

    def renumbered(self, uplink: Uplink, old: str, new: str) -> None:
        """It sees for itself."""
