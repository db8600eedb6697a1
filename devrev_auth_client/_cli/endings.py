"""How a command ends: its exit status, and what is said of it and of what to do next."""

from __future__ import annotations

import math
import re
from enum import IntEnum

from ..errors import (
    APIError,
    Attempt,
    ConfigurationError,
    DevRevAuthError,
    InternalServerError,
    InvalidResponseError,
    RevocationUnconfirmedError,
    ServiceUnavailableError,
    TooManyRequestsError,
    TotalTimeoutError,
    TransportError,
    UnauthenticatedError,
)
from . import words


class Ending(IntEnum):
    """The exit statuses."""

    DONE = 0
    REFUSED = 1
    WRONG_USE = 2
    UNCONFIRMED = 3
    NO_ANSWER = 4
    STOPPED = 130  # what shells give to a program that Ctrl-C ended


EXIT_STATUSES = """\
Exit status: 0 done; 1 DevRev refused, and would again; 2 the arguments, the environment or the token are not usable, \
and nothing was sent; 3 unconfirmed, a revocation may or may not have happened; 4 no usable answer, try again later; \
130 you stopped it."""

REVOKE_AGAIN = "Revoke again, which does no harm, or look at one of the tokens: devrev-auth get TOKEN_ID"
UNDER_WAY = f"Unconfirmed: stopped while the revocation was under way; it may or may not have happened.\n{REVOKE_AGAIN}"

_SHELL_NAMES = {
    "get_auth_token": "`devrev-auth get TOKEN_ID`",
    "token_id": "TOKEN_ID",
    "total_timeout": "--total-timeout",
}
"""What the client's errors speak of, and what a shell knows it by."""

_OUT_OF_TIME = ("no answer within", "timed out")  # how the failure of an attempt begins whose time ran out


def ending_of(error: DevRevAuthError, *, revocation: bool) -> Ending:
    """Return the exit status for an error of a call, or of what came before it."""
    if isinstance(error, ConfigurationError):
        return Ending.WRONG_USE
    if isinstance(error, RevocationUnconfirmedError):
        return Ending.UNCONFIRMED
    if isinstance(error, (TooManyRequestsError, ServiceUnavailableError)):
        return Ending.NO_ANSWER
    if isinstance(error, APIError) and error.status_code < 500:
        return Ending.REFUSED
    # Of any other 5xx, and of an answer that cannot be read, nobody can tell whether the server acted before it.
    doubtful = isinstance(error, (APIError, InvalidResponseError))
    return Ending.UNCONFIRMED if revocation and doubtful else Ending.NO_ANSWER


def in_words(error: DevRevAuthError, *, revocation: bool, base_url_name: str = "--base-url") -> str:
    """Return what is said of an error: what came of it, what each attempt met, and what to do next.

    :param base_url_name: what a shell knows the base URL by.
    """
    names = {**_SHELL_NAMES, "base_url": base_url_name}

    def renamed(text: str) -> str:
        return re.sub("|".join(rf"\b{name}\b" for name in names), lambda found: names[found[0]], text)

    # What DevRev says is repeated as it is.
    said = str(error) if isinstance(error, APIError) else renamed(str(error))
    lines = [
        f"{_headline(ending_of(error, revocation=revocation), revocation)}: {said}",
        renamed(_attempts(error.attempts)),
        _advice(error, revocation),
    ]
    return "\n".join(filter(None, lines))


def _headline(ending: Ending, revocation: bool) -> str:
    if ending is Ending.UNCONFIRMED:
        return "Unconfirmed"
    if revocation:
        return "Not revoked"
    return {Ending.REFUSED: "Refused", Ending.NO_ANSWER: "No answer"}.get(ending, "Error")


def _attempts(attempts: tuple[Attempt, ...]) -> str:
    if len(attempts) < 2:
        return ""
    met = [attempt.failure or str(attempt.status_code) for attempt in attempts]
    if len(set(met)) == 1:
        return f"{len(met)} attempts, each met: {met[0]}"
    return f"{len(met)} attempts met: {'; '.join(met)}"


def _advice(error: DevRevAuthError, revocation: bool) -> str:
    if isinstance(error, RevocationUnconfirmedError) and error.likely_revoked:
        return "Look with another token of yours whether they are revoked: devrev-auth get TOKEN_ID"
    if ending_of(error, revocation=revocation) is Ending.UNCONFIRMED:
        return REVOKE_AGAIN
    if isinstance(error, UnauthenticatedError):
        return "The token in use is unknown, expired or revoked: give another one."
    if isinstance(error, TooManyRequestsError) and error.retry_after is not None:
        seconds = math.ceil(error.retry_after)
        return f"Come back in {words.duration(seconds)}, or allow the wait: --total-timeout {seconds + 30}"
    if isinstance(error, InternalServerError) and error.reference_id:
        return f"DevRev's support asks for this: {error.reference_id}"
    if isinstance(error, TotalTimeoutError):
        return "Allow more time with --total-timeout."
    if isinstance(error, (TransportError, InvalidResponseError)):
        more_time = any((attempt.failure or "").startswith(_OUT_OF_TIME) for attempt in error.attempts)
        return (
            "Check the network, the proxy and the base URL (--base-url, DEVREV_BASE_URL)"
            f"{', or allow an attempt more time with --timeout' if more_time else ''}."
        )
    return ""
