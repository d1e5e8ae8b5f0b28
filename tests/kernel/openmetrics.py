# SPDX-License-Identifier: BSD-3-Clause
"""A strict reader of OpenMetrics 1.0's text format, as far as subflowctl uses it."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
METADATA = re.compile(rf"# (TYPE|UNIT|HELP) ({NAME}) (.*)")
SAMPLE = re.compile(rf"({NAME})(\{{{LABEL}(?:,{LABEL})*\}})? (-?\d+(?:\.\d+)?)")
SUFFIXES = {"gauge": {""}, "counter": {"_total"}, "histogram": {"_bucket", "_count", "_sum"},
            "info": {"_info"}}


class Family:
    def __init__(self, name: str) -> None:
        self.name = name
        self.metadata: dict[str, str] = {}
        self.samples: list[tuple[str, str, float]] = []

    def check(self) -> None:
        kind = self.metadata["TYPE"]
        assert self.metadata.get("HELP"), f"{self.name} has no help"
        assert self.samples, f"{self.name} has no sample"
        if "UNIT" in self.metadata:
            assert self.name.endswith("_" + self.metadata["UNIT"])
        seen = set()
        for name, labels, _ in self.samples:
            assert name[len(self.name):] in SUFFIXES[kind], f"{name} in {self.name}, a {kind}"
            assert (name, labels) not in seen, f"{name}{labels} comes twice"
            seen.add((name, labels))
        if kind == "histogram":
            self._check_buckets()

    def _check_buckets(self) -> None:
        buckets = [(labels, value) for name, labels, value in self.samples
                   if name.endswith("_bucket")]
        bounds = [float(re.search(r'le="([^"]*)"', labels)[1].replace("+Inf", "inf"))
                  for labels, _ in buckets]
        counts = [value for _, value in buckets]
        assert bounds == sorted(set(bounds)) and bounds[-1] == float("inf"), bounds
        assert counts == sorted(counts), "buckets are cumulative"
        others = {name[len(self.name):]: value for name, _, value in self.samples
                  if not name.endswith("_bucket")}
        assert set(others) in (set(), {"_count", "_sum"}), "a sum goes with a count"
        assert others.get("_count", counts[-1]) == counts[-1]


def parse(text: str) -> dict[str, float]:
    """The samples, each by its name and labels. Fails where the format is not kept."""
    assert text.endswith("# EOF\n")
    families: dict[str, Family] = {}
    current: Family | None = None
    for line in text.splitlines()[:-1]:
        if match := METADATA.fullmatch(line):
            word, name, value = match.groups()
            if current is None or name != current.name:
                assert name not in families, f"{name} is interrupted by another family"
                current = families[name] = Family(name)
            assert word not in current.metadata and not current.samples, line
            current.metadata[word] = value
        else:
            match = SAMPLE.fullmatch(line)
            assert match, f"no sample: {line!r}"
            assert current is not None and match[1].startswith(current.name), line
            current.samples.append((match[1], match[2] or "", float(match[3])))
    for family in families.values():
        family.check()
    return {name + labels: value for family in families.values()
            for name, labels, value in family.samples}
