# SPDX-License-Identifier: BSD-3-Clause
"""The kernel's truth: MPTCP connections and their subflows, from inet_diag."""

import enum
import ipaddress
import os
import socket
import struct
from dataclasses import dataclass, field
from typing import Iterator

from .namespace import IPPROTO_MPTCP, Namespace
from .netlink import attribute, attributes, dump

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
INET_DIAG_REQ_PROTOCOL = 3
INET_DIAG_INFO = 2
INET_DIAG_ULP_INFO = 19
INET_ULP_INFO_MPTCP = 3
TCP_ESTABLISHED = 1
TCP_SYN_SENT = 2
LIVE_STATES = 1 << TCP_ESTABLISHED | 1 << TCP_SYN_SENT
MPTCP_INFO_TOKEN_OFFSET = 12
TCP_INFO_BYTES_RECEIVED_OFFSET = 128
SUBFLOW_TOKEN_LOC, SUBFLOW_FLAGS, SUBFLOW_ID_REM, SUBFLOW_ID_LOC = 2, 8, 9, 10


class Flag(enum.IntFlag):
    """MPTCP_SUBFLOW_FLAG_*"""

    MCAP_REM = 1
    MCAP_LOC = 2
    JOIN_REM = 4
    JOIN_LOC = 8
    BKUP_REM = 16
    BKUP_LOC = 32
    FULLY_ESTABLISHED = 64
    CONNECTED = 128
    MAPVALID = 256


@dataclass(frozen=True)
class Subflow:
    """Addresses are text, v4-mapped ones as IPv4; `local` is this namespace's end. `received` is
    how many bytes of data came by it."""

    local: str
    local_port: int
    remote: str
    remote_port: int
    local_id: int
    remote_id: int
    flags: Flag
    established: bool
    device: int
    received: int = field(default=0, compare=False)

    @property
    def initial(self) -> bool:
        return not self.flags & (Flag.JOIN_LOC | Flag.JOIN_REM)

    @property
    def backup(self) -> bool:
        """This side asked for backup."""
        return bool(self.flags & Flag.BKUP_LOC)


@dataclass
class Connection:
    """An MPTCP connection; `local` and `remote` are those of its initial subflow."""

    token: int
    local: str
    local_port: int
    remote: str
    remote_port: int
    subflows: list[Subflow] = field(default_factory=list)

    def locals(self) -> set[str]:
        """The local addresses that carry an established subflow."""
        return {subflow.local for subflow in self.subflows if subflow.established}

    def joins(self) -> list[Subflow]:
        """The established subflows beyond the initial one."""
        return [s for s in self.subflows if s.established and not s.initial]


@dataclass(frozen=True)
class _Row:
    state: int
    local: str
    local_port: int
    remote: str
    remote_port: int
    device: int
    attributes: dict[int, bytes]


def _address(family: int, data: bytes) -> str:
    if family == socket.AF_INET:
        return str(ipaddress.IPv4Address(data[:4]))
    address = ipaddress.IPv6Address(data)
    return str(address.ipv4_mapped or address)


def _request(family: int, protocol: int) -> bytes:
    """struct inet_diag_req_v2. Without INET_DIAG_INFO the kernel leaves out the ULP's part."""
    any_socket = struct.pack(">HH32s", 0, 0, b"") + struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
    header = struct.pack("=BBBxI", family, min(protocol, 255), 1 << (INET_DIAG_INFO - 1),
                         LIVE_STATES)
    return header + any_socket + attribute(INET_DIAG_REQ_PROTOCOL, struct.pack("=I", protocol))


def _row(message: bytes) -> _Row:
    """struct inet_diag_msg and its attributes."""
    family, state = message[0], message[1]
    local_port, remote_port = struct.unpack_from(">HH", message, 4)
    return _Row(state, _address(family, message[8:24]), local_port,
                _address(family, message[24:40]), remote_port,
                struct.unpack_from("=I", message, 40)[0], attributes(message[72:]))


def _rows(channel: socket.socket, protocol: int) -> Iterator[_Row]:
    for family in (socket.AF_INET, socket.AF_INET6):
        for message in dump(channel, SOCK_DIAG_BY_FAMILY, _request(family, protocol)):
            yield _row(message)


def _token(row: _Row) -> int:
    return struct.unpack_from("=I", row.attributes[INET_DIAG_INFO], MPTCP_INFO_TOKEN_OFFSET)[0]


def _received(row: _Row) -> int:
    return struct.unpack_from("=Q", row.attributes[INET_DIAG_INFO],
                              TCP_INFO_BYTES_RECEIVED_OFFSET)[0]


def _subflow(row: _Row) -> tuple[int, Subflow] | None:
    """The token and the subflow, or nothing for a socket that is no subflow."""
    ulp = attributes(row.attributes.get(INET_DIAG_ULP_INFO, b""))
    mptcp = attributes(ulp.get(INET_ULP_INFO_MPTCP, b""))
    if SUBFLOW_TOKEN_LOC not in mptcp:
        return None
    flags = Flag(struct.unpack("=I", mptcp[SUBFLOW_FLAGS])[0])
    subflow = Subflow(row.local, row.local_port, row.remote, row.remote_port,
                      mptcp[SUBFLOW_ID_LOC][0], mptcp[SUBFLOW_ID_REM][0], flags,
                      row.state == TCP_ESTABLISHED, row.device, _received(row))
    return struct.unpack("=I", mptcp[SUBFLOW_TOKEN_LOC])[0], subflow


def connections(namespace: Namespace) -> list[Connection]:
    """Every MPTCP connection that lives in the namespace, with its subflows."""
    with namespace.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as channel:
        found = {_token(row): Connection(_token(row), row.local, row.local_port, row.remote,
                                         row.remote_port)
                 for row in _rows(channel, IPPROTO_MPTCP)}
        for token, subflow in filter(None, map(_subflow, _rows(channel, socket.IPPROTO_TCP))):
            if token in found:
                found[token].subflows.append(subflow)
    return list(found.values())


def connection(namespace: Namespace, local_port: int) -> Connection:
    """The connection whose initial subflow has this local port."""
    for candidate in connections(namespace):
        if candidate.local_port == local_port:
            return candidate
    raise LookupError(f"no MPTCP connection from port {local_port} in {namespace.name}; "
                      f"{os.strerror(2)}")
