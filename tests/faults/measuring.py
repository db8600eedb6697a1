"""How long things take, and what they leave behind: descriptors, warnings, errors in the log."""

import gc
import logging
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging.handlers import MemoryHandler
from pathlib import Path

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
        with lateness() as late:
            seconds = measure()
        if last or low <= seconds < high + max(late):
            break
    assert low <= seconds < high + max(late)


def fails_after(
    seconds: float, call: Callable[[], object], error: type[DevRevAuthError] = TotalTimeoutError, margin: float = 0.1
) -> None:
    """The call fails when so many seconds are over, not before and hardly later."""

    def fail() -> None:
        with pytest.raises(error) as caught:
            call()
        assert type(caught.value) is error

    assert_within(lambda: seconds_of(fail), seconds, seconds + margin)


@contextmanager
def lateness() -> Iterator[list[float]]:
    """By how many seconds short sleeps lasted longer than asked meanwhile: by hardly any on an idle machine."""
    stop, late = threading.Event(), [0.0]

    def watch() -> None:
        while not stop.is_set():
            late.append(seconds_of(lambda: stop.wait(0.005)) - 0.005)

    thread = threading.Thread(target=watch, name="lateness", daemon=True)
    thread.start()
    try:
        yield late
    finally:
        stop.set()
        thread.join()


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
def errors_logged() -> Iterator[list[logging.LogRecord]]:
    """What is logged as an error meanwhile, such as asyncio's 'exception was never retrieved'."""
    handler = MemoryHandler(10_000, flushLevel=logging.CRITICAL + 1)
    handler.setLevel(logging.ERROR)
    logging.getLogger().addHandler(handler)
    try:
        yield handler.buffer
    finally:
        logging.getLogger().removeHandler(handler)


@contextmanager
def complaints() -> Iterator[list[str]]:
    """What was warned of or logged as an error, once the block has ended."""
    found: list[str] = []
    with warnings.catch_warnings(record=True) as caught, errors_logged() as errors:
        warnings.simplefilter("always")
        yield found
        gc.collect()
    found += [f"{each.name}: {each.getMessage()}" for each in errors] + [str(each.message) for each in caught]
