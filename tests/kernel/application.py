# SPDX-License-Identifier: BSD-3-Clause
"""An application in a process of its own: opens an MPTCP connection to an echo server, exchanges
data once, tells its port, and keeps the connection until its standard input ends."""

import socket
import sys

IPPROTO_MPTCP = 262


def main(address: str, port: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP) as connection:
        connection.connect((address, int(port)))
        connection.sendall(b"x")
        assert connection.recv(1) == b"x"
        print(connection.getsockname()[1], flush=True)
        sys.stdin.read()


main(*sys.argv[1:])
