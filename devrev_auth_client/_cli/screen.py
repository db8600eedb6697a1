"""Standard output and standard error: what may be written to them, and what happens when nobody reads."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import IO

from rich.console import Console
from rich.text import Text


def plain(value: object) -> str:
    """Return a value as one line of printable text.

    What a server or a token says could otherwise move the cursor, or hide what stands before it.
    """
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(value))


class _Console(Console):
    """Writes text as it is, and goes on when nobody reads it any more."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, soft_wrap=True, markup=False, emoji=False, highlight=False)

    def on_broken_pipe(self) -> None:
        """Write to nowhere from now on: how the command ends is what its call came to, not who read of it."""
        _silence(self.file)


class Screen:
    """The two streams of one command."""

    def __init__(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # None where it was closed before the start
                stream.reconfigure(errors="backslashreplace")
        self.output: Console = _Console()
        self.messages: Console = _Console(stderr=True)

    @property
    def is_live(self) -> bool:
        """Whether messages go to a terminal on which a line can change."""
        # Asked of the stream itself: FORCE_COLOR makes rich take any file for a terminal.
        return sys.stderr is not None and sys.stderr.isatty() and not self.messages.is_dumb_terminal

    def show(self, *lines: str | Text) -> bool:
        """Write the result of a command; False where it could not be written, which is then said.

        Strings are for programs, and are written as they are.
        """
        try:
            for line in lines:
                if isinstance(line, Text):
                    self.output.print(line)
                elif sys.stdout is not None:
                    sys.stdout.write(f"{line}\n")
                    sys.stdout.flush()
        except BrokenPipeError:
            self.output.on_broken_pipe()
        except OSError as error:
            _silence(self.output.file)
            self.say(f"The output could not be written: {error.strerror}.", "red")
            return False
        return True

    def say(self, text: str, style: str = "") -> None:
        """Write a message, a line each."""
        with suppress(OSError):
            for line in text.splitlines():
                self.messages.print(Text(plain(line), style))


def _silence(stream: IO[str]) -> None:
    """Lead a stream to nowhere, so that the interpreter does not fail on it at its end either."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)
