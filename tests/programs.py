"""Runs programs as users do: with pipes or on a terminal, and with none of the variables that the tests run under."""

import codecs
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

from tests.faults.measuring import eventually

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120.0
"""Seconds that a test waits for what takes a fraction of one: the machine may be busy."""
NONE: Mapping[str, str] = {}

_INHERITED = {"HOME", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "COVERAGE_PROCESS_CONFIG"}
# Python misses a signal that comes between its last look and a call that waits. Who presses Ctrl-C presses again.
_MISSED = 10.0
_TIMES = round(PATIENCE / _MISSED)
# getpass talks to the terminal that controls the process, so the process must have the pty for that.
_ON_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


class Ended(NamedTuple):
    """What a program ended with."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of a shell that has these variables."""
    return {name: value for name, value in os.environ.items() if name in _INHERITED} | dict(variables)


def run(
    *command: str,
    variables: Mapping[str, str] = NONE,
    stdin: str = "",
    stdout: IO[str] | int = subprocess.PIPE,
    cwd: Path | None = None,
) -> Ended:
    """Run a program to its end."""
    done = subprocess.run(  # noqa: S603  # our own programs
        command,
        cwd=cwd,
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(variables),
        timeout=PATIENCE,
        check=False,
    )
    return Ended(done.returncode, done.stdout or "", done.stderr)


def python(*arguments: str, variables: Mapping[str, str] = NONE, cwd: Path | None = None) -> Ended:
    """Run Python to its end; warnings are errors."""
    return run(sys.executable, "-W", "error", *arguments, variables=variables, cwd=cwd)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path; bytecode is left out."""
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def wait_until(happened: Callable[[], bool]) -> None:
    """Look again and again, for what another process or thread does."""
    assert eventually(happened, PATIENCE)


class Program:
    """A program that is running. Without a terminal its input is empty.

    :ivar text: what it has written so far, to standard output and standard error alike.
    """

    def __init__(self, *command: str, terminal: bool = False, variables: Mapping[str, str] = NONE) -> None:
        self.text = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a read may end within a character
        if terminal:
            import pty

            self._ours, its = pty.openpty()
            command = (sys.executable, "-c", _ON_TERMINAL, *command)
        else:
            self._ours, its = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603  # our own programs
            command,
            stdin=its if terminal else subprocess.DEVNULL,
            stdout=its,
            stderr=its,
            env={"TERM": "xterm-256color", "PYTHONUNBUFFERED": "1"} | environment(variables),
            start_new_session=True,
        )
        os.close(its)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def type(self, keys: str) -> None:
        """Press keys on its terminal."""
        os.write(self._ours, keys.encode())

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Read until it has written this."""
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.text)):
            assert time.monotonic() < deadline, self.text
            assert self._read(PATIENCE), f"no {pattern} in {self.text}"
        return found

    def ended(self) -> Ended:
        """Read to the end."""
        while self._read(PATIENCE):
            pass
        return Ended(self._process.wait(PATIENCE), self.text, "")

    def stopped(self, number: signal.Signals = signal.SIGINT, times: int = _TIMES) -> Ended:
        """Send a signal, again where nothing comes of it, and read to the end."""
        for _ in range(times):
            self._process.send_signal(number)
            while select.select([self._ours], [], [], _MISSED)[0]:
                if not self._read(0):
                    return self.ended()
        raise AssertionError(f"{number!r} did not end it: {self.text}")

    def _read(self, seconds: float) -> bool:
        """Whether there was more."""
        assert select.select([self._ours], [], [], seconds)[0], f"nothing for {seconds} s after {self.text}"
        try:
            chunk = os.read(self._ours, 65_536)
        except OSError:  # how Linux says that nobody has the other side of a terminal open
            return False
        self.text += self._decoder.decode(chunk)
        return bool(chunk)
