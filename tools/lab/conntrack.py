# SPDX-License-Identifier: BSD-3-Clause
"""The flows that netfilter knows, over ctnetlink."""

import socket
import struct

from .namespace import Namespace
from .netlink import ask

NETLINK_NETFILTER = 12
NFNL_SUBSYS_CTNETLINK = 1
IPCTNL_MSG_CT_DELETE = 2


def forget_flows(namespace: Namespace) -> None:
    """Forgets every flow of the namespace, as `conntrack -F` does."""
    kind = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE
    with namespace.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as channel:
        channel.connect((0, 0))
        ask(channel, kind, struct.pack("=BBH", socket.AF_UNSPEC, 0, 0))
