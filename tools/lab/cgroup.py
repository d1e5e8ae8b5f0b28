# SPDX-License-Identifier: BSD-3-Clause
"""Control groups (cgroup v2) of one's own."""

import os
import pathlib

from .waiting import wait_for


def root() -> pathlib.Path | None:
    """Where cgroup v2 is mounted."""
    for place in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified"):
        if os.path.exists(f"{place}/cgroup.procs"):
            return pathlib.Path(place)
    return None


class ControlGroup:
    """One below the root, which goes with what processes made in it. These have to be gone."""

    def __init__(self, name: str) -> None:
        top = root()
        assert top is not None, "cgroup v2 is not mounted"
        self.path = top / name
        self.path.mkdir()

    def close(self) -> None:
        wait_for(self._removed, f"nobody is in {self.path} any more")

    def _removed(self) -> bool:
        try:
            for folder, _, _ in os.walk(self.path, topdown=False):
                os.rmdir(folder)
        except OSError:
            return False
        return True

    def __enter__(self) -> "ControlGroup":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def command(self, *command: str) -> list[str]:
        """The command line for a process that is in it from its beginning."""
        return ["sh", "-c", f'echo $$ > {self.path}/cgroup.procs && exec "$@"', "sh", *command]
