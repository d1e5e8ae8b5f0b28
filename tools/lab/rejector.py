# SPDX-License-Identifier: BSD-3-Clause
"""A host that answers every TCP segment that comes by a link with MP_TCPRST (RFC 8684, section
3.6). Netfilter knows only the RST without it."""

import os
import selectors
import socket
import struct
import threading

from .capture import PACKET_OUTGOING
from .faults import rule
from .namespace import Namespace

ETH_P_IP = 0x0800
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10
OPTION_MPTCP, SUBTYPE_MP_TCPRST = 30, 8


def _sum(data: bytes) -> int:
    """The checksum of RFC 1071."""
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def answer(packet: bytes, reason: int) -> bytes | None:
    """The packet that resets, for the reason, the connection that an IPv4 packet belongs to.
    Nothing for what is no TCP, or an RST itself."""
    header = (packet[0] & 0xF) * 4
    if packet[9] != socket.IPPROTO_TCP or packet[header + 13] & RST:
        return None
    source, destination = packet[12:16], packet[16:20]
    sport, dport, sequence, acknowledged = struct.unpack_from(">HHII", packet, header)
    flags = packet[header + 13]
    length = struct.unpack_from(">H", packet, 2)[0] - header - (packet[header + 12] >> 4) * 4
    length += bool(flags & SYN) + bool(flags & FIN)
    option = bytes((OPTION_MPTCP, 4, SUBTYPE_MP_TCPRST << 4, reason))
    segment = struct.pack(
        ">HHIIBBHHH", dport, sport, acknowledged if flags & ACK else 0,
        (sequence + length) & 0xFFFFFFFF, 6 << 4, RST | ACK, 0, 0, 0) + option
    pseudo = destination + source + struct.pack(">BBH", 0, socket.IPPROTO_TCP, len(segment))
    checksum = struct.pack(">H", _sum(pseudo + segment))
    return _ip(destination, source) + segment[:16] + checksum + segment[18:]


def _ip(source: bytes, destination: bytes) -> bytes:
    """The kernel fills in length and checksum."""
    return struct.pack(">BBHHHBBH", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_TCP, 0) \
        + source + destination


class Rejector:
    """Its namespace itself gets nothing of what comes by the link. IPv4."""

    def __init__(self, namespace: Namespace, link: str, reason: int) -> None:
        self._reason = reason
        self._dropping = rule(namespace, "INPUT", "-i", link, "-p", "tcp", "-j", "DROP")
        self._dropping.__enter__()
        self._wire = namespace.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        self._wire.bind((link, ETH_P_IP))
        self._raw = namespace.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._wake, self._woken = os.pipe()
        self._thread = threading.Thread(target=self._reject, daemon=True)
        self._thread.start()

    def close(self) -> None:
        os.close(self._wake)
        self._thread.join()
        for end in (self._wire, self._raw):
            end.close()
        os.close(self._woken)
        self._dropping.__exit__(None, None, None)

    def __enter__(self) -> "Rejector":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _reject(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            selector.register(self._wire, selectors.EVENT_READ)
            while self._woken not in [key.fileobj for key, _ in selector.select()]:
                packet, (_, _, kind, *_) = self._wire.recvfrom(0xFFFF)
                answered = answer(packet, self._reason) if kind != PACKET_OUTGOING else None
                if answered is not None:
                    self._raw.sendto(answered, (socket.inet_ntoa(packet[12:16]), 0))
