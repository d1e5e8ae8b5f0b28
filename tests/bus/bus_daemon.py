# SPDX-License-Identifier: BSD-3-Clause
"""The daemon on a bus with the rules of a system bus and our policy file."""

import pathlib
import shutil
import subprocess

from lab.daemon import Bus, Daemon
from lab.namespace import Namespace
from lab.waiting import wait_for

SOURCE = pathlib.Path(__file__).resolve().parents[2]
NOBODY = 65534

#: What /usr/share/dbus-1/system.conf says, as far as it matters here: who may do what.
SYSTEM_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>{address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <policy user="root">
    <allow own="org.freedesktop.PolicyKit1"/>
    <allow send_destination="org.freedesktop.PolicyKit1"/>
  </policy>
  <include>{policy}</include>
</busconfig>
"""


class SystemBus(Bus):
    """A bus where everything is forbidden that systemd/org.subflowd1.conf does not allow."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.address = f"unix:path={directory / 'system-bus'}"
        config = directory / "system-bus.conf"
        config.write_text(SYSTEM_BUS.format(
            address=self.address, policy=SOURCE / "systemd" / "org.subflowd1.conf"),
            encoding="utf-8")
        self._process = subprocess.Popen(
            ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        wait_for((directory / "system-bus").exists, "dbus-daemon opens its socket",
                 otherwise=lambda: f"dbus-daemon's status: {self._process.poll()}")

    def stop(self) -> None:
        super().close()


class SharedBus(Bus):
    """Another daemon's bus, which stays when this daemon goes."""

    def __init__(self, bus: Bus) -> None:
        self.address = bus.address

    def close(self) -> None:
        pass


class BusDaemon(Daemon):
    """subflowd on a bus like the system's, its own or a shared one. Its directory is open to
    others."""

    def __init__(self, namespace: Namespace, executables: dict[str, str],
                 arguments: tuple[str, ...] = (), bus: SharedBus | None = None) -> None:
        super().__init__(namespace, executables, arguments=arguments)
        self.directory.chmod(0o755)
        self.bus.close()
        self.bus = bus or SystemBus(self.directory)

    def busctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["busctl", f"--address={self.bus.address}", *arguments],
                              capture_output=True, text=True, check=False)

    def nobodys_command(self, *command: str) -> list[str]:
        """Somebody without rights runs it in the namespace."""
        nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        return self.namespace.command(*nobody, *command)

    def as_nobody(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.nobodys_command(*command), cwd="/", stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)

    def nobodys_ctl(self, *arguments: str) -> list[str]:
        """subflowctl from where such a one can read it."""
        copy = self.directory / "subflowctl"
        if not copy.exists():
            shutil.copy(self._executables["subflowctl"], copy)
            copy.chmod(0o755)
        return self.nobodys_command(str(copy), "--bus", self.bus.address, *arguments)

    def ctl_as_nobody(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.nobodys_ctl(*arguments), cwd="/", stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
