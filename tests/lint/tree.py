# SPDX-License-Identifier: BSD-3-Clause
"""The project's own files, for the lint tests."""

import pathlib
import sys
from typing import Callable, Iterator

SOURCE_FOLDERS = ("include", "daemon", "plugins", "ctl", "tests", "bench")


def files(root: pathlib.Path, folders: tuple[str, ...], suffixes: tuple[str, ...]) \
        -> Iterator[pathlib.Path]:
    """Files below `folders`, as paths relative to `root`, sorted."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path.relative_to(root)


def cpp_files(root: pathlib.Path, *folders: str) -> Iterator[pathlib.Path]:
    return files(root, folders or SOURCE_FOLDERS, (".cpp", ".hpp"))


def lines(root: pathlib.Path, path: pathlib.Path) -> list[str]:
    return (root / path).read_text(encoding="utf-8").splitlines()


def main(check: Callable[[pathlib.Path], list[str]]) -> None:
    """Runs a check over the tree named by the first argument; complaints are failures."""
    complaints = check(pathlib.Path(sys.argv[1]).resolve())
    for complaint in complaints:
        print(complaint)
    sys.exit(1 if complaints else 0)
