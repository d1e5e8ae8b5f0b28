# SPDX-License-Identifier: BSD-3-Clause
"""Counts test cases in a log of `meson test` (--logbase NAME writes NAME.json). A meson test that
is a GoogleTest or pytest program counts as the cases it reports, any other as one case.

Prints: PASSED FAILED SKIPPED"""

import json
import re
import sys
from dataclasses import dataclass

GTEST = {"passed": re.compile(r"^\[  PASSED  \] (\d+) test", re.M),
         "failed": re.compile(r"^\[  FAILED  \] (\d+) test", re.M),
         "skipped": re.compile(r"^\[  SKIPPED \] (\d+) test", re.M)}
PYTEST_SUMMARY = re.compile(r"^(?:=+ )?((?:\d+ \w+(?:, )?)+) in [\d.]+s", re.M)
PYTEST_WORDS = {"passed": "passed", "failed": "failed", "error": "failed", "errors": "failed",
                "skipped": "skipped", "xfailed": "passed", "xpassed": "failed"}
GOOD_RESULTS = {"OK", "EXPECTEDFAIL"}


@dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.passed + other.passed, self.failed + other.failed,
                      self.skipped + other.skipped)

    def __bool__(self) -> bool:
        return bool(self.passed or self.failed or self.skipped)


def gtest_counts(output: str) -> Counts:
    """The sums of every summary in the output."""
    return Counts(*(sum(map(int, pattern.findall(output))) for pattern in GTEST.values()))


def pytest_counts(output: str) -> Counts:
    counts = Counts()
    for summary in PYTEST_SUMMARY.findall(output):
        for number, word in re.findall(r"(\d+) (\w+)", summary):
            if word in PYTEST_WORDS:
                kind = PYTEST_WORDS[word]
                setattr(counts, kind, getattr(counts, kind) + int(number))
    return counts


def count(test: dict) -> Counts:
    output = test.get("stdout", "")
    result = test["result"]
    counts = gtest_counts(output) or pytest_counts(output)
    if result == "SKIP":
        return counts or Counts(skipped=1)
    if result in GOOD_RESULTS:
        return counts or Counts(passed=1)
    if counts.failed == 0:  # crashed, timed out, or failed beside its cases
        counts.failed = 1
    return counts


def main() -> None:
    total = Counts()
    with open(sys.argv[1], encoding="utf-8") as log:
        for line in log:
            total += count(json.loads(line))
    print(total.passed, total.failed, total.skipped)


if __name__ == "__main__":
    main()
