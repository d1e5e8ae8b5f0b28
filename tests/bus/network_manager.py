# SPDX-License-Identifier: BSD-3-Clause
"""Something that looks like NetworkManager on a daemon's bus, made with python-dbusmock."""

import contextlib
from typing import Any, Iterator

import dbus

from managed_objects import ManagedObjects

NAME = "org.freedesktop.NetworkManager"
MANAGER_PATH = "/org/freedesktop/NetworkManager"
DEVICE = f"{NAME}.Device"
PROFILE = f"{NAME}.Settings.Connection"

DISCONNECTED = 30
PREPARING = 40
ACTIVATED = 100
DEACTIVATING = 110
METERED_YES, METERED_NO, METERED_GUESS_YES = 1, 2, 3
PORTAL, FULL = 2, 4
FLAG_DISABLED, FLAG_BACKUP = 0x1, 0x40


def _numbers(properties: dict[str, int]) -> dict[str, Any]:
    return {key: dbus.UInt32(value) for key, value in properties.items()}


def _profile(uuid: str, role: str | None, flags: int) -> str:
    """What a profile is, as an expression of the mock's."""
    data = {} if role is None else {"subflowd.role": role}
    return ("dbus.Dictionary({'connection': dbus.Dictionary({'mptcp-flags': "
            f"dbus.UInt32({flags}), 'uuid': {uuid!r}}}, signature='sv'), 'user': "
            f"dbus.Dictionary({{'data': dbus.Dictionary({data!r}, signature='ss')}}, "
            "signature='sv')}, signature='sa{sv}')")


class NetworkManager(ManagedObjects):
    """Devices with properties, and profiles that say something."""

    def __init__(self, address: str) -> None:
        super().__init__(address, NAME, "/org/freedesktop")
        self.add(MANAGER_PATH, {NAME: {"ConnectivityCheckEnabled": True, "Startup": False}})

    def add_device(self, link: str, role: str | None = None, flags: int = 0,
                   **properties: int) -> str:
        """A device whose profile is in force. Returns its path."""
        path = f"{MANAGER_PATH}/Devices/{link}"
        known = {"State": ACTIVATED, "Metered": 0, "Ip4Connectivity": FULL, "Ip6Connectivity": FULL,
                 **properties}
        answer = f"ret = ({_profile(link, role, flags)}, dbus.UInt64(1))"
        self.add(path, {DEVICE: {"IpInterface": link, **_numbers(known)}},
                 [("GetAppliedConnection", "u", "a{sa{sv}}t", answer)])
        return path

    def edit_profile(self, link: str, role: str) -> None:
        """The profile of a device is saved with another role, and not applied again."""
        path = f"{MANAGER_PATH}/Settings/{link}"
        self.add(path, {PROFILE: {}},
                 [("GetSettings", "", "a{sa{sv}}", f"ret = {_profile(link, role, 0)}")])
        self.emit(path, PROFILE, "Updated")

    def change_device(self, path: str, **properties: int) -> None:
        self.change(path, DEVICE, _numbers(properties))

    def check_connectivity(self, enabled: bool) -> None:
        self.change(MANAGER_PATH, NAME, {"ConnectivityCheckEnabled": enabled})

    def remove_device(self, path: str) -> None:
        self.remove(path, [DEVICE])


@contextlib.contextmanager
def running(address: str) -> Iterator[NetworkManager]:
    manager = NetworkManager(address)
    try:
        yield manager
    finally:
        manager.close()
