# SPDX-License-Identifier: BSD-3-Clause
"""Something that looks like NetworkManager on a daemon's bus, made with python-dbusmock."""

import contextlib
import os
import signal
import subprocess
import sys
from typing import Any, Iterator

import dbus
import dbus.bus

from lab.waiting import wait_for

NAME = "org.freedesktop.NetworkManager"
MANAGER_PATH = "/org/freedesktop/NetworkManager"
DEVICE = f"{NAME}.Device"
MOCK = "org.freedesktop.DBus.Mock"

DISCONNECTED = 30
PREPARING = 40
ACTIVATED = 100
DEACTIVATING = 110
METERED_YES, METERED_NO, METERED_GUESS_YES = 1, 2, 3
PORTAL, FULL = 2, 4
FLAG_DISABLED, FLAG_BACKUP = 0x1, 0x40


class NetworkManager:
    """Devices with properties, and profiles that say something."""

    def __init__(self, address: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dbusmock", "--session", "--is-object-manager", NAME,
             "/org/freedesktop", f"{NAME}.Root"],
            env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": address},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._bus = dbus.bus.BusConnection(address)
        wait_for(lambda: self._bus.name_has_owner(NAME), "the mock has its name",
                 otherwise=lambda: f"its status: {self._process.poll()}")
        self._add(MANAGER_PATH, NAME, {"ConnectivityCheckEnabled": True}, [])

    def close(self) -> None:
        self.resume()
        self._process.terminate()
        self._process.wait()
        self._bus.close()

    def hang(self) -> None:
        """From now on it is there and answers nothing."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)

    def _call(self, path: str, method: str, *arguments: Any) -> None:
        proxy = self._bus.get_object(NAME, path, introspect=False)
        dbus.Interface(proxy, MOCK).get_dbus_method(method)(*arguments)

    def _add(self, path: str, interface: str, properties: dict[str, Any],
             methods: list[tuple[str, str, str, str]]) -> None:
        self._call("/org/freedesktop", "AddObject", path, interface,
                   dbus.Dictionary(properties, signature="sv"),
                   dbus.Array(methods, signature="(ssss)"))
        self._emit("InterfacesAdded", "oa{sa{sv}}", [
            dbus.ObjectPath(path),
            dbus.Dictionary({interface: dbus.Dictionary(properties, signature="sv")},
                            signature="sa{sv}")])

    def _emit(self, name: str, signature: str, arguments: list[Any]) -> None:
        """What a real ObjectManager says by itself."""
        self._call("/org/freedesktop", "EmitSignal", "org.freedesktop.DBus.ObjectManager", name,
                   signature, dbus.Array(arguments, signature="v"))

    def add_device(self, link: str, role: str | None = None, flags: int = 0,
                   **properties: int) -> str:
        """A device whose profile is in force. Returns its path."""
        path = f"{MANAGER_PATH}/Devices/{link}"
        known = {"State": ACTIVATED, "Metered": 0, "Ip4Connectivity": FULL, "Ip6Connectivity": FULL,
                 **properties}
        data = {} if role is None else {"subflowd.role": role}
        answer = ("ret = (dbus.Dictionary({'connection': dbus.Dictionary({'mptcp-flags': "
                  f"dbus.UInt32({flags})}}, signature='sv'), 'user': dbus.Dictionary({{'data': "
                  f"dbus.Dictionary({data!r}, signature='ss')}}, signature='sv')}}, "
                  "signature='sa{sv}'), dbus.UInt64(1))")
        self._add(path, DEVICE,
                  {"IpInterface": link, **{key: dbus.UInt32(value) for key, value in known.items()}},
                  [("GetAppliedConnection", "u", "a{sa{sv}}t", answer)])
        return path

    def change(self, path: str, **properties: int) -> None:
        self._call(path, "UpdateProperties", DEVICE, dbus.Dictionary(
            {key: dbus.UInt32(value) for key, value in properties.items()}, signature="sv"))

    def check_connectivity(self, enabled: bool) -> None:
        self._call(MANAGER_PATH, "UpdateProperties", NAME, dbus.Dictionary(
            {"ConnectivityCheckEnabled": enabled}, signature="sv"))

    def remove_device(self, path: str) -> None:
        self._call("/org/freedesktop", "RemoveObject", path)
        self._emit("InterfacesRemoved", "oas", [dbus.ObjectPath(path),
                                                dbus.Array([DEVICE], signature="s")])


@contextlib.contextmanager
def running(address: str) -> Iterator[NetworkManager]:
    manager = NetworkManager(address)
    try:
        yield manager
    finally:
        manager.close()
