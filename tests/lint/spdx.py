# SPDX-License-Identifier: BSD-3-Clause
"""Every source file says its licence in its first line, or its second where the first is taken
(by `#!`, by a manual page's title)."""

import pathlib

from tree import SOURCE_FOLDERS, files, lines, main

LICENCE = "SPDX-License-Identifier: BSD-3-Clause"
FOLDERS = (*SOURCE_FOLDERS, "man", "systemd", "tools")
SUFFIXES = (".cpp", ".hpp", ".h", ".py", ".build", ".sh", ".scd", ".in", ".service", "")
DATA = ("data", "corpus", "__pycache__")


def says_licence(root: pathlib.Path, path: pathlib.Path) -> bool:
    return any(LICENCE in line for line in lines(root, path)[:2])


def check(root: pathlib.Path) -> list[str]:
    return [f"{path}: its first two lines do not say {LICENCE}"
            for path in files(root, FOLDERS, SUFFIXES)
            if not set(DATA) & set(path.parts) and not says_licence(root, path)]


if __name__ == "__main__":
    main(check)
