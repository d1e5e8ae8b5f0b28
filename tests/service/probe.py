# SPDX-License-Identifier: BSD-3-Clause
"""What a program can do from inside of the unit's sandbox: runs in place of the daemon, and prints
for each attempt the name of the error, or nothing."""

import ctypes
import errno
import json
import os
import socket
import time

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
IPPROTO_MPTCP = 262
libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> None:
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), name)


def write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def read(path: str) -> None:
    with open(path, "rb") as file:
        file.read(1)


ATTEMPTS = {
    "read shadow": lambda: read("/etc/shadow"),
    "write below etc": lambda: write("/etc/subflowd-was-here", "x"),
    "write below usr": lambda: write("/usr/subflowd-was-here", "x"),
    "write below tmp of others": lambda: read("/tmp/of-others"),
    "list homes": lambda: os.listdir("/root"),
    "read memory": lambda: read("/dev/mem"),
    "read the kernel's log": lambda: read("/dev/kmsg"),
    "read another's process": lambda: read("/proc/1/environ"),
    "forward packets": lambda: write("/proc/sys/net/ipv4/ip_forward", "1"),
    "rename the host": lambda: socket.sethostname("other"),
    "set the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, 0),
    "open a packet socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "open a vsock": lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM),
    "make a user namespace": lambda: call("unshare", CLONE_NEWUSER),
    "make a network namespace": lambda: call("unshare", CLONE_NEWNET),
    "mount": lambda: call("mount", b"tmpfs", b"/mnt", b"tmpfs", 0, None),
    "change the root": lambda: os.chroot("/"),
    "become root": lambda: os.setuid(0),
    "signal others": lambda: os.kill(1, 0),
    "load a module": lambda: call("delete_module", b"none", 0),
    "trace itself": lambda: call("ptrace", 0, 0, 0, 0),
    # And what it needs.
    "choose the path manager": lambda: write("/proc/sys/net/mptcp/path_manager", "kernel"),
    "open netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16),
    "open mptcp": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP),
    "write its state": lambda: write("/run/subflowd/probe", "x"),
}


def outcome(attempt) -> str:
    try:
        attempt()
    except OSError as failure:
        return errno.errorcode.get(failure.errno, str(failure))
    return ""


print(json.dumps({name: outcome(attempt) for name, attempt in ATTEMPTS.items()}))
