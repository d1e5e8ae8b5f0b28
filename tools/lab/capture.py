# SPDX-License-Identifier: BSD-3-Clause
"""Which connections and joins leave a namespace, seen on every link of it, loopback too."""

import ctypes
import ipaddress
import socket
import struct
from dataclasses import dataclass, field

from .namespace import Namespace

ETH_P_ALL = 3
SOL_PACKET = 263
PACKET_STATISTICS = 6
PACKET_OUTGOING = 4
SO_ATTACH_FILTER = 26
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
TIMESPEC = struct.Struct("=qq")
BUFFER = 64 << 20
SYN, ACK = 0x02, 0x10
OPTION_END, OPTION_NOP, OPTION_MPTCP = 0, 1, 30
SUBTYPE_MP_JOIN = 1

#: TCP segments with SYN, IPv4 or IPv6, as instructions of classic BPF: (code, jt, jf, k).
ONLY_SYNS = (
    (0x30, 0, 0, 0),                                   # A = version and header length
    (0x74, 0, 0, 4),
    (0x15, 0, 5, 4),                                   # IPv4?
    (0x30, 0, 0, 9), (0x15, 0, 9, socket.IPPROTO_TCP),
    (0xb1, 0, 0, 0), (0x50, 0, 0, 13),                 # A = flags behind the IPv4 header
    (0x45, 5, 6, SYN),
    (0x15, 0, 5, 6),                                   # IPv6?
    (0x30, 0, 0, 6), (0x15, 0, 3, socket.IPPROTO_TCP),
    (0x30, 0, 0, 40 + 13), (0x45, 0, 1, SYN),
    (0x06, 0, 0, 0xFFFF),
    (0x06, 0, 0, 0),
)


@dataclass(frozen=True)
class Syn:
    """The first segment of a TCP connection or of a join. Addresses are text; `at` is when the
    kernel sent it, in nanoseconds since the epoch."""

    link: str
    source: str
    source_port: int
    destination: str
    destination_port: int
    join: bool
    at: int = field(compare=False)


def _is_join(options: bytes) -> bool:
    offset = 0
    while offset + 2 < len(options) and options[offset] != OPTION_END:
        if options[offset] == OPTION_NOP:
            offset += 1
            continue
        if options[offset] == OPTION_MPTCP:
            return options[offset + 2] >> 4 == SUBTYPE_MP_JOIN
        offset += max(options[offset + 1], 2)
    return False


def _parse(link: str, packet: bytes, at: int) -> Syn | None:
    """Nothing for the answer to a SYN."""
    if packet[0] >> 4 == 4:
        segment = packet[(packet[0] & 0xF) * 4:]
        source, destination = packet[12:16], packet[16:20]
    else:
        segment = packet[40:]
        source, destination = packet[8:24], packet[24:40]
    if segment[13] & ACK:
        return None
    source_port, destination_port = struct.unpack_from(">HH", segment)
    return Syn(link, str(ipaddress.ip_address(source)), source_port,
               str(ipaddress.ip_address(destination)), destination_port,
               _is_join(segment[20:(segment[12] >> 4) * 4]), at)


class SynCapture:
    """Every SYN that the namespace sends from now on."""

    def __init__(self, namespace: Namespace) -> None:
        self._socket = namespace.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                        socket.htons(ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setblocking(False)
        self._filter()
        while self._receive() is not None:
            pass  # from before there was a filter
        self._seen: list[Syn] = []

    def _filter(self) -> None:
        program = b"".join(struct.pack("=HBBI", *instruction) for instruction in ONLY_SYNS)
        instructions = ctypes.create_string_buffer(program)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                                struct.pack("@HP", len(ONLY_SYNS), ctypes.addressof(instructions)))

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> "SynCapture":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def syns(self) -> list[Syn]:
        """All so far, none missing."""
        while (got := self._receive()) is not None:
            packet, at, (link, _, kind, _, _) = got
            syn = _parse(link, packet, at) if kind == PACKET_OUTGOING else None
            if syn is not None:
                self._seen.append(syn)
        dropped = struct.unpack("=II", self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
        assert dropped == 0, f"the capture lost {dropped} segments: its buffer is too small"
        return list(self._seen)

    def _receive(self) -> tuple[bytes, int, tuple] | None:
        """A packet, when it was sent, and where."""
        try:
            packet, told, _, link = self._socket.recvmsg(0xFFFF, 64)
        except BlockingIOError:
            return None
        seconds, nanoseconds = next((TIMESPEC.unpack(value) for level, kind, value in told
                                     if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS)),
                                    (0, 0))  # of a packet from before it was asked for
        return packet, seconds * 1_000_000_000 + nanoseconds, link

    def joins(self) -> list[Syn]:
        return [syn for syn in self.syns() if syn.join]

    def joins_to(self, *addresses: str) -> list[Syn]:
        return [syn for syn in self.joins() if syn.destination in addresses]
