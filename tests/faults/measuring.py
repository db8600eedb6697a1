"""How long things take, and what they leave behind: descriptors, warnings, errors in the log."""

import gc
import logging
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

from devrev_auth_client import DevRevAuthError, TotalTimeoutError


def seconds_of(function: Callable[[], object]) -> float:
    """How long it takes, whatever comes of it."""
    begin = time.monotonic()
    function()
    return time.monotonic() - begin


def assert_within(measure: Callable[[], float], low: float, high: float) -> None:
    """Fail unless a measured time is between the two; measured once more where the first time misses.

    By how much the machine itself wakes a sleeper late meanwhile is nobody's fault, and comes on top.
    """
    for last in (False, True):
        with Lateness() as late:
            seconds = measure()
        if last or low <= seconds < high + late.seconds:
            break
    assert low <= seconds < high + late.seconds


def fails_after(
    seconds: float, call: Callable[[], object], error: type[DevRevAuthError] = TotalTimeoutError, margin: float = 0.1
) -> None:
    """The call fails when so many seconds are over, not before and hardly later."""

    def fail() -> None:
        with pytest.raises(error) as caught:
            call()
        assert type(caught.value) is error

    assert_within(lambda: seconds_of(fail), seconds, seconds + margin)


class Lateness:
    """The most by which a short sleep lasted longer than asked, in seconds: hardly anything on an idle machine."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lateness", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        stopped = False
        while not stopped:
            begin = time.monotonic()
            stopped = self._stop.wait(0.005)
            self.seconds = max(self.seconds, time.monotonic() - begin - 0.005)


def open_descriptors() -> int:
    """How many file descriptors this process has open."""
    return len(list(Path("/dev/fd").iterdir()))


def eventually(condition: Callable[[], bool], within: float = 2.0) -> bool:
    """Whether it comes true within so many seconds; asked again and again."""
    until = time.monotonic() + within
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True


@contextmanager
def complaints() -> "Iterator[list[str]]":
    """What was warned of or logged as an error, once the block has ended."""
    found: list[str] = []
    with warnings.catch_warnings(record=True) as caught, ErrorLog() as log:
        warnings.simplefilter("always")
        yield found
        gc.collect()
    found += log.messages + [str(warning.message) for warning in caught]


class ErrorLog(logging.Handler):
    """Keeps what is logged as an error, such as asyncio's 'exception was never retrieved'."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.name}: {record.getMessage()}")

    def __enter__(self) -> "ErrorLog":
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
