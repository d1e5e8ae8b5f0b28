# SPDX-License-Identifier: BSD-3-Clause
"""Waiting for conditions, never for an amount of time."""

import os
import time
from typing import Any, Callable

FACTOR = float(os.environ.get("SUBFLOWD_TEST_TIMEOUT_FACTOR", "1"))
POLL_INTERVAL = 0.02


class Timeout(AssertionError):
    """The condition did not come true in time."""


def _text(value: Any) -> str:
    return value() if callable(value) else str(value)


def wait_for(condition: Callable[[], Any], what: str, timeout: float = 10.0,
             otherwise: Any = "", interval: float = POLL_INTERVAL) -> Any:
    """The first true value of `condition`, looked at every `interval` seconds. After `timeout`
    seconds, stretched by SUBFLOWD_TEST_TIMEOUT_FACTOR, raises Timeout: `what` was waited for, and
    `otherwise` (a text, or a function that makes one) is what there was instead."""
    end = time.monotonic() + timeout * FACTOR
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise Timeout(f"waited {timeout * FACTOR:.0f} s in vain: {what}\n"
                          f"last value: {value!r}\n{_text(otherwise)}")
        time.sleep(interval)


def wait_until_still(value: Callable[[], Any], what: str, polls: int = 25,
                     timeout: float = 10.0) -> Any:
    """Waits until `value` has been the same for so many polls, and returns it."""
    seen = [value()]

    def still() -> bool:
        now = value()
        if now != seen[-1]:
            seen.clear()
        seen.append(now)
        return len(seen) > polls
    wait_for(still, f"no change any more: {what}", timeout, lambda: f"now: {seen[-1]!r}")
    return seen[-1]
