# SPDX-License-Identifier: BSD-3-Clause
"""A daemon under a service manager that keeps its descriptors from one run to the next, as
FileDescriptorStoreMax= has systemd do it."""

import os
import socket
import subprocess
from types import MappingProxyType
from typing import Mapping

from .daemon import Daemon

FIRST_DESCRIPTOR = 3
MESSAGE_SIZE, MOST_DESCRIPTORS = 4096, 4
#: Who passes descriptors says to whom, so that it is the shell that becomes the daemon.
SAY_TO_WHOM = 'LISTEN_PID=$$ exec "$@"'


class KeptDaemon(Daemon):
    """What the daemon wants kept is passed to the next one."""

    def __init__(self, *arguments: object, kept: Mapping[str, int] = MappingProxyType({})) -> None:
        super().__init__(*arguments)
        self._notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notifications.bind(str(self.directory / "notify"))
        self._notifications.setblocking(False)
        self._kept = {name: os.dup(descriptor) for name, descriptor in kept.items()}

    def close(self) -> None:
        super().close()
        self._notifications.close()
        for descriptor in self._kept.values():
            os.close(descriptor)

    def kept(self) -> dict[str, int]:
        """By name, and what has been told since."""
        while True:
            try:
                message, descriptors, _, _ = socket.recv_fds(self._notifications, MESSAGE_SIZE,
                                                             MOST_DESCRIPTORS)
            except BlockingIOError:
                return self._kept
            said = dict(line.split("=", 1) for line in message.decode().splitlines())
            if "FDSTOREREMOVE" in said and said["FDNAME"] in self._kept:
                os.close(self._kept.pop(said["FDNAME"]))
            for descriptor in descriptors:
                self._kept[said["FDNAME"]] = descriptor

    def spawn(self) -> None:
        kept = self.kept()
        environment = {**os.environ, "NOTIFY_SOCKET": str(self.directory / "notify"),
                       "LISTEN_FDS": str(len(kept)), "LISTEN_FDNAMES": ":".join(kept)}

        def pass_on() -> None:
            for place, descriptor in enumerate(kept.values(), FIRST_DESCRIPTOR):
                os.dup2(descriptor, place)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["sh", "-c", SAY_TO_WHOM, "sh", *self.command()], stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, env=environment, preexec_fn=pass_on,
                pass_fds=range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + len(kept)))
