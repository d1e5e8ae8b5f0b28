# SPDX-License-Identifier: BSD-3-Clause
"""A service with an object manager on a daemon's bus, made with python-dbusmock."""

import os
import signal
import subprocess
import sys
from typing import Any

import dbus
import dbus.bus

from lab.waiting import wait_for

MOCK = "org.freedesktop.DBus.Mock"
Properties = dict[str, Any]


class ManagedObjects:
    """Objects with properties, told as a real service tells them."""

    def __init__(self, address: str, name: str, root: str) -> None:
        self._name, self._root = name, root
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dbusmock", "--session", "--is-object-manager", name, root,
             f"{name}.Root"],
            env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": address},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._bus = dbus.bus.BusConnection(address)
        wait_for(lambda: self._bus.name_has_owner(name), "the mock has its name",
                 otherwise=lambda: f"its status: {self._process.poll()}")

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

    def call(self, path: str, method: str, *arguments: Any) -> None:
        proxy = self._bus.get_object(self._name, path, introspect=False)
        dbus.Interface(proxy, MOCK).get_dbus_method(method)(*arguments)

    def add(self, path: str, interfaces: dict[str, Properties],
            methods: list[tuple[str, str, str, str]] | None = None) -> None:
        """The methods are of the first interface."""
        (first, properties), *others = interfaces.items()
        self.call(self._root, "AddObject", path, first, _dictionary(properties),
                  dbus.Array(methods or [], signature="(ssss)"))
        for interface, more in others:
            self.call(path, "AddProperties", interface, _dictionary(more))
        self._emit("InterfacesAdded", "oa{sa{sv}}", [dbus.ObjectPath(path), dbus.Dictionary(
            {each: _dictionary(known) for each, known in interfaces.items()},
            signature="sa{sv}")])

    def change(self, path: str, interface: str, properties: Properties) -> None:
        self.call(path, "UpdateProperties", interface, _dictionary(properties))

    def emit(self, path: str, interface: str, name: str) -> None:
        """A signal without arguments."""
        self.call(path, "EmitSignal", interface, name, "", dbus.Array([], signature="v"))

    def remove(self, path: str, interfaces: list[str]) -> None:
        self.call(self._root, "RemoveObject", path)
        self.withdraw(path, interfaces)

    def withdraw(self, path: str, interfaces: list[str]) -> None:
        """The object has these no more."""
        self._emit("InterfacesRemoved", "oas", [dbus.ObjectPath(path),
                                                dbus.Array(interfaces, signature="s")])

    def _emit(self, name: str, signature: str, arguments: list[Any]) -> None:
        """What a real object manager says by itself."""
        self.call(self._root, "EmitSignal", "org.freedesktop.DBus.ObjectManager", name, signature,
                  dbus.Array(arguments, signature="v"))


def _dictionary(properties: Properties) -> dbus.Dictionary:
    return dbus.Dictionary(properties, signature="sv")
