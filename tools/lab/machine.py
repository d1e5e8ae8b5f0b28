# SPDX-License-Identifier: BSD-3-Clause
"""A machine in namespaces: a real systemd with a journal and a D-Bus, over this host's files, which
an overlay protects, with what a build directory installs. No virtual machine is needed, only root."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
from typing import Any

from .cgroup import ControlGroup, root as control_group_root
from .namespace import Namespace
from .waiting import FACTOR, wait_for

COMMAND_SECONDS = 30.0

#: What a boot does before it hands over to systemd. The first argument is the root.
BOOT = r"""
set -e
root=$1
mount --make-rprivate /
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for place in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs "$root/$place"; done
chmod 1777 "$root/tmp"
for node in null zero full random urandom tty; do
    touch "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir -p "$root/dev/shm" "$root/dev/pts" "$root/run/lock"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ip link set lo up
export container=lab
exec chroot "$root" /lib/systemd/systemd --system --unit=lab.target \
    --log-target=journal --show-status=false </dev/null
"""

#: No more than what the daemon meets on every host.
TARGET = """[Unit]
Description=What the tests need
Requires=systemd-journald.service dbus.socket
After=systemd-journald.service dbus.socket
DefaultDependencies=no
"""

#: Units of this host that have no business in a laboratory.
MASKED = ("systemd-udevd.service", "systemd-tmpfiles-setup.service", "systemd-timesyncd.service")


def obstacle() -> str | None:
    """Why no machine can be made here; nothing if it can."""
    if os.geteuid() != 0:
        return "needs root: boots a machine in namespaces"
    if not os.access("/lib/systemd/systemd", os.X_OK):
        return "needs systemd"
    for program in ("unshare", "nsenter", "dbus-daemon", "meson", "systemd-sysusers"):
        if shutil.which(program) is None:
            return f"needs {program}"
    if not os.path.exists("/proc/sys/net/mptcp/enabled"):
        return "this kernel has no MPTCP"
    return None if control_group_root() else "needs cgroup v2"


class Machine:
    """Made from a build directory, booted, and gone at the end."""

    def __init__(self, build: pathlib.Path) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="subflowd-machine-")
        top = pathlib.Path(self._directory.name)
        self.root = top / "root"
        for name in ("root", "upper", "work"):
            (top / name).mkdir()
        self._run("mount", "-t", "overlay", "overlay", "-o",
                  f"lowerdir=/,upperdir={top / 'upper'},workdir={top / 'work'}", str(self.root))
        self._process: subprocess.Popen[bytes] | None = None
        self._group = ControlGroup(top.name)
        try:
            self._install(build)
            self._boot(top / "console")
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _run(*command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _install(self, build: pathlib.Path) -> None:
        self._run("meson", "install", "--quiet", "--no-rebuild", "-C", str(build), "--destdir",
                  str(self.root))
        units = self.root / "etc/systemd/system"
        (units / "lab.target").write_text(TARGET, encoding="ascii")
        for unit in MASKED:
            (units / unit).unlink(missing_ok=True)
            (units / unit).symlink_to("/dev/null")
        self._show_to_the_bus()
        self._run("chroot", str(self.root), "systemd-sysusers")
        (self.root / "etc/machine-id").write_text(32 * "1" + "\n", encoding="ascii")

    def _show_to_the_bus(self) -> None:
        """dbus-daemon does not look below /usr/local for who may own a name."""
        for policy in self.root.glob("usr/local/share/dbus-1/system.d/*.conf"):
            shutil.copy(policy, self.root / "etc/dbus-1/system.d")

    def _boot(self, console: pathlib.Path) -> None:
        with open(console, "wb") as output:
            self._process = subprocess.Popen(
                [*self._group.command("unshare"), "--cgroup", "--pid", "--mount", "--net", "--uts", "--ipc", "--fork",
                 "--kill-child", "bash", "-c", BOOT, "boot", str(self.root)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        wait_for(lambda: self._booted(), "the machine has booted", timeout=30,
                 otherwise=lambda: console.read_text(encoding="utf-8", errors="replace"))

    def _booted(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"the machine ended with status {self._process.returncode}")
        return (self._init() is not None and
                self.ask("systemctl", "is-active", "lab.target").stdout.strip() == "active")

    def _init(self) -> int | None:
        """The process that is the machine's first."""
        assert self._process is not None
        children = pathlib.Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        found = children.read_text(encoding="ascii").split()
        return int(found[0]) if found else None

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)  # and unshare takes its child along
            self._process.wait()
        wait_for(lambda: subprocess.run(["umount", "--recursive", str(self.root)], check=False,
                                        capture_output=True).returncode == 0,
                 "nothing uses the machine's files any more")
        self._group.close()
        self._directory.cleanup()

    def __enter__(self) -> "Machine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def namespace(self) -> Namespace:
        """The machine's network, for whoever is outside. To be closed."""
        return Namespace("machine", of_process=self._init())

    def command(self, *command: str) -> list[str]:
        """The command line for a process inside."""
        return ["nsenter", f"--target={self._init()}", "--cgroup", "--pid", "--mount", "--net",
                "--uts", "--ipc", "--root", "--wd", *command]

    def ask(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*command), capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=COMMAND_SECONDS * FACTOR)

    def run(self, *command: str) -> str:
        """What a command says that has to succeed."""
        done = self.ask(*command)
        assert done.returncode == 0, \
            f"{' '.join(command)}: status {done.returncode}\n{done.stdout}{done.stderr}" \
            f"\n{self.journal_text()}"
        return done.stdout

    def write(self, path: str, text: str) -> None:
        done = subprocess.run(
            self.command("sh", "-c", f'mkdir -p "$(dirname {path})" && cat >{path}'), input=text,
            text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr

    def remove(self, path: str) -> None:
        self.run("rm", "-rf", path)

    def show(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", unit, f"--property={name}", "--value").strip()

    def path_manager(self, *wrapper: str) -> str:
        """"kernel" or "userspace", as a process sees it that begins with other words."""
        found = self.ask(*wrapper, "sysctl", "-n", "net.mptcp.path_manager")
        if found.returncode == 0:
            return found.stdout.strip()
        older = self.run(*wrapper, "sysctl", "-n", "net.mptcp.pm_type").strip()
        return {"0": "kernel", "1": "userspace"}[older]

    def select_kernel(self) -> None:
        """As it is before anybody selected a path manager."""
        self.run("sh", "-c", "sysctl -q -w net.mptcp.path_manager=kernel 2>&1 || "
                             "sysctl -q -w net.mptcp.pm_type=0")

    def journal(self, *arguments: str) -> list[dict[str, Any]]:
        """The entries of the journal, oldest first."""
        lines = self.run("journalctl", "--output=json", "--quiet", *arguments).splitlines()
        return [json.loads(line) for line in lines]

    def journal_text(self) -> str:
        return self.ask("journalctl", "--no-pager", "--quiet", "--lines=80").stdout
