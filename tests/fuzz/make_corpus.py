# SPDX-License-Identifier: BSD-3-Clause
"""Writes captured netlink messages as the seed corpora of fuzz_event and fuzz_ack.

Usage: make_corpus.py DATA_DIRECTORY OUTPUT_DIRECTORY
"""
import json
import pathlib
import sys


def write(directory, messages):
    directory.mkdir(parents=True, exist_ok=True)
    for number, message in enumerate(messages):
        (directory / f"captured-{number:03}").write_bytes(bytes.fromhex(message))


def main():
    data, output = map(pathlib.Path, sys.argv[1:])
    events = json.loads((data / "events_6.18.json").read_text())
    replies = json.loads((data / "replies_6.18.json").read_text())
    write(output / "event", sorted({event["hex"] for event in events}))
    write(output / "ack", sorted(p for r in replies.values() for p in r["responses"]))
    (output / "corpus.stamp").touch()


main()
