"""The real console script, as a shell runs it: with pipes, or on a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

SCRIPT = str(Path(sys.executable).with_name("devrev-auth"))
_INHERITED = {"HOME", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "COVERAGE_PROCESS_CONFIG"}
_PATIENCE = 30.0
# Python misses a signal that comes between its last look and a call that waits. Who presses Ctrl-C presses again.
_MISSED = 3.0

# getpass talks to the terminal that controls the process, so the process must have the pty for that.
_ON_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


class Ended(NamedTuple):
    """What a command ended with."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


def environment_of(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of a shell that has these variables and none of the tests' own."""
    return {name: value for name, value in os.environ.items() if name in _INHERITED} | dict(variables)


def run(
    *arguments: str,
    variables: Mapping[str, str],
    input: str = "",  # noqa: A002
    script: Sequence[str] = (SCRIPT,),
    out: IO[str] | int = subprocess.PIPE,
) -> Ended:
    """Run the console script with pipes, or with another standard output."""
    done = subprocess.run(  # noqa: S603  # our own script
        [*script, *arguments],
        input=input,
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        env=environment_of(variables),
        timeout=_PATIENCE,
        check=False,
    )
    return Ended(done.returncode, done.stdout or "", done.stderr)


def interrupted(process: subprocess.Popen[str]) -> Ended:
    """Send what Ctrl-C sends, and read to the end."""
    for _ in range(round(_PATIENCE / _MISSED)):
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=_MISSED)
        except subprocess.TimeoutExpired:
            continue
        return Ended(process.returncode, out, err)
    process.kill()
    raise AssertionError(f"SIGINT did not end it: {process.communicate()}")


class Terminal:
    """The console script on a terminal of its own.

    :ivar text: all that the terminal was sent so far, control sequences included.
    """

    def __init__(self, *arguments: str, variables: Mapping[str, str]) -> None:
        self.text = ""
        self._main, side = pty.openpty()
        command = [sys.executable, "-c", _ON_TERMINAL, SCRIPT, *arguments]
        environment = {"TERM": "xterm-256color"} | environment_of(variables)
        self._process = subprocess.Popen(  # noqa: S603  # our own script
            command, stdin=side, stdout=side, stderr=side, env=environment, start_new_session=True
        )
        os.close(side)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        os.close(self._main)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._main, keys.encode())

    def wait_for(self, pattern: str) -> None:
        """Read until the terminal has shown this."""
        deadline = time.monotonic() + _PATIENCE
        while not re.search(pattern, self.text):
            assert time.monotonic() < deadline, self.text
            assert self._read(), f"it ended: {self.text}"

    def wait_until(self, happened: Callable[[], bool]) -> None:
        """Wait for what happens elsewhere."""
        deadline = time.monotonic() + _PATIENCE
        while not happened():
            assert time.monotonic() < deadline, self.text
            time.sleep(0.01)

    def ended(self) -> Ended:
        """Read to the end."""
        while self._read():
            pass
        return Ended(self._process.wait(_PATIENCE), self.text, "")

    def interrupted(self) -> Ended:
        """Press Ctrl-C and read to the end."""
        for _ in range(round(_PATIENCE / _MISSED)):
            self.type("\x03")
            while select.select([self._main], [], [], _MISSED)[0]:
                if not self._read():
                    return Ended(self._process.wait(_PATIENCE), self.text, "")
        raise AssertionError(f"Ctrl-C did not end it: {self.text}")

    def _read(self) -> bool:
        ready, _, _ = select.select([self._main], [], [], _PATIENCE)
        assert ready, f"nothing for {_PATIENCE} s after {self.text}"
        try:
            chunk = os.read(self._main, 65_536)
        except OSError:  # how Linux says that nobody has the other side open
            return False
        self.text += chunk.decode(errors="replace")
        return bool(chunk)
