# SPDX-License-Identifier: BSD-3-Clause
"""Writes the seed corpora of the fuzzers: captured netlink messages, configurations, and throws of
the dice where a fuzzer makes of its input what it needs.

Usage: make_corpus.py DATA_DIRECTORY OUTPUT_DIRECTORY
"""
import json
import pathlib
import random
import sys

HISTORIES, BYTES_OF_HISTORY = 64, 1000
ARGUMENTS, BYTES_OF_ARGUMENTS = 64, 400


def write(directory, seeds):
    directory.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (directory / f"seed-{number:03}").write_bytes(seed)


def captured(path):
    return json.loads(path.read_text())


def messages(texts):
    return map(bytes.fromhex, sorted(set(texts)))


def throws(count, length):
    return (random.Random(seed).randbytes(length) for seed in range(count))


def main():
    data, output = map(pathlib.Path, sys.argv[1:])
    replies = captured(data / "replies_6.18.json").values()
    network = captured(data / "network_6.18.json")
    write(output / "event", messages(event["hex"] for event in captured(data / "events_6.18.json")))
    write(output / "ack", messages(text for reply in replies for text in reply["responses"]))
    for socket in ("route", "diag"):
        write(output / socket, messages(row["hex"] for row in network if row["socket"] == socket))
    write(output / "config", (path.read_bytes()
                              for path in sorted((data / "configurations").glob("*.conf"))))
    write(output / "arguments", throws(ARGUMENTS, BYTES_OF_ARGUMENTS))
    write(output / "history", throws(HISTORIES, BYTES_OF_HISTORY))
    (output / "corpus.stamp").touch()


main()
