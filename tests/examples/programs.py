"""Runs the programs of examples/ as users do: in processes of their own, against a served fake DevRev."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from types import ModuleType
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds that a test waits for what takes a fraction of one: this machine may be busy."""


def command(name: str, *arguments: str) -> list[str]:
    """The command line of one of the examples; a warning ends it."""
    return [sys.executable, "-W", "error", str(ROOT / "examples" / name), *arguments]


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment with these variables of DevRev's and no others."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DEVREV_")}
    return inherited | {"PYTHONUNBUFFERED": "1"} | dict(variables)


def wait_until(condition: Callable[[], bool]) -> None:
    """Look again and again, for what another process does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def run(name: str, *arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run an example to its end."""
    return subprocess.run(  # noqa: S603  # our own program
        command(name, *arguments),
        env=environment(variables),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Started:
    """An example that is running.

    :ivar errors: what it has written to standard error so far.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.errors = ""
        self._lines: SimpleQueue[str] = SimpleQueue()
        assert process.stderr is not None
        self._reader = threading.Thread(target=self._read, args=(process.stderr,))
        self._reader.start()

    def _read(self, pipe: IO[str]) -> None:
        for line in pipe:
            self._lines.put(line)
        pipe.close()

    def wait_for(self, text: str) -> str:
        """Read standard error up to the line that holds this text, and give that line."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                raise AssertionError(f"no line with {text!r} in:\n{self.errors}") from None
            self.errors += line
            if text in line:
                return line

    def stop(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send it a signal, read to the end, and give its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        while not self._lines.empty():
            self.errors += self._lines.get()
        return status


@contextmanager
def started(command: list[str], **variables: str) -> Iterator[Started]:
    """Start a program, and see that it is over at the end."""
    process = subprocess.Popen(  # noqa: S603  # our own program
        command, env=environment(variables), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    example = Started(process)
    try:
        yield example
    finally:
        example.stop()


def loaded(name: str) -> ModuleType:
    """An example as a module, for what needs no process of its own."""
    spec = importlib.util.spec_from_file_location(name.removesuffix(".py"), ROOT / "examples" / name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
