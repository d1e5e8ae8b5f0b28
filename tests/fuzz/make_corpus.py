# SPDX-License-Identifier: BSD-3-Clause
"""Writes captured netlink messages as the seed corpora of fuzz_event and fuzz_ack, histories of
throws of the dice as those of fuzz_history, and empty ones for the others.

Usage: make_corpus.py DATA_DIRECTORY OUTPUT_DIRECTORY
"""
import json
import pathlib
import random
import sys

HISTORIES, BYTES_OF_HISTORY = 64, 1000
OTHERS = "route", "diag", "config", "arguments"


def write(directory, messages):
    directory.mkdir(parents=True, exist_ok=True)
    for number, message in enumerate(messages):
        (directory / f"seed-{number:03}").write_bytes(bytes.fromhex(message))


def main():
    data, output = map(pathlib.Path, sys.argv[1:])
    events = json.loads((data / "events_6.18.json").read_text())
    replies = json.loads((data / "replies_6.18.json").read_text())
    write(output / "event", sorted({event["hex"] for event in events}))
    write(output / "ack", sorted(p for r in replies.values() for p in r["responses"]))
    write(output / "history", (random.Random(seed).randbytes(BYTES_OF_HISTORY).hex()
                               for seed in range(HISTORIES)))
    for name in OTHERS:
        write(output / name, [])
    (output / "corpus.stamp").touch()


main()
