# SPDX-License-Identifier: BSD-3-Clause
"""Everything at once: connections come and go while links flap, paths swallow and reset, addresses
change, and the daemon is stopped, flooded, reloaded and killed."""

import contextlib
import random
import signal
import socket
import time

from . import faults
from .daemon import Daemon
from .traffic import PORT, Client
from .uplinks import Lab, Uplink

#: How long a link or a path stays broken, in seconds.
SHORTEST, LONGEST = 0.02, 3.0
PAUSE = 0.05
BURST = 60
OTHER_HOST = 99


class Storm:
    """What happens is chosen by `chance`. One uplink is left alone, and it may be another each
    time, so that every connection can live on."""

    def __init__(self, lab: Lab, daemon: Daemon, chance: random.Random, most: int) -> None:
        self.clients: list[Client] = []
        self.counts: dict[str, int] = {}
        self.audit_repairs = 0
        self._lab = lab
        self._daemon = daemon
        self._chance = chance
        self._most = most
        self._broken: list[tuple[float, Uplink, contextlib.ExitStack]] = []
        self._deeds = [(self._open, 12), (self._close, 8), (self._talk, 8), (self._break, 5),
                       (self._renumber, 1), (self._reload, 1), (self._overflow, 1),
                       (self._kill, 1)]

    def rage(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        deeds, weights = zip(*self._deeds)
        while time.monotonic() < end:
            self._heal(time.monotonic())
            deed = self._chance.choices(deeds, weights)[0]
            name = deed.__name__.removeprefix("_")
            self.counts[name] = self.counts.get(name, 0) + 1
            deed()
            time.sleep(self._chance.random() * PAUSE)

    def abate(self) -> None:
        """Heals everything. Every link goes and comes once more: what was refused may be tried
        again then."""
        self._heal(float("inf"))
        for uplink in self._lab.uplinks:
            with faults.down(self._lab, uplink):
                pass

    def close(self) -> None:
        self._heal(float("inf"))
        for client in self.clients:
            client.close()

    def __enter__(self) -> "Storm":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def note_audits(self) -> None:
        self.audit_repairs += self._daemon.show("status")["counts"]["audit_repairs"]

    def _intact(self) -> list[Uplink]:
        broken = {uplink.number for _, uplink, _ in self._broken}
        return [uplink for uplink in self._lab.uplinks if uplink.number not in broken]

    def _open(self) -> None:
        if len(self.clients) < self._most:
            uplink = self._chance.choice(self._intact())
            self.clients.append(Client(self._lab.client, uplink.server))

    def _close(self) -> None:
        """In good order, or by a reset."""
        if not self.clients:
            return
        client = self.clients.pop(self._chance.randrange(len(self.clients)))
        if self._chance.random() < 0.5:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()

    def _talk(self) -> None:
        """Sends without waiting for the echo, which may have no path for a while."""
        if self.clients:
            client = self._chance.choice(self.clients)
            with contextlib.suppress(BlockingIOError):
                client.send_ahead(b"x" * self._chance.randrange(1, 4000))

    def _break(self) -> None:
        intact = self._intact()
        if len(intact) < 2:
            return
        uplink = self._chance.choice(intact)
        how = self._chance.choice([faults.down, faults.black_hole, faults.reset,
                                   faults.unreachable])
        stack = contextlib.ExitStack()
        stack.enter_context(how(self._lab, uplink))
        until = time.monotonic() + self._chance.uniform(SHORTEST, LONGEST)
        self._broken.append((until, uplink, stack))

    def _heal(self, now: float) -> None:
        for due in [entry for entry in self._broken if entry[0] <= now]:
            self._broken.remove(due)
            due[2].close()

    def _renumber(self) -> None:
        """Another address for a moment."""
        uplink = self._chance.choice(self._intact())
        address = f"{uplink.network}{OTHER_HOST}/24"
        self._lab.client.ip("addr", "add", address, "dev", uplink.link)
        self._talk()
        self._lab.client.ip("addr", "delete", address, "dev", uplink.link)

    def _reload(self) -> None:
        reloaded = self._daemon.ctl("reload")
        assert reloaded.returncode == 0, reloaded.stderr

    def _overflow(self) -> None:
        """More events than the buffer holds, while nobody reads them."""
        self._daemon.signal(signal.SIGSTOP)
        try:
            address = self._chance.choice(self._intact()).server
            for client in [Client(self._lab.client, address) for _ in range(BURST)]:
                client.close()
        finally:
            self._daemon.signal(signal.SIGCONT)

    def _kill(self) -> None:
        self.note_audits()
        self._daemon.kill()
        for _ in range(self._chance.randrange(3)):
            self._open()
            self._close()
        self._daemon.start()
