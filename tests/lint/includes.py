# SPDX-License-Identifier: BSD-3-Clause
"""Dependencies point one way: include <- core <- adapters <- runtime <- main. And every source
file belongs to a build."""

import pathlib
import re

from tree import cpp_files, lines, main

ADAPTERS = ("netlink", "plugins", "config", "host", "dbus", "recording")
INCLUDE = re.compile(r'^\s*#\s*include\s+(<[^>]+>|"[^"]+")')
STANDARD = re.compile(r"^<[a-z_0-9]+>$")
API = re.compile(r"^<subflowd/[a-z_0-9]+\.hpp>$")
BUS = re.compile(r"^<(sdbus-c\+\+/|systemd/sd-bus)")
#: What would let the core read a clock, start a thread or touch a file.
IMPURE = {"<thread>", "<mutex>", "<shared_mutex>", "<condition_variable>", "<future>",
          "<stop_token>", "<fstream>", "<iostream>", "<filesystem>", "<random>", "<cstdio>",
          "<csignal>", "<ctime>"}
CLOCK = re.compile(r"(steady|system|high_resolution|utc|file)_clock|clock_gettime|gettimeofday")


def includes(root: pathlib.Path, path: pathlib.Path) -> list[tuple[int, str]]:
    found = ((number, INCLUDE.match(line)) for number, line in enumerate(lines(root, path), 1))
    return [(number, match[1]) for number, match in found if match]


def allowed_in_api(_: pathlib.Path, name: str) -> bool:
    return bool(STANDARD.match(name) or API.match(name))


def allowed_in_core(path: pathlib.Path, name: str) -> bool:
    return (allowed_in_api(path, name) and name not in IMPURE) or name.startswith('"core/')


def allowed_in_policy(path: pathlib.Path, name: str) -> bool:
    own = re.match(r'^"[a-z_0-9]+\.hpp"$', name) or name.startswith(f'"{path.parts[1]}/')
    return allowed_in_api(path, name) or bool(own)


def allowed_in_adapter(path: pathlib.Path, name: str) -> bool:
    others = (f'"{folder}/' for folder in (*ADAPTERS, "runtime") if folder != path.parts[1])
    return not any(name.startswith(other) for other in others)


RULES = (
    ("include", allowed_in_api, "include/ uses the standard library and itself"),
    ("daemon/core", allowed_in_core, "daemon/core uses include/, itself, and what is pure of the "
                                     "standard library"),
    ("plugins", allowed_in_policy, "a policy uses include/ and its own files, as one from "
                                   "elsewhere must"),
    *((f"daemon/{adapter}", allowed_in_adapter, "adapters do not know each other, nor runtime")
      for adapter in ADAPTERS),
)


def check_directions(root: pathlib.Path) -> list[str]:
    return [f"{path}:{number}: includes {name}: {why}"
            for folder, allowed, why in RULES
            for path in cpp_files(root, folder)
            for number, name in includes(root, path) if not allowed(path, name)]


def check_bus(root: pathlib.Path) -> list[str]:
    return [f"{path}:{number}: includes {name}: only daemon/dbus and ctl know the bus"
            for path in cpp_files(root, "include", "daemon", "plugins")
            if path.parts[:2] != ("daemon", "dbus")
            for number, name in includes(root, path) if BUS.match(name)]


def check_clocks(root: pathlib.Path) -> list[str]:
    return [f"{path}:{number}: reads a clock: the time is an argument here"
            for path in cpp_files(root, "include", "daemon/core", "plugins")
            for number, line in enumerate(lines(root, path), 1) if CLOCK.search(line)]


def named_in_build(root: pathlib.Path, path: pathlib.Path) -> bool:
    """A build file of the file's folder, or of one above, names it (or its stem, in a list)."""
    name = re.compile(rf"\b{re.escape(path.name)}\b|'{re.escape(path.stem)}'")
    builds = (root / folder / build for folder in path.parents
              for build in ("meson.build", "Makefile"))
    return any(name.search(build.read_text(encoding="utf-8"))
               for build in builds if build.exists())


def check_builds(root: pathlib.Path) -> list[str]:
    return [f"{path}: no build file names it"
            for path in cpp_files(root)
            if (path.suffix == ".cpp" or path.parts[0] == "include")
            and not named_in_build(root, path)]


def check(root: pathlib.Path) -> list[str]:
    return [*check_directions(root), *check_bus(root), *check_clocks(root), *check_builds(root)]


if __name__ == "__main__":
    main(check)
