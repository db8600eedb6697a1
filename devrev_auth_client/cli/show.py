"""What is shown: tokens, dates and JSON on standard output; messages and a countdown on standard error."""

from __future__ import annotations

import io
import json
import math
import os
import re
import sys
import textwrap
import time
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from .. import Attempt, AuthToken, ConfigurationError, TokenClaims, TokenStatus, TokenType, UserSummary
from .tokens import option_name, type_table

_UNITS = [("year", 365 * 86_400), ("day", 86_400), ("hour", 3_600), ("minute", 60)]
_STATUS_STYLES = {TokenStatus.ACTIVE: "green", TokenStatus.EXPIRED: "yellow", TokenStatus.REVOKED: "red"}
_SHOWN_CLAIMS = {"jti", "sub", "iss", "iat", "exp", "http://devrev.ai/tokentype"}


class _Console(Console):
    """Writes text as it is, and goes on when nobody reads it any more."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, soft_wrap=True, markup=False, emoji=False, highlight=False)

    def on_broken_pipe(self) -> None:
        """Write to nowhere from now on: the exit code tells what came of the call, not who read of it."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.file.fileno())  # so that the interpreter does not fail on it at its end either
        os.close(nowhere)

    def write(self, line: Text) -> None:
        """Print one line; a terminal gets it broken between words, under the line's second column if it has one."""
        if self.file.isatty():
            label = re.match(r"\S* {2,}", line.plain)
            indent = label.end() if label else 0
            # A word that is too long, such as an id, stays in one piece: it can then be copied.
            width = max(self.width - indent, 20)
            parts = textwrap.wrap(line.plain[indent:], width, break_long_words=False, break_on_hyphens=False)
            end = indent
            wrapped = line[:indent]
            for number, part in enumerate(parts):
                start = line.plain.index(part, end)
                end = start + len(part)
                wrapped += Text("\n" + " " * indent if number else "") + line[start:end]
            line = wrapped
        self.print(line)


output = _Console()
messages = _Console(stderr=True)


def prepare() -> None:
    """Let the streams of the process take any character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None where it was closed before the start
            stream.reconfigure(errors="backslashreplace")


def write(*lines: str | Text) -> bool:
    """Write a result to standard output, a `str` as it is; where that fails, say so and return False."""
    try:
        for line in lines:
            if isinstance(line, Text):
                output.write(line)
            else:
                output.file.write(f"{line}\n")
        output.file.flush()
    except BrokenPipeError:
        output.on_broken_pipe()
    except OSError as error:
        output.on_broken_pipe()
        say(f"Cannot write the output: {error.strerror}.", "red")
        return False
    return True


def say(text: str, style: str = "") -> None:
    """Write a message to standard error."""
    with suppress(OSError):
        for line in text.splitlines():
            messages.write(Text(plain(line), style))


class Waits:
    """Shows the waits of one call: a countdown on a terminal, else a line each. `tell` is the policy's `on_retry`.

    :ivar count: how many attempts were retried.
    """

    def __init__(self, host: str, *, verbose: bool) -> None:
        self.count = 0
        self._host = host
        self._verbose = verbose
        self._reason = ""
        self._until = 0.0
        self._only_refused = True
        self._live = Live(
            get_renderable=self._countdown,
            console=messages,
            refresh_per_second=4,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def stop(self) -> None:
        """End the countdown, where there is one."""
        self._live.stop()

    @property
    def surely_unprocessed(self) -> bool:
        """Whether nothing was processed yet: every request so far was refused, and the next is not sent yet."""
        # The client began its wait a moment before `tell`.
        return self._only_refused and time.monotonic() < self._until - 1.0

    def tell(self, attempt: Attempt, seconds: float) -> None:
        """Say why an attempt failed and when the next follows."""
        self.count += 1
        if attempt.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self._reason = f"rate limited by {self._host}"
        else:
            self._reason = (
                f"{self._host} responded {attempt.status_code}" if attempt.status_code else plain(attempt.failure)
            )
        self._until = time.monotonic() + seconds
        self._only_refused = self._only_refused and attempt.status_code in {429, 503}  # both: nothing was done
        # Asked of the stream itself: FORCE_COLOR makes rich take any file for a terminal.
        if messages.file.isatty() and not messages.is_dumb_terminal and not self._verbose:
            self._live.start()
        else:
            number = f"attempt {self.count}: " if self._verbose else ""
            when = f" in {seconds:.1f} s" if round(seconds, 1) else ""
            say(f"{number}{self._reason}; retrying{when}.")

    def _countdown(self) -> Text:
        left = math.ceil(self._until - time.monotonic())
        when = f"in {left // 60}:{left % 60:02} (Ctrl-C stops)" if left > 0 else "..."
        return Text(f"{self._reason}; retrying {when}")


def plain(value: object) -> str:
    """Return a value as one line of printable text: text from elsewhere could otherwise steer the terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(value))


def duration(seconds: float) -> str:
    """Return a duration in the largest unit of which it has two or more, rounded: "3 days", "90 minutes"."""
    for unit, length in _UNITS:
        if seconds >= 2 * length:
            return f"{round(seconds / length)} {unit}s"
    return "1 second" if round(seconds) == 1 else f"{round(seconds)} seconds"


def instant(when: datetime, now: datetime | None = None) -> str:
    """Return a date and how far away it is: "2026-01-04 12:00 UTC, in 3 days"."""
    ahead = (when - (now or datetime.now(UTC))).total_seconds()
    distance = "now" if abs(ahead) < 1 else f"in {duration(ahead)}" if ahead > 0 else f"{duration(-ahead)} ago"
    return f"{when.isoformat(' ', 'minutes').replace('+00:00', ' UTC')}, {distance}"


def token_card(token: AuthToken, now: datetime | None = None) -> list[Text]:
    """Return a token's metadata as lines; what DevRev did not send is left out."""
    return _rows(
        ("token", Text(plain(token.display_id or token.id), "bold")),
        ("status", token.status and Text(plain(token.status), _STATUS_STYLES.get(token.status, ""))),
        ("expires", token.expires_at and _expiry(token.expires_at, now)),
        ("type", token.requested_token_type and _type(token.requested_token_type)),
        ("owner", token.created_by and _user(token.created_by)),
        ("id", token.id),
        ("subject", token.subject),
        ("client", token.client_id),
        ("scopes", token.scopes and ", ".join(map(str, token.scopes))),
        ("hint", token.token_hint),
        ("issued", token.issued_at and instant(token.issued_at, now)),
        ("created", token.created_date and instant(token.created_date, now)),
        ("modified", token.modified_date and instant(token.modified_date, now)),
    )


def claims_card(claims: TokenClaims, now: datetime | None = None) -> list[Text]:
    """Return what a token says of itself as lines, the first of which says that it is unverified."""
    return [
        Text("UNVERIFIED: read locally; not checked with DevRev.", "bold yellow"),
        *_rows(
            ("id", claims.token_id),
            ("expires", claims.expires_at and _expiry(claims.expires_at, now)),
            ("type", claims.token_type and _type(claims.token_type)),
            ("subject", claims.subject),
            ("issuer", claims.issuer),
            ("issued", claims.issued_at and instant(claims.issued_at, now)),
            # By name alone: nobody knows what their values are.
            ("more", ", ".join(sorted(claims.claims.keys() - _SHOWN_CLAIMS))),
        ),
    ]


def type_lines() -> list[Text]:
    """Return the token types, two lines each: how it is typed and its URN, then what it is for."""
    return [
        line
        for row in type_table()
        for line in (
            Text.assemble((row["name"].ljust(20), "bold"), (row["urn"], "dim")),
            Text(" " * 20 + row["meaning"]),
        )
    ]


def as_json(value: object) -> str:
    """Return a value as JSON, in ASCII so that it arrives as it is whatever reads it."""
    try:
        # Python reads and writes NaN, which JSON does not have.
        return json.dumps(json.loads(json.dumps(value), parse_constant=lambda _: None), indent=2)
    except RecursionError:
        raise ConfigurationError("the result is nested too deeply for JSON; leave --json out") from None


def _rows(*rows: tuple[str, Any]) -> list[Text]:
    texts = [(label, value if isinstance(value, Text) else Text(plain(value))) for label, value in rows if value]
    return [Text.assemble((label.ljust(10), "dim"), text) for label, text in texts]


def _expiry(when: datetime, now: datetime | None) -> Text:
    text = Text(instant(when, now))
    return Text.assemble(text, ", ", ("EXPIRED", "bold red")) if when <= (now or datetime.now(UTC)) else text


def _type(token_type: TokenType) -> str:
    return f"{option_name(token_type)} ({token_type})" if token_type.is_known else str(token_type)


def _user(user: UserSummary) -> str:
    name = user.display_name or user.full_name or user.display_id or user.id
    email = f" <{user.email}>" if user.email else ""
    state = f", {user.state}" if user.state else ""
    return f"{name}{email} ({user.type_}{state})"
