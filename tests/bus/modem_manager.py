# SPDX-License-Identifier: BSD-3-Clause
"""Something that looks like ModemManager on a daemon's bus, made with python-dbusmock."""

import contextlib
from typing import Iterator

import dbus

from managed_objects import ManagedObjects

NAME = "org.freedesktop.ModemManager1"
ROOT = "/org/freedesktop/ModemManager1"
MODEM = f"{NAME}.Modem"
MODEM_3GPP = f"{MODEM}.Modem3gpp"

HOME, SEARCHING, ROAMING, ROAMING_SMS_ONLY = 1, 2, 5, 7
PORT_NET, PORT_QMI = 2, 6


class ModemManager(ManagedObjects):
    """Modems with a network port, registered somewhere."""

    def __init__(self, address: str) -> None:
        super().__init__(address, NAME, ROOT)

    def add_modem(self, link: str, registration: int) -> str:
        """Returns its path."""
        path = f"{ROOT}/Modem/{link}"
        ports = dbus.Array([dbus.Struct((f"cdc-{link}", dbus.UInt32(PORT_QMI))),
                            dbus.Struct((link, dbus.UInt32(PORT_NET)))], signature="(su)")
        self.add(path, {MODEM: {"Ports": ports},
                        MODEM_3GPP: {"RegistrationState": dbus.UInt32(registration)}})
        return path

    def register(self, path: str, registration: int) -> None:
        self.change(path, MODEM_3GPP, {"RegistrationState": dbus.UInt32(registration)})

    def switch_off(self, path: str) -> None:
        """It is not registered anywhere, and says so no more."""
        self.withdraw(path, [MODEM_3GPP])


@contextlib.contextmanager
def running(address: str) -> Iterator[ModemManager]:
    manager = ModemManager(address)
    try:
        yield manager
    finally:
        manager.close()
