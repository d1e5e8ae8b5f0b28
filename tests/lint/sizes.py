# SPDX-License-Identifier: BSD-3-Clause
"""Files are small: one purpose each. (Functions are clang-tidy's: readability-function-size.)"""

import pathlib
import statistics

from tree import SOURCE_FOLDERS, files, lines, main

MOST_LINES = 500
MEDIAN_LINES = 200
SUFFIXES = (".cpp", ".hpp", ".py", ".build")


def check(root: pathlib.Path) -> list[str]:
    complaints = []
    for folder in (*SOURCE_FOLDERS, "tools"):
        sizes = {path: len(lines(root, path)) for path in files(root, (folder,), SUFFIXES)}
        if not sizes:
            continue
        median = statistics.median(sizes.values())
        print(f"{folder}: {len(sizes)} files, median {median:.0f} lines, largest "
              f"{max(sizes.values())}")
        if median >= MEDIAN_LINES:
            complaints.append(f"{folder}: the median file has {median:.0f} lines, "
                              f"{MEDIAN_LINES} or more")
        complaints += [f"{path}: {size} lines, more than {MOST_LINES}"
                       for path, size in sizes.items() if size > MOST_LINES]
    return complaints


if __name__ == "__main__":
    main(check)
