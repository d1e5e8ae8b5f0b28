# SPDX-License-Identifier: BSD-3-Clause
"""Netlink messages: what the lab needs of it."""

import errno
import os
import socket
import struct
from typing import Iterator

NLM_F_REQUEST = 1
NLM_F_ACK = 4
NLM_F_DUMP = 0x300
NLMSG_ERROR = 2
NLMSG_DONE = 3
NLA_TYPE_MASK = 0x3FFF
NLA_F_NESTED = 0x8000
RECEIVE_SIZE = 1 << 20
SOL_NETLINK = 270
NETLINK_CAP_ACK, NETLINK_EXT_ACK = 10, 11
#: Of an ack that does not repeat the request: the error and the request's header.
ACK_SIZE = 4 + 16
NLMSGERR_ATTR_MSG = 1


class Refused(OSError):
    """The kernel answered a request with an error."""


def attribute(kind: int, payload: bytes) -> bytes:
    padding = b"\0" * (-len(payload) % 4)
    return struct.pack("=HH", 4 + len(payload), kind) + payload + padding


def nest(kind: int, *inner: bytes) -> bytes:
    return attribute(kind | NLA_F_NESTED, b"".join(inner))


def attributes(data: bytes) -> dict[int, bytes]:
    found = {}
    offset = 0
    while offset + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, offset)
        if length < 4:
            break
        found[kind & NLA_TYPE_MASK] = data[offset + 4:offset + length]
        offset += (length + 3) & ~3
    return found


def _messages(datagram: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + 16 <= len(datagram):
        length, kind = struct.unpack_from("=IH", datagram, offset)
        yield kind, datagram[offset + 16:offset + length]
        offset += (length + 3) & ~3


def _check(payload: bytes) -> None:
    error = -struct.unpack_from("=i", payload)[0] if len(payload) >= 4 else 0
    if error > 0:
        why = attributes(payload[ACK_SIZE:]).get(NLMSGERR_ATTR_MSG, b"").rstrip(b"\0").decode()
        raise Refused(error, f"{errno.errorcode.get(error, error)}: {os.strerror(error)}"
                             + (f" ({why})" if why else ""))


def _send(channel: socket.socket, kind: int, flags: int, payload: bytes) -> None:
    channel.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
    channel.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
    channel.send(struct.pack("=IHHII", 16 + len(payload), kind, NLM_F_REQUEST | flags, 1, 0)
                 + payload)


def dump(channel: socket.socket, kind: int, payload: bytes) -> Iterator[bytes]:
    """The payloads of a dump's messages."""
    _send(channel, kind, NLM_F_DUMP, payload)
    while True:
        for answer, body in _messages(channel.recv(RECEIVE_SIZE)):
            if answer in (NLMSG_DONE, NLMSG_ERROR):
                _check(body)
                return
            yield body


def ask(channel: socket.socket, kind: int, payload: bytes) -> bytes:
    """Sends one request and waits for its ack. Returns the answer before the ack, if any."""
    _send(channel, kind, NLM_F_ACK, payload)
    answered = b""
    while True:
        for answer, body in _messages(channel.recv(RECEIVE_SIZE)):
            if answer == NLMSG_ERROR:
                _check(body)
                return answered
            answered = body
