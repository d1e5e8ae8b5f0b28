# SPDX-License-Identifier: BSD-3-Clause
"""What `subflowctl top` shows on a terminal of 80 columns and 24 rows, and that it leaves no trace."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
from typing import Iterator

import pyte
import pytest

from expectations import all_clients, all_clients6, wait_for_all_locals, wait_for_locals
from lab.waiting import FACTOR, wait_for

COLUMNS, ROWS = 80, 24
ENTER_ALTERNATE_SCREEN, LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"


class Terminal:
    """A terminal with `subflowctl top` on it."""

    def __init__(self, daemon) -> None:
        self._master, self._slave = pty.openpty()
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        self._lock = threading.Lock()
        self.raw = b""
        self.resize(ROWS)
        self.before = termios.tcgetattr(self._slave)
        self.process = subprocess.Popen(
            daemon.ctl_command("top", "--interval", "0.2"), stdin=self._slave, stdout=self._slave,
            stderr=self._slave, start_new_session=True)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._slave)
        self._thread.join()
        os.close(self._master)

    def _read(self) -> None:
        try:
            while said := os.read(self._master, 65536):
                with self._lock:
                    self.raw += said
                    self._stream.feed(said)
        except OSError:
            pass  # nobody has the other end any more

    def resize(self, rows: int) -> None:
        size = struct.pack("HHHH", rows, COLUMNS, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)
        with self._lock:
            self.screen.resize(rows, COLUMNS)

    def press(self, key: bytes) -> None:
        os.write(self._master, key)

    def rows(self) -> list[str]:
        """What is on the screen."""
        with self._lock:
            return [row.rstrip() for row in self.screen.display]

    def attributes(self) -> list:
        return termios.tcgetattr(self._slave)

    def wait_for_row(self, text: str) -> list[str]:
        """The whole screen, once a row has the text."""
        def shown() -> list[str] | None:
            rows = self.rows()
            return rows if any(text in row for row in rows) else None
        return wait_for(shown, f"a row with {text!r}", otherwise=lambda: "\n".join(self.rows()))

    def wait_until_it_left(self) -> int:
        status = self.process.wait(10 * FACTOR)
        wait_for(lambda: LEAVE_ALTERNATE_SCREEN in self.raw, "the old screen is back",
                 otherwise=lambda: repr(self.raw[-200:]))
        return status


@pytest.fixture
def terminal(daemon) -> Iterator[Terminal]:
    made = Terminal(daemon)
    yield made
    made.close()


def test_links_and_connections_have_rows(lab, connect, daemon, terminal):
    client = connect()
    wait_for_locals(daemon, client, all_clients(lab))
    rows = terminal.wait_for_row("1 connection, 2 subflows")
    assert rows[0].startswith("1 connection"), "it begins at the top"
    text = "\n".join(rows)
    for uplink in lab.uplinks:
        assert any(row.startswith(uplink.link) for row in rows), text
    token = f"{next(iter(daemon.connections())):#010x}"
    row = next((row for row in rows if row.startswith(token)), None)
    assert row is not None and lab.uplinks[0].server in row, text
    assert len(rows) == ROWS


def test_rows_stay_in_their_line_however_long_they_are(lab, connect, daemon, terminal):
    client = connect(lab.uplinks[0].server6)
    wait_for_locals(daemon, client, all_clients6(lab))
    rows = terminal.wait_for_row("1 connection, 2 subflows")
    token = f"{next(iter(daemon.connections())):#010x}"
    last = max(number for number, row in enumerate(rows) if row)
    assert rows[last].startswith(token), "\n".join(rows)


def test_it_follows_the_size_of_the_terminal(lab, connect, daemon, terminal):
    clients = [connect() for _ in range(20)]
    wait_for_all_locals(daemon, clients, all_clients(lab))
    terminal.wait_for_row("20 connections")
    for rows in (12, 40):
        terminal.resize(rows)
        room = min(rows - len(lab.uplinks) - 6, len(clients))

        def shows() -> bool:
            shown = [row for row in terminal.rows() if row.startswith("0x")]
            return len(shown) == room and terminal.rows()[0].startswith("20 connections")
        wait_for(shows, f"{room} connections on {rows} rows",
                 otherwise=lambda: "\n".join(terminal.rows()))
        more = len(clients) - room
        assert any(f"and {more} more" in row for row in terminal.rows()) == (more > 0)


@pytest.mark.parametrize("leave", ["q", "Q", "SIGTERM", "SIGINT"])
def test_it_leaves_the_terminal_as_it_was(terminal, leave):
    terminal.wait_for_row("0 connections")
    assert ENTER_ALTERNATE_SCREEN in terminal.raw and terminal.screen.cursor.hidden
    assert terminal.attributes() != terminal.before, "keys are read one by one"
    if leave.startswith("SIG"):
        terminal.process.send_signal(getattr(signal, leave))
    else:
        terminal.press(leave.encode())
    assert terminal.wait_until_it_left() == 0
    assert not terminal.screen.cursor.hidden
    assert terminal.attributes() == terminal.before
    assert terminal.raw.count(b"\x1b[?7l") == terminal.raw.count(b"\x1b[?7h")


def test_other_keys_do_nothing(terminal):
    terminal.wait_for_row("0 connections")
    terminal.press(b"x\n\x1b[A")
    shown = terminal.raw
    wait_for(lambda: len(terminal.raw) > len(shown), "it goes on")
    assert terminal.process.poll() is None
    assert not any("x" in row for row in terminal.rows()[3:]), "keys are not echoed"
