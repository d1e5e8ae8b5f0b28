# SPDX-License-Identifier: BSD-3-Clause
"""The slowest of several subflows between the same addresses is replaced (the policy refresh). As
in a network that spreads flows by a hash, the port of a subflow decides how fast its path is."""

import socket
import threading
from typing import Iterator

import pytest

from expectations import describe, joins_sent, kernel_view
from lab import diag
from lab.namespace import IPPROTO_MPTCP
from lab.uplinks import Lab
from lab.waiting import FACTOR, wait_for

PORT = 5003
CHUNK = b"x" * 65536
SUBFLOWS = 3

#: Paths between which the low byte of a subflow's port decides: so many that two subflows hardly
#: ever share one, where the later one would be slow because it finds the queue full.
PATHS = 256
#: A busy machine tells little of a path, so what is slow here is very slow.
CONFIG = f"""[Rule default]
Policies=ndiffports refresh
[Policy ndiffports]
Subflows={SUBFLOWS}
AfterBytes=0
[Policy refresh]
Period=500ms
Threshold=20
MinRate=100000
"""

#: Two rounds, the join, and six seconds of draining.
REPLACED_BOUND = 15 + 3 * FACTOR


class Upload:
    """A connection from the lab's client that is kept full."""

    def __init__(self, lab: Lab) -> None:
        self._listener = lab.server.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
        self._listener.bind(("0.0.0.0", PORT))
        self._listener.listen()
        self._near = lab.client.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
        self._near.connect((lab.uplinks[0].server, PORT))
        self._far, _ = self._listener.accept()
        self.port: int = self._near.getsockname()[1]
        self.received = 0
        self._threads = [threading.Thread(target=run, daemon=True)
                         for run in (self._send, self._receive)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._near.shutdown(socket.SHUT_RDWR)
        self._far.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for end in (self._near, self._far, self._listener):
            end.close()

    def _send(self) -> None:
        try:
            while True:
                self._near.sendall(CHUNK)
        except OSError:
            pass  # closed

    def _receive(self) -> None:
        try:
            while data := self._far.recv(1 << 18):
                self.received += len(data)
        except OSError:
            pass


@pytest.fixture
def daemon(lab, make_daemon):
    return make_daemon(lab.client, CONFIG).start()


@pytest.fixture
def spread(lab, tmp_path) -> Lab:
    """What leaves by the first uplink goes by one of many equally fast paths."""
    link = lab.uplinks[0].link
    lines = [f"qdisc add dev {link} root handle 1: htb"]
    for path in range(PATHS):
        lines.append(f"class add {path_class(lab, path)} htb rate 14mbit")
        lines.append(f"filter add dev {link} parent 1: protocol ip u32 "
                     f"match ip sport {path} {PATHS - 1:#x} flowid 1:{path + 1:x}")
    batch = tmp_path / "tc"
    batch.write_text("\n".join(lines))
    lab.client.run("tc", "-batch", str(batch))
    return lab


def path_class(lab: Lab, port: int) -> str:
    """As tc names the path of a subflow from that port."""
    return f"dev {lab.uplinks[0].link} parent 1: classid 1:{port % PATHS + 1:x}"


def slow_down(lab: Lab, port: int) -> None:
    lab.client.run("tc", "class", "change", *path_class(lab, port).split(), "htb", "rate", "400kbit")


@pytest.fixture
def upload(spread, daemon) -> Iterator[Upload]:
    made = Upload(spread)
    wait_for(lambda: len(ports(spread, made)) == SUBFLOWS, f"{SUBFLOWS} subflows",
             otherwise=lambda: kernel_view(daemon))
    yield made
    made.close()


def ports(lab: Lab, upload: Upload) -> set[int]:
    return {s.local_port for s in diag.connection(lab.client, upload.port).subflows
            if s.established}


def test_a_slow_subflow_is_replaced_make_before_break(spread, daemon, upload):
    before = ports(spread, upload)
    slow = max(before - {upload.port})
    slow_down(spread, slow)
    fewest = SUBFLOWS
    gone: set[int] = set()

    def replaced() -> bool:
        nonlocal fewest, gone
        now = ports(spread, upload)
        fewest = min(fewest, len(now))
        gone = gone or before - now
        return slow not in now and len(now) >= SUBFLOWS
    wait_for(replaced, "another port instead of the slow one", REPLACED_BOUND,
             lambda: kernel_view(daemon))
    assert fewest == SUBFLOWS, "there were always as many as wanted"
    # Those that waited for what the slow one had to deliver may have looked slow then, too.
    assert gone == {slow}, "the slowest went first"
    sent = upload.received
    wait_for(lambda: upload.received > sent, "data flows", otherwise=lambda: describe(spread.client))


def test_equal_subflows_are_left_alone(spread, daemon, upload):
    before = ports(spread, upload)
    enough = upload.received + (20 << 20)  # four seconds at that rate: eight rounds
    wait_for(lambda: upload.received > enough, "20 MiB are carried", 30.0,
             lambda: kernel_view(daemon))
    assert ports(spread, upload) == before
    assert joins_sent(spread) == SUBFLOWS - 1
