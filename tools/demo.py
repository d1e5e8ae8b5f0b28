# SPDX-License-Identifier: BSD-3-Clause
"""The story of one connection over two uplinks, told by subflowctl and by the kernel (ss)."""

import pathlib
import signal
import sys

from lab import diag
from lab.daemon import Daemon
from lab.traffic import Chatter, Client, EchoServer
from lab.uplinks import Lab
from lab.waiting import wait_for


def say(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n# {text}", flush=True)


def show(title: str, output: str) -> None:
    print(f"  $ {title}")
    for line in output.splitlines():
        print(f"    {line.rstrip()}")
    sys.stdout.flush()


class Story:
    def __init__(self, lab: Lab, daemon: Daemon, client: Client) -> None:
        self._lab = lab
        self._daemon = daemon
        self._client = client

    def subflowctl(self, *arguments: str) -> None:
        asked = self._daemon.ctl(*arguments)
        show(f"subflowctl {' '.join(arguments)}", asked.stdout + asked.stderr)

    def kernel(self) -> None:
        """The kernel's own list: the MPTCP socket, and its subflows as TCP sockets."""
        show("ss -HMni", self._lab.client.run("ss", "-HMni", "state", "established"))
        show("ss -Htn", self._lab.client.run("ss", "-Htn", "state", "established"))

    def wait_for_paths(self, count: int) -> None:
        wait_for(lambda: len(diag.connection(self._lab.client, self._client.port).locals())
                 == count, f"the connection has {count} subflows", otherwise=self._daemon.said)

    def tell(self) -> None:
        say("An application opened one connection, over wan1. subflowd added a subflow on wan2.")
        self.wait_for_paths(2)
        self.subflowctl("list")
        self.kernel()
        say("wan2 goes down. Its subflow goes, the peer is told, data flows on over wan1.")
        self._lab.take_down(self._lab.uplinks[1])
        self.wait_for_paths(1)
        self.subflowctl("list")
        token = f"{diag.connection(self._lab.client, self._client.port).token:#010x}"
        self.subflowctl("explain", token)
        say("wan2 comes back, and so does the subflow, by itself.")
        self._lab.bring_up(self._lab.uplinks[1])
        self.wait_for_paths(2)
        self.subflowctl("list")
        say("wan1 goes down, where the connection began. It lives on, over wan2.")
        self._lab.take_down(self._lab.uplinks[0])
        self.wait_for_paths(1)
        self.subflowctl("list")
        self.kernel()
        self._lab.bring_up(self._lab.uplinks[0])
        self.wait_for_paths(2)


def play(build: pathlib.Path) -> None:
    executables = {"subflowd": str(build / "daemon" / "subflowd"),
                   "subflowctl": str(build / "ctl" / "subflowctl")}
    with Lab() as lab, EchoServer(lab.server), Daemon(lab.client, executables) as daemon:
        say("Two namespaces: a client with the uplinks wan1 and wan2, and a server. subflowd "
            "starts\nin the client's, with no configuration at all.")
        daemon.start()
        Story(lab, daemon, None).subflowctl("status")
        with Client(lab.client, lab.uplinks[0].server) as client, Chatter(client) as chatter:
            Story(lab, daemon, client).tell()
            wait_for(lambda: chatter.exchanges > 0, "data flows")
        say(f"Both links are back. The application exchanged data {chatter.exchanges} times "
            f"meanwhile; its longest wait\nwas {chatter.longest_stall * 1000:.0f} ms, and it "
            "noticed nothing else." if chatter.failure is None
            else f"The application failed: {chatter.failure}")
        if chatter.failure is not None:
            raise SystemExit(1)
        daemon.stop()


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    play(pathlib.Path(sys.argv[1]).resolve())


if __name__ == "__main__":
    main()
