# SPDX-License-Identifier: BSD-3-Clause
"""Somebody who records and sleeps while much happens."""

import json
import signal
import subprocess

from lab.waiting import wait_for

#: Two lines each, which is more than the queue holds.
CHANGES = 80_000
MOST_RESIDENT_KIB = 64 * 1024


def test_what_is_lost_is_counted_and_everything_is_listed_again(daemon):
    file = daemon.directory / "recording"

    def text() -> str:
        return file.read_text(encoding="utf-8") if file.exists() else ""
    recorder = subprocess.Popen(daemon.ctl_command("record", str(file)))
    try:
        wait_for(lambda: '"snapshot-ended"' in text(), "the recording has begun",
                 otherwise=daemon.said)
        daemon.namespace.ip("link", "add", "uplink", "type", "veth", "peer", "name", "far")
        for end in ("uplink", "far"):
            daemon.namespace.ip("link", "set", end, "up")
        recorder.send_signal(signal.SIGSTOP)
        changes = "address add 10.78.0.1/24 dev uplink\naddress del 10.78.0.1/24 dev uplink\n"
        subprocess.run(daemon.namespace.command("ip", "-batch", "-"),
                       input=changes * (CHANGES // 2), text=True, check=True)
        assert daemon.ctl("status").returncode == 0
        assert daemon.resident_kib() < MOST_RESIDENT_KIB
        recorder.send_signal(signal.SIGCONT)
        wait_for(lambda: '"snapshot-ended"' in text().partition('"gap"')[2],
                 "it is told that lines were lost, and everything again", 60,
                 otherwise=lambda: f"{text()[-2000:]}\n{daemon.said()}")
    finally:
        recorder.send_signal(signal.SIGCONT)
        recorder.send_signal(signal.SIGINT)
        recorder.wait()
    replayed = daemon.ctl("replay", str(file), "--json")
    assert replayed.returncode == 0, replayed.stderr
    assert json.loads(replayed.stdout.splitlines()[-1])["lost"] > 0
