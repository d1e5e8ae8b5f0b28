# SPDX-License-Identifier: BSD-3-Clause
"""A path manager by hand: commands of the `mptcp_pm` generic-netlink family."""

import enum
import ipaddress
import socket
import struct

from .namespace import Namespace
from .netlink import SOL_NETLINK, ask, attribute, attributes, nest

NETLINK_GENERIC = 16
NETLINK_ADD_MEMBERSHIP = 1
GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY = 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_MCAST_GROUPS = 1, 2, 7
CTRL_ATTR_MCAST_GRP_NAME, CTRL_ATTR_MCAST_GRP_ID = 1, 2
CMD_ADD_ADDR, CMD_ANNOUNCE, CMD_REMOVE, CMD_SUBFLOW_CREATE = 1, 8, 9, 10
ATTR_ADDR, ATTR_TOKEN, ATTR_LOC_ID, ATTR_ADDR_REMOTE = 1, 4, 5, 6
ADDR_FAMILY, ADDR_ID, ADDR_ADDR4, ADDR_ADDR6, ADDR_PORT, ADDR_FLAGS = 1, 2, 3, 4, 5, 6
ADDR_IF_IDX = 7


class EndpointFlag(enum.IntFlag):
    """MPTCP_PM_ADDR_FLAG_*"""

    SIGNAL = 1
    SUBFLOW = 2
    BACKUP = 4
    FULLMESH = 8
    LAMINAR = 32


def _genl(command: int, payload: bytes) -> bytes:
    return struct.pack("=BBH", command, 1, 0) + payload


def _address(kind: int, text: str, *more: bytes) -> bytes:
    address = ipaddress.ip_address(text)
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    field = ADDR_ADDR4 if address.version == 4 else ADDR_ADDR6
    return nest(kind, attribute(ADDR_FAMILY, struct.pack("=H", family)),
                attribute(field, address.packed), *more)


def _resolve(channel: socket.socket) -> tuple[int, dict[str, int]]:
    """The number of the family mptcp_pm, and its multicast groups by name."""
    wanted = attribute(CTRL_ATTR_FAMILY_NAME, b"mptcp_pm\0")
    answer = ask(channel, GENL_ID_CTRL, _genl(CTRL_CMD_GETFAMILY, wanted))
    fields = attributes(answer[4:])
    groups = {}
    for entry in attributes(fields[CTRL_ATTR_MCAST_GROUPS]).values():
        group = attributes(entry)
        name = group[CTRL_ATTR_MCAST_GRP_NAME].rstrip(b"\0").decode()
        groups[name] = struct.unpack("=I", group[CTRL_ATTR_MCAST_GRP_ID])[0]
    return struct.unpack("=H", fields[CTRL_ATTR_FAMILY_ID])[0], groups


def listen() -> socket.socket:
    """Subscribes to `mptcp_pm_events` in the namespace of this thread."""
    channel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
    _, groups = _resolve(channel)
    channel.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, groups["mptcp_pm_events"])
    return channel


class PathManager:
    """Commands connections of a namespace that were made with path_manager=userspace."""

    def __init__(self, namespace: Namespace) -> None:
        self._channel = namespace.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self._family, _ = _resolve(self._channel)

    def close(self) -> None:
        self._channel.close()

    def __enter__(self) -> "PathManager":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, command: int, token: int, *attributes_: bytes) -> None:
        payload = attribute(ATTR_TOKEN, struct.pack("=I", token)) + b"".join(attributes_)
        ask(self._channel, self._family, _genl(command, payload))

    def create_subflow(self, token: int, local: tuple[str, int], remote: tuple[str, int]) -> None:
        """MPTCP_PM_CMD_SUBFLOW_CREATE from (address, id) to (address, port)."""
        self._ask(CMD_SUBFLOW_CREATE, token,
                  _address(ATTR_ADDR, local[0], attribute(ADDR_ID, struct.pack("=B", local[1]))),
                  _address(ATTR_ADDR_REMOTE, remote[0],
                           attribute(ADDR_PORT, struct.pack("=H", remote[1]))))

    def announce(self, token: int, address: str, identifier: int, port: int = 0) -> None:
        """MPTCP_PM_CMD_ANNOUNCE; without a port, on the connection's own."""
        more = [attribute(ADDR_PORT, struct.pack("=H", port))] if port != 0 else []
        self._ask(CMD_ANNOUNCE, token,
                  _address(ATTR_ADDR, address, attribute(ADDR_ID, struct.pack("=B", identifier)),
                           attribute(ADDR_FLAGS, struct.pack("=I", EndpointFlag.SIGNAL)), *more))

    def remove(self, token: int, identifier: int) -> None:
        """MPTCP_PM_CMD_REMOVE: withdraws what was announced."""
        self._ask(CMD_REMOVE, token, attribute(ATTR_LOC_ID, struct.pack("=B", identifier)))

    def add_endpoint(self, address: str, device: int, flags: EndpointFlag) -> None:
        """MPTCP_PM_CMD_ADD_ADDR: an endpoint for the in-kernel path manager. `ip mptcp` of Debian
        12 does not know every flag."""
        ask(self._channel, self._family, _genl(CMD_ADD_ADDR, _address(
            ATTR_ADDR, address, attribute(ADDR_FLAGS, struct.pack("=I", flags)),
            attribute(ADDR_IF_IDX, struct.pack("=i", device)))))
