# SPDX-License-Identifier: BSD-3-Clause
"""A machine whose uplinks its own NetworkManager configures, the real one."""

import shutil

from . import portal
from .machine import Machine
from .portal import CheckServer
from .uplinks import Lab, Uplink
from .waiting import wait_for

PROFILES = "/etc/NetworkManager/system-connections"

#: Without udev it takes every link for its own. It checks where links lead, and only then.
CONFIGURATION = f"""[main]
plugins=keyfile
no-auto-default=*
dns=none
rc-manager=unmanaged

[keyfile]
unmanaged-devices=none

[connectivity]
uri=http://{{server}}:{portal.PORT}/
response=NetworkManager is online
interval=3600
timeout=2
"""

PROFILE = """[connection]
id={uplink.link}
uuid=6f5d4c3b-0000-4000-8000-00000000000{uplink.number}
type=ethernet
interface-name={uplink.link}
{connection}

[ipv4]
method=manual
address1={uplink.client}/24,{uplink.server}

[ipv6]
method=disabled

[user]
{user}
"""


def obstacle() -> str | None:
    """Why there is no NetworkManager; nothing if there is."""
    missing = [each for each in ("NetworkManager", "nmcli") if shutil.which(each) is None]
    return f"needs {missing[0]}" if missing else None


class ManagedLab(Lab):
    """The client is the machine. Its NetworkManager has a profile for each uplink, of the uplink's
    name, and is not started."""

    #: The server's, and behind every uplink: one that is no private address.
    FAR = "9.9.9.9"

    def __init__(self, machine: Machine, count: int = 2) -> None:
        self.machine = machine
        super().__init__(count, client=machine.namespace())
        self.server.ip("addr", "add", f"{self.FAR}/32", "dev", "lo")
        self.check_server = CheckServer(self.server)
        machine.write("/etc/NetworkManager/conf.d/lab.conf",
                      CONFIGURATION.format(server=self.FAR))

    def close(self) -> None:
        self.machine.ask("systemctl", "stop", "NetworkManager")
        self.check_server.close()
        for uplink in self.uplinks:
            self.client.ip("link", "delete", uplink.link)
        super().close()
        for path in ("/etc/NetworkManager/conf.d/lab.conf", PROFILES, "/run/NetworkManager",
                     "/var/lib/NetworkManager"):
            self.machine.remove(path)
        self.machine.run("ip", "mptcp", "endpoint", "flush")

    def _connect(self, uplink: Uplink) -> None:
        self.client.ip("link", "add", uplink.link, "type", "veth",
                       "peer", "name", uplink.peer, "netns", self.server.name)
        self.server.ip("link", "set", uplink.peer, "up")
        self.server.ip("addr", "add", f"{uplink.server}/24", "dev", uplink.peer)
        self.write_profile(uplink)

    def write_profile(self, uplink: Uplink, connection: str = "", user: str = "") -> None:
        """With more lines in the sections of these names. NetworkManager has to be told."""
        path = f"{PROFILES}/{uplink.link}.nmconnection"
        self.machine.write(path, PROFILE.format(uplink=uplink, connection=connection, user=user))
        self.machine.run("chmod", "600", path)

    def start_manager(self) -> "ManagedLab":
        # By its name on the bus, which it has only while it is enabled.
        self.machine.run("systemctl", "enable", "--quiet", "NetworkManager-dispatcher")
        self.machine.run("systemctl", "start", "NetworkManager")
        self.wait_until_connected()
        return self

    def reset(self) -> None:
        """The profiles are as they were first, and in force, and nothing is in the way."""
        self.server.run("iptables", "-w", "-F", "INPUT")
        for uplink in self.uplinks:
            self.write_profile(uplink)
        self.nmcli("connection", "reload")
        for uplink in self.uplinks:
            self.nmcli("connection", "up", uplink.link)
        self.check_connectivity()

    def restart_manager(self) -> None:
        self.machine.run("systemctl", "restart", "NetworkManager")

    def nmcli(self, *arguments: str) -> str:
        return self.machine.run("nmcli", *arguments)

    def states(self) -> dict[str, str]:
        """What it says of each device."""
        lines = self.nmcli("-t", "-f", "DEVICE,STATE", "device").splitlines()
        return dict(line.split(":", 1) for line in lines)

    def is_connected(self) -> bool:
        found = self.states()
        return all(found.get(uplink.link) == "connected" for uplink in self.uplinks)

    def wait_until_connected(self) -> None:
        wait_for(self.is_connected, "NetworkManager has connected every uplink",
                 otherwise=self.states)

    def check_connectivity(self) -> None:
        self.nmcli("networking", "connectivity", "check")

    def endpoints(self) -> str:
        """Those of the in-kernel path manager."""
        return self.client.run("ip", "mptcp", "endpoint", "show")
