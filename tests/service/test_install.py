# SPDX-License-Identifier: BSD-3-Clause
"""What `meson install` puts where, and that uninstalling leaves nothing."""

import json
import pathlib
import re
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[2]

PROGRAMS = {"bin/subflowctl", "sbin/subflowd"}
POLICIES = {"announce", "fullmesh", "lb-client", "ndiffports", "reestablish",
            "refresh"}
PAGES = {"man1/subflowctl.1", "man5/subflowd.conf.5", "man7/subflowd-policies.7",
         "man8/subflowd.8"}
UNITS = {"subflowd.service", "subflowd@.service", "subflowd-restore.service",
         "subflowd-restore@.service"}
SHARED = {"bash-completion/completions/subflowctl", "zsh/site-functions/_subflowctl",
          "fish/vendor_completions.d/subflowctl.fish",
          "dbus-1/interfaces/org.subflowd1.Manager.xml", "dbus-1/interfaces/org.subflowd1.Link.xml",
          "dbus-1/interfaces/org.subflowd1.Policy.xml", "dbus-1/system.d/org.subflowd1.conf",
          "dbus-1/system-services/org.subflowd1.service", "polkit-1/actions/org.subflowd1.policy"}


def options(build: pathlib.Path) -> dict[str, str]:
    asked = subprocess.run(["meson", "introspect", "--buildoptions", str(build)],
                           capture_output=True, text=True, check=True)
    return {option["name"]: str(option["value"]) for option in json.loads(asked.stdout)}


def expected(build: pathlib.Path) -> set[str]:
    chosen = options(build)
    prefix = pathlib.PurePath(chosen["prefix"].lstrip("/"))
    libraries = prefix / chosen["libdir"]
    headers = (SOURCE / "include/subflowd").glob("*.hpp")
    return {str(path) for path in (
        *(prefix / name for name in PROGRAMS),
        *(libraries / "subflowd/plugins" / f"{name}.so" for name in POLICIES),
        *(prefix / "share/man" / page for page in PAGES),
        *(prefix / "lib/systemd/system" / unit for unit in UNITS),
        *(prefix / "share" / name for name in SHARED),
        *(prefix / "include/subflowd" / header.name for header in headers),
        prefix / "lib/systemd/catalog/subflowd.catalog",
        prefix / "lib/NetworkManager/dispatcher.d/pre-down.d/50-subflowd",
        prefix / "lib/sysusers.d/subflowd.conf",
        libraries / "pkgconfig/subflowd.pc")}


def files(top: pathlib.Path) -> set[str]:
    return {str(path.relative_to(top)) for path in top.rglob("*") if not path.is_dir()}


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_everything_is_where_it_is_looked_for_and_nothing_stays(build, tmp_path):
    run("meson", "install", "--quiet", "--no-rebuild", "-C", str(build), "--destdir",
        str(tmp_path))
    assert files(tmp_path) == expected(build)
    run("ninja", "-C", str(build), "uninstall")
    assert files(tmp_path) == set()


def test_the_catalog_explains_each_message_that_has_an_id():
    source = (SOURCE / "daemon/host/journal.cpp").read_text(encoding="utf-8")
    catalog = (SOURCE / "systemd/subflowd.catalog").read_text(encoding="utf-8")
    ids = set(re.findall(r'return "([0-9a-f]{32})"', source))
    assert ids and ids == set(re.findall(r"^-- ([0-9a-f]{32})$", catalog, re.MULTILINE))
