"""Where the command line takes the token from: a file, the environment, or a prompt. Never an argument."""

from __future__ import annotations

import getpass
import os
import sys
import warnings

from .._credentials import TOKEN_VARIABLE, Secret, conceal
from ..errors import ConfigurationError

_LONGEST = 65_536
"""Bytes; a token is shorter by far, and a file without end must not be read to its end."""


def token_in_hand(token_file: str | None) -> Secret:
    """Return the token: of the file, else of `DEVREV_TOKEN`, else typed where there is a terminal.

    :param token_file: a path, or "-" for standard input.
    :raises ConfigurationError: there is none, or it is not one; the text repeats neither it nor a path.
    """
    secret = _found(token_file)
    if isinstance(secret, ConfigurationError):
        raise secret
    return secret


def _found(token_file: str | None) -> Secret | ConfigurationError:
    if token_file is not None:
        content = _read_standard_input() if token_file == "-" else _read(token_file)  # noqa: S105  # no password
        return content if isinstance(content, ConfigurationError) else _decoded(content)
    if TOKEN_VARIABLE in os.environ:
        return conceal(os.environ[TOKEN_VARIABLE], f"the environment variable {TOKEN_VARIABLE}")
    if not stdin_is_terminal():
        return ConfigurationError(
            f"no token: set {TOKEN_VARIABLE}, or give --token-file PATH; --token-file - reads standard input"
        )
    typed = _typed()
    return typed if isinstance(typed, ConfigurationError) else conceal(typed, "what was typed")


def stdin_is_terminal() -> bool:
    """Whether somebody can answer."""
    # None where it was closed before the start.
    return sys.stdin is not None and sys.stdin.isatty()


def _read_standard_input() -> bytes | ConfigurationError:
    if stdin_is_terminal():
        return ConfigurationError(
            "--token-file - would show the token on this terminal; leave the option out to be asked without echo"
        )
    return b"" if sys.stdin is None else sys.stdin.buffer.read(_LONGEST + 1)


def _read(path: str) -> bytes | ConfigurationError:
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # a Path would change what was given, such as a trailing slash
            return file.read(_LONGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
    # The path is not repeated: somebody may have put the token in its place.
    return ConfigurationError(f"the file of --token-file cannot be read: {reason}")


def _decoded(content: bytes) -> Secret | ConfigurationError:
    if len(content) > _LONGEST:
        return ConfigurationError("what --token-file names is longer than any token; give a file that holds it alone")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ConfigurationError("what --token-file names is no UTF-8 text; give a file that holds the token alone")
    return conceal(text, "what --token-file names")


def _typed() -> str | ConfigurationError:
    try:
        with warnings.catch_warnings():
            # What getpass warns of is that it is about to show what is typed.
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass("DevRev token (not shown): ", stream=sys.stderr if os.name == "nt" else None)
    except (EOFError, OSError, getpass.GetPassWarning):
        return ConfigurationError(f"no token was typed, or it could not be hidden; set {TOKEN_VARIABLE}")
