# SPDX-License-Identifier: BSD-3-Clause
"""What happens on the real kernel is recorded, and decided again without it."""

import json
import pathlib
import signal
import stat
import subprocess
from typing import Any, Iterator

import pytest

from expectations import all_clients, wait_for_locals
from lab import diag
from lab.waiting import FACTOR, wait_for

OK, FAILED = 0, 1
SUBFLOW_EVENTS = ("subflow-requested", "subflow-established", "subflow-closed", "subflow-priority",
                  "connection-established", "connection-closed")


class Reader:
    """A command of subflowctl that goes on until it is ended."""

    def __init__(self, daemon, *command: str) -> None:
        self.output = daemon.directory / f"{command[0]}.out"
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(daemon.ctl_command(*command), stdout=output,
                                            stderr=subprocess.STDOUT)

    def end(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10 * FACTOR)

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")


class Recorder(Reader):
    """`subflowctl record`, once it has written everything that there is."""

    def __init__(self, daemon) -> None:
        self.file: pathlib.Path = daemon.directory / "recording"
        super().__init__(daemon, "record", str(self.file))
        wait_for(lambda: '"snapshot-ended"' in self.text(), "the recording has begun",
                 otherwise=lambda: f"{self.said()}\n{self.text()}\n{daemon.said()}")

    def text(self) -> str:
        return self.file.read_text(encoding="utf-8") if self.file.exists() else ""


@pytest.fixture
def recorder(daemon) -> Iterator[Recorder]:
    made = Recorder(daemon)
    yield made
    made.process.kill()
    made.process.wait()


def replay(daemon, file: pathlib.Path, *options: str) -> tuple[list[dict[str, Any]],
                                                               dict[str, Any]]:
    """The changes, and what came of it."""
    done = daemon.ctl("replay", str(file), "--json", *options)
    assert done.returncode == OK, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[-1]["event"] == "replayed"
    return lines[:-1], lines[-1]


def decisions(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the times, which are those of clocks that cannot be read at once."""
    return [{key: value for key, value in line.items() if key != "time"}
            for line in lines if line["event"] in SUBFLOW_EVENTS]


def wait_until_it_tells(lab, monitor: Reader) -> None:
    """A monitor tells what happens once it is open: an address comes and goes until it does."""
    def told() -> bool:
        for action in ("add", "del"):
            lab.client.ip("address", action, "10.77.0.1/32", "dev", lab.uplinks[0].link)
        return "link-usable" in monitor.said()
    wait_for(told, "the monitor tells of an address", otherwise=monitor.said)


def live(lab, daemon, connect) -> None:
    """Subflows come, go with their link, and come back; a connection ends."""
    clients = [connect() for _ in range(3)]
    for client in clients:
        wait_for_locals(daemon, client, all_clients(lab))
    second = lab.uplinks[1]
    lab.take_down(second)
    for client in clients:
        wait_for_locals(daemon, client, {lab.uplinks[0].client})
    lab.bring_up(second)
    for client in clients:
        wait_for_locals(daemon, client, all_clients(lab))
    token = diag.connection(lab.client, clients[0].port).token
    clients[0].close()
    wait_for(lambda: token not in daemon.connections(), "a connection has ended",
             otherwise=daemon.said)


def test_a_replay_decides_what_the_daemon_decided(lab, connect, daemon, recorder):
    monitor = Reader(daemon, "monitor", "--json")
    wait_until_it_tells(lab, monitor)
    live(lab, daemon, connect)
    monitor.end()
    recorder.end()
    told, summary = replay(daemon, recorder.file)
    assert summary["first_difference"] is None, f"{summary}\n{daemon.said()}"
    assert summary["assumptions"] == 0 and summary["lost"] == 0
    assert summary["replayed_commands"] == summary["recorded_commands"] >= 6
    shown = decisions([json.loads(line) for line in monitor.said().splitlines()])
    assert len(shown) > 15
    assert decisions(told)[-len(shown):] == shown


def test_a_snapshot_takes_as_long_in_a_replay(lab, daemon):
    monitor = Reader(daemon, "monitor", "--json")
    wait_until_it_tells(lab, monitor)
    recorder = Recorder(daemon)
    wait_for(lambda: '"resynchronised"' in monitor.said(), "everything was listed again",
             otherwise=monitor.said)
    monitor.end()
    recorder.end()
    told, _ = replay(daemon, recorder.file)
    shown = [json.loads(line) for line in monitor.said().splitlines()]
    took = [[line["took_us"] for line in lines if line["event"] == "resynchronised"]
            for lines in (told, shown)]
    assert took[0] == took[1] and len(took[0]) == 1 and took[0][0] > 0


def test_other_policies(lab, connect, daemon, recorder):
    live(lab, daemon, connect)
    recorder.end()
    told, summary = replay(daemon, recorder.file, "--policies", "announce")
    assert summary["replayed_commands"] < summary["recorded_commands"]
    assert summary["first_difference"] is not None
    assert not any(line["event"] in ("subflow-requested", "subflow-established") for line in told)
    told, _ = replay(daemon, recorder.file, "--policies", "fullmesh,reestablish")
    asked = [line for line in told if line["event"] == "subflow-requested"]
    assert {line["by"] for line in asked} == {"fullmesh"}


def test_another_configuration(lab, connect, daemon, recorder):
    live(lab, daemon, connect)
    recorder.end()
    other = daemon.directory / "other.conf"
    other.write_text(f"[Link {lab.uplinks[1].link}]\nRole=ignore\n", encoding="utf-8")
    told, _ = replay(daemon, recorder.file, "--config", str(other))
    assert not any(line["event"] == "subflow-requested" for line in told)
    said = daemon.ctl("replay", str(recorder.file), "--config", str(other)).stdout
    assert "connection-established" in said and "differ from" in said.splitlines()[-1]
    other.write_text(f"[Link {lab.uplinks[1].link}]\nRole=backup\n", encoding="utf-8")
    told, summary = replay(daemon, recorder.file, "--config", str(other))
    assert summary["assumptions"] > 0
    assumed = [line for line in told if line["event"] == "subflow-established"]
    assert len(assumed) >= 3, told
    assert all(line["assumed"] and line["priority"] == "backup" for line in assumed)


def test_a_recording_begins_with_what_there_is(lab, connect, daemon):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    made = Recorder(daemon)
    try:
        lab.take_down(lab.uplinks[1])
        wait_for_locals(daemon, client, {lab.uplinks[0].client})
    finally:
        made.end()
    told, summary = replay(daemon, made.file)
    assert "connection-learned" in [line["event"] for line in told]
    assert summary["first_difference"] is None, f"{told}\n{made.text()}"


def test_a_reload_is_recorded(lab, connect, daemon, recorder):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    daemon.configure(f"[Link {lab.uplinks[1].link}]\nRole=backup\n")
    assert daemon.ctl("reload").returncode == OK
    wait_for(lambda: diag.connection(lab.client, client.port).joins()[0].backup, "it is backup",
             otherwise=daemon.said)
    recorder.end()
    told, summary = replay(daemon, recorder.file)
    assert summary["first_difference"] is None, summary
    assert [line["priority"] for line in told if line["event"] == "subflow-requested"] == ["regular"]


def test_a_recording_is_for_its_owner_and_is_not_overwritten(daemon, recorder):
    assert stat.S_IMODE(recorder.file.stat().st_mode) == 0o600
    again = daemon.ctl("record", str(daemon.directory / "another"))
    assert again.returncode == FAILED and "records already" in again.stderr
    recorder.end()

    def refused() -> bool:
        done = daemon.ctl("record", str(recorder.file))
        assert done.returncode == FAILED
        return "exists" in done.stderr
    wait_for(refused, "the file is not overwritten, once nobody records")


@pytest.mark.parametrize("text, complaint", [
    ("", "recording"), ("no json\n", "recording:1"),
    ('{"subflowd-recording":99,"version":"9","at":0,"utc":0}\n', "format is 99"),
    ('{"subflowd-recording":1,"version":"9","at":0,"utc":0}\n{"at":"x"}\n', "recording:2")])
def test_what_is_no_recording_is_refused(daemon, text, complaint):
    file = daemon.directory / "recording"
    file.write_text(text, encoding="utf-8")
    done = daemon.ctl("replay", str(file))
    assert done.returncode == FAILED
    assert complaint in done.stderr and done.stderr.count("\n") == 1
