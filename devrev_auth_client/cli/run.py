"""One command's call to DevRev: the client, messages while it waits, the verdict and the exit code."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from enum import IntEnum

import typer
from rich.prompt import Confirm

from .. import AuthToken, DevRevAuthClient, DevRevAuthError, RetryPolicy, TokenClaims, TokenType, errors
from . import show
from .tokens import Token, stdin_is_terminal

_DEVREV = "api.devrev.ai"
_AGAIN = "Run it again (revoking twice does no harm), or check one of the tokens: devrev-auth get TOKEN_ID"


class ExitCode(IntEnum):
    """The exit code of a command; `EXIT_CODES` is its help text."""

    DONE = 0
    REJECTED = 1
    WRONG_USE = 2
    UNCONFIRMED = 3
    NO_ANSWER = 4
    STOPPED = 130  # what shells give to a program that Ctrl-C ended


EXIT_CODES = """\
Exit codes:

\b
  0    done
  1    rejected by DevRev; retrying will not help
  2    wrong arguments, environment or token; nothing was sent
  3    unconfirmed: a revocation may or may not have happened
  4    no usable response, or rate limited; try again later
  130  you stopped it"""


class Run:
    """One command from its token to its exit code. Times are seconds.

    :param revoking: the type, where tokens are revoked.
    :param as_json: whether a revocation's verdict is also written as JSON.
    :ivar host: where the call goes: host and port, look-alike letters escaped.
    :ivar target: the host and the token's owner, for people; empty as long as there is no client.
    :ivar under_way: whether a revocation has begun; it stays so, since stopping the command must not call it undone.
    """

    def __init__(
        self,
        base_url: str | None,
        timeout: float,
        total_timeout: float,
        verbose: bool,
        *,
        revoking: TokenType | None = None,
        as_json: bool = False,
    ) -> None:
        variable = os.environ.get("DEVREV_BASE_URL")
        used = (variable if base_url is None else base_url) or f"https://{_DEVREV}"
        host = re.sub("^[a-z]+://|/.*$", "", used.lower()).removesuffix(":443")
        self.host = host.encode("ascii", "backslashreplace").decode()
        self.target = ""
        self.under_way = False
        # What a shell knows the base URL by: whichever gave it.
        self._base_url_name = (
            "--base-url" if base_url is not None else "DEVREV_BASE_URL" if variable else "the base URL"
        )
        self._base_url, self._timeout, self._total_timeout = base_url, timeout, total_timeout
        self._verbose = verbose
        self._revoking, self._as_json = revoking, as_json
        self._owner: dict[str, str | None] = {"user": None, "organisation": None}
        self._waits = show.Waits(self.host, verbose=verbose)

    @contextmanager
    def verdict(self) -> Generator[None]:
        """Where an error or Ctrl-C ends what is inside, say what came of it and end the command with its exit code."""
        try:
            yield
        except DevRevAuthError as error:
            code, reason, advice = self._describe(error)
        except (KeyboardInterrupt, typer.Abort):
            if self.under_way and not self._waits.surely_unprocessed:
                code, reason, advice = ExitCode.UNCONFIRMED, "stopped while the revocation was in progress.", _AGAIN
            else:
                code, reason, advice = ExitCode.STOPPED, "stopped.", ""
        else:
            return
        verdict = "unconfirmed" if code == ExitCode.UNCONFIRMED else "not revoked" if self._revoking else ""
        text = f"{verdict}: {reason}" if verdict else reason
        show.say(f"{text[0].upper()}{text[1:]}\n{advice}", "red")
        show.say(self.target if code != ExitCode.WRONG_USE else "")
        if self._as_json:
            self.show_revocation(verdict, reason)
        raise typer.Exit(code)

    @contextmanager
    def client(self, token: Token) -> Generator[DevRevAuthClient]:
        """Give a client that says when it waits, and a warning where it does not ask DevRev's own host."""
        client = DevRevAuthClient(
            token.reveal(),
            base_url=self._base_url,
            timeout=self._timeout,
            total_timeout=self._total_timeout,
            retry=RetryPolicy(on_retry=self._waits.tell),
        )
        claims = token.claims or TokenClaims()
        user, organisation = claims.subject, re.search(r":(devo/[^:]+)", f"{claims.subject} {claims.token_id}")
        self._owner = {"user": user, "organisation": organisation and organisation[1]}
        short = {**self._owner, "user": user and user.rpartition(":")[2]}
        owner = ", ".join(f"{name} {value}" for name, value in short.items() if value)
        self.target = f"Host: {self.host}. Token's owner: {f'{owner} (unverified)' if owner else 'unknown'}."
        if self.host != _DEVREV:
            warning = f"Warning: {self._base_url_name} points to {self.host}, not to DevRev ({_DEVREV})."
            show.say(warning, "yellow")
        try:
            with client:
                yield client
        finally:
            self._waits.stop()
        quota = client.rate_limit
        if self._verbose:
            show.say(f"attempt {self._waits.count + 1}: {self.host} responded")
        if self._verbose and quota is not None and quota.remaining is not None:
            resets = show.instant(quota.reset_at) if quota.reset_at else "at an unknown time"
            show.say(f"rate limit: {quota.remaining} of {quota.limit} requests left; resets {resets}")

    def own_token(self, token: Token) -> AuthToken:
        """Ask DevRev about the token in use."""
        with self.client(token) as client:
            return client.get_own_auth_token()

    def show_revocation(self, verdict: str, error: str | None = None) -> None:
        """Write what came of a revocation as JSON."""
        host = self.host if self.target else None
        fields = {"verdict": verdict, "token_type": self._revoking, "host": host, "unverified": self._owner}
        show.write(show.as_json({**fields, "error": error}))

    def _describe(self, error: DevRevAuthError) -> tuple[ExitCode, str, str]:
        """Return the exit code, what happened (with the outcome of each attempt), and what to do next."""
        code, reason, advice = outcome_of(error, revocation=self._revoking is not None)
        name = self._base_url_name
        if isinstance(error, errors.APIError):
            said = [f"{error.status_code} {error.type or ''}".rstrip(), error.message, error.detail]
            # What a server writes about an error can be a whole page.
            reason += f". {self.host} says: {' '.join(': '.join(filter(None, said)).split())[:500]}"
        elif not isinstance(error, errors.RevocationUnconfirmedError):
            # Errors speak of what Python calls things; a shell has other names.
            text = str(error).removeprefix(f"{error.operation}: ").replace("total_timeout", "--total-timeout")
            text = text.replace("get_auth_token", "`devrev-auth get TOKEN_ID`")
            reason += re.sub(r"\bbase_url\b", name, text)
        if isinstance(error, errors.UnauthenticatedError) and self.host != _DEVREV:
            advice = f"{_DEVREV} was not asked: {name} points to {self.host}."
        outcomes = [attempt.failure or str(attempt.status_code) for attempt in error.attempts]
        if len(outcomes) > 1:
            reason += f"\n{len(outcomes)} attempts"
            reason += f": {'; '.join(outcomes)}" if len(set(outcomes)) > 1 else ", the same each time"
        return code, reason, advice


class _Consent(Confirm):
    """Takes any answer but yes for no, and so asks once."""

    def process_response(self, value: str) -> bool:
        return value.strip().lower() in {"y", "yes"}


def confirm() -> None:
    """Ask whether to go on; raises `typer.Abort` for any answer but yes."""
    if not stdin_is_terminal():
        raise errors.ConfigurationError(
            "cannot ask for confirmation, because standard input is not a terminal; add --yes to revoke"
        )
    try:
        # typer.confirm would write a part of its question to standard output.
        agreed = _Consent.ask("Revoke them?", console=show.messages, default=False)
    except EOFError:
        agreed = False
    if not agreed:
        raise typer.Abort


def outcome_of(error: DevRevAuthError, *, revocation: bool) -> tuple[ExitCode, str, str]:
    """Return the exit code for an error of a call or of what came before it, what happened, and what to do next."""
    # Of most 5xx, and of an answer that cannot be read, nobody can tell whether the server acted before it.
    doubt = ExitCode.UNCONFIRMED if revocation else ExitCode.NO_ANSWER
    again = _AGAIN if revocation else ""
    check = "Check the network, the proxy and the base URL (--base-url, DEVREV_BASE_URL)"
    match error:
        case errors.ConfigurationError():
            return ExitCode.WRONG_USE, "" if revocation else "Error: ", ""
        case errors.RevocationUnconfirmedError(likely_revoked=True):
            advice = "To be sure, check with another token of yours: devrev-auth get TOKEN_ID"
            return doubt, "your token stopped working, so it was most likely revoked.", advice
        case errors.RevocationUnconfirmedError():
            return doubt, "the revocation may or may not have happened.", again
        case errors.UnauthenticatedError():
            advice = "It may be expired, revoked or incomplete. Check with another token: devrev-auth get TOKEN_ID"
            return ExitCode.REJECTED, "the host does not accept this token", advice
        case errors.NotFoundError(type="not_found") if not revocation:
            return ExitCode.REJECTED, "token not found", ""
        case errors.NotFoundError():
            return ExitCode.REJECTED, "rejected", "Check the base URL (--base-url, DEVREV_BASE_URL)."
        case errors.TooManyRequestsError(retry_after=float() as seconds):
            wait = math.ceil(seconds)
            advice = f"Try again in {show.duration(wait)}, or let the command wait: --total-timeout {wait + 30}"
            return ExitCode.NO_ANSWER, "rate limited", advice
        case errors.TooManyRequestsError():
            return ExitCode.NO_ANSWER, "rate limited", "Try again later."
        case errors.ServiceUnavailableError():
            return ExitCode.NO_ANSWER, "temporarily unavailable", "Try again later."
        case errors.APIError(status_code=status) if status < 500:
            return ExitCode.REJECTED, "rejected", ""
        case errors.InternalServerError(reference_id=str() as reference):
            return doubt, "server error", again or f"If you contact DevRev's support, give this reference: {reference}"
        case errors.APIError():
            return doubt, "server error", again
        case errors.TotalTimeoutError():
            return ExitCode.NO_ANSWER, "timed out: ", "Allow more time with --total-timeout."
        case errors.InvalidResponseError():
            return doubt, "unusable response: ", again or f"{check}."
        case errors.AttemptTimeoutError():
            return ExitCode.NO_ANSWER, "no response: ", f"{check}, or allow more time with --timeout."
        case _:
            return ExitCode.NO_ANSWER, "no response: ", f"{check}."
