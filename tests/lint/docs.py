# SPDX-License-Identifier: BSD-3-Clause
"""The manual is complete: every option, command, configuration key and setting is in it. It is well
formed, and its example compiles.

docs.py SOURCE SUBFLOWD SUBFLOWCTL"""

import pathlib
import re
import subprocess
import sys

from tree import cpp_files

OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]+)")
CONFIG_KEY = re.compile(r'^\s*\{\s*"([A-Z][A-Za-z]+)",\s*Shape::', re.M)
SETTING = re.compile(r'\{\s*"([A-Z][A-Za-z]+)",\s*"[^"]*",\s*\n?\s*"', re.M)
COMMANDS = re.compile(r"^Subcommands:\n((?:  .*\n?)+)", re.M | re.I)


def help_of(executable: str, *arguments: str) -> str:
    return subprocess.run([executable, *arguments, "--help"], capture_output=True, text=True,
                          check=True).stdout


def page(source: pathlib.Path, name: str) -> str:
    return (source / "man" / f"{name}.scd").read_text(encoding="utf-8").replace("\\", "")


def lacking(what: str, name: str, text: str, words: set[str], mark: str = "*{}*") -> list[str]:
    """`mark` is how the manual writes such a word where it explains it."""
    if not words:
        return [f"found no {what} to look for in {name}: the check is blind"]
    return [f"man/{name}.scd: {what} {word} is not in it"
            for word in sorted(words) if mark.format(word) not in text]


def keys_in(source: pathlib.Path, folder: str, pattern: re.Pattern[str]) -> set[str]:
    return {key for path in cpp_files(source, folder)
            for key in pattern.findall((source / path).read_text(encoding="utf-8"))}


def commands(ctl_help: str) -> set[str]:
    listed = COMMANDS.search(ctl_help)
    return set(re.findall(r"^  ([a-z]+)", listed[1], re.M)) if listed else set()


def check_words(source: pathlib.Path, subflowd: str, subflowctl: str) -> list[str]:
    ctl_help = help_of(subflowctl)
    views = commands(ctl_help)
    ctl_options = {option for view in views
                   for option in OPTION.findall(help_of(subflowctl, view))}
    ctl_options |= set(OPTION.findall(ctl_help))
    return [
        *lacking("option", "subflowd.8", page(source, "subflowd.8"),
                 set(OPTION.findall(help_of(subflowd)))),
        *lacking("command", "subflowctl.1", page(source, "subflowctl.1"), views),
        *lacking("option", "subflowctl.1", page(source, "subflowctl.1"), ctl_options),
        *lacking("key", "subflowd.conf.5", page(source, "subflowd.conf.5"),
                 keys_in(source, "daemon/config", CONFIG_KEY), "\n_{}=_\n"),
        *lacking("setting", "subflowd-policies.7", page(source, "subflowd-policies.7"),
                 keys_in(source, "plugins", SETTING), "\n_{}=_\n"),
    ]


def check_form(source: pathlib.Path) -> list[str]:
    """Errors of mandoc. Its warnings are about what scdoc writes, which nobody here can change."""
    complaints = []
    for path in sorted((source / "man").glob("*.scd")):
        rendered = subprocess.run(["scdoc"], input=path.read_bytes(), capture_output=True,
                                  check=False)
        judged = subprocess.run(["mandoc", "-T", "lint", "-W", "error"], input=rendered.stdout,
                                capture_output=True, check=False)
        if rendered.returncode != 0 or judged.returncode != 0:
            said = (rendered.stderr + judged.stdout + judged.stderr).decode()
            complaints.append(f"man/{path.name}: {said}")
    return complaints


def check_example(source: pathlib.Path) -> list[str]:
    """The policy in the manual compiles, against include/ alone."""
    text = (source / "man" / "subflowd-policies.7.scd").read_text(encoding="utf-8")
    example = re.search(r"^```\n(#include <subflowd/.*?)^```", text, re.M | re.S)
    if example is None:
        return ["man/subflowd-policies.7.scd: no example of a policy"]
    done = subprocess.run(["c++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                           f"-I{source / 'include'}", "-x", "c++", "-"], input=example[1],
                          capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else [f"man/subflowd-policies.7.scd: {done.stderr}"]


def main() -> None:
    source = pathlib.Path(sys.argv[1])
    complaints = [*check_words(source, *sys.argv[2:]), *check_form(source),
                  *check_example(source)]
    for complaint in complaints:
        print(complaint)
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
