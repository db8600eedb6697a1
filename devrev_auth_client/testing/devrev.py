"""`FakeDevRev`, the entry point of `testing`."""

from __future__ import annotations

import math
import secrets
import time
from typing import TYPE_CHECKING, Unpack

from ..token_types import TokenType
from .answers import AnswerOptions, LostConnection
from .api import Api
from .core import Core, Injection, Schedule
from .faults import Fault
from .records import FakeUser, IssuedToken, RecordedRequest, instant
from .server import asgi_app, serve
from .transports import FakeTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    import httpx

    from .answers import Answer
    from .server import ASGIApp

_THIRTY_DAYS = 30 * 86_400.0


class FakeDevRev:
    """A DevRev in memory: it has users and tokens, and serves auth-tokens.get and auth-tokens.self.delete.

    It responds as DevRev's reference pages say. Where they say nothing, the fake decides:

    - Revoking without `requested_token_type` revokes all tokens of the user, of every type.
    - An unknown field in a body is refused (400 invalid_field), and so is a Content-Type other than application/json
      (400 bad_request). A misspelt field name therefore does not revoke everything.
    - A user can read every token of the same dev organization. Tokens of other organizations are a 404.
    - An expired or revoked token can still be read, but not used.

    You can use one fake from several threads, event loops and clients at once.

    :param rate_limit: how many requests a user may make per window, both operations together; `None` for no limit.
        With a limit, every response to an authenticated user has X-Ratelimit-Limit, -Remaining and -Reset.
    :param rate_window: the length of a window in seconds. A window starts with the first request after the last window.
    :param clock: returns the time in epoch seconds. `advance` and `stop_clock` move the fake's time away from it.
    :param seed: the seed of random faults; use the same one to repeat them. Left out, each fake has its own.
    :raises ValueError: for a `rate_limit` below 1 or a `rate_window` not above 0.
    """

    def __init__(
        self,
        *,
        rate_limit: int | None = None,
        rate_window: float = 300.0,
        clock: Callable[[], float] = time.time,
        seed: int | None = None,
    ) -> None:
        self._core = Core(Api(rate_limit, rate_window), clock, secrets.randbits(32) if seed is None else seed)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.requests)} requests>"

    @property
    def requests(self) -> list[RecordedRequest]:
        """All requests, oldest first, including those whose connection was lost. You may clear the list."""
        return self._core.requests

    @property
    def seed(self) -> int:
        """The seed of random faults. `FakeDevRev(seed=...)` with the same one repeats them for the same requests."""
        return self._core.seed

    @property
    def unplayed(self) -> int:
        """How many scripted steps have not happened yet. 0 means that all of them happened."""
        return len(self._core.script)

    def add_user(
        self,
        *,
        type: str = "dev_user",  # noqa: A002  # the wire name
        display_name: str | None = None,
        full_name: str | None = None,
        email: str | None = None,
        state: str = "active",
        external_ref: str | None = None,
        dev_org: int = 1,
    ) -> FakeUser:
        """Add a user, for whom you can issue tokens. What you leave out gets a unique value.

        :param type: dev_user, rev_user, service_account or sys_user; other strings are shown as they are.
        :param display_name: the name that is shown.
        :param full_name: the full name.
        :param email: the address of the user's email.
        :param state: shown in metadata. The fake accepts users in any state.
        :param external_ref: your own id for a customer; shown for a rev_user only.
        :param dev_org: the number of the dev organization. Users only see tokens of their own organization.
        """
        with self._core.lock:
            number = self._core.api.users = self._core.api.users + 1
        return FakeUser(
            number=number,
            type=type,
            dev_org=dev_org,
            display_name=display_name or f"user-{number}",
            full_name=full_name or f"User Number {number}",
            email=email or f"user-{number}@example.com",
            state=state,
            external_ref=external_ref or f"customer-{number}",
        )

    def issue_token(
        self,
        user: FakeUser,
        type: TokenType | str = TokenType.PAT,  # noqa: A002  # the wire name
        *,
        expires_in: float | None = _THIRTY_DAYS,
        scopes: Sequence[str] = ("all",),
        secret: str | None = None,
    ) -> IssuedToken:
        """Issue an active token for a user.

        :param user: the user that the token acts as.
        :param type: a `TokenType`, or a URN that it does not list, to test for types that DevRev may add.
        :param expires_in: seconds from now, on the fake's clock; `None` for a token that never expires.
        :param scopes: shown in metadata. The fake lets a token of any scope do everything.
        :param secret: the bearer token. Left out, a JWT with the claims of a PAT and a random signature.
            Its `jti` is the token's id. A token that never expires has no `exp`.
        :raises ValueError: the secret is empty, or another token of this fake has it.
        """
        with self._core.lock:
            held = self._core.api.issue(
                user, TokenType(type), self._core.now(), expires_in=expires_in, scopes=scopes, secret=secret
            )
            self._core.journal.issued(held)
            return held.issued

    def expire_token(self, token_id: str) -> None:
        """Make a token expire now.

        :param token_id: the `id` of an issued token.
        :raises KeyError: there is no such token.
        """
        with self._core.lock:
            self._core.end(token_id, revoke=False)

    def revoke_token(self, token_id: str) -> None:
        """Revoke a token, unless it is already expired or revoked.

        :param token_id: the `id` of an issued token.
        :raises KeyError: there is no such token.
        """
        with self._core.lock:
            self._core.end(token_id, revoke=True)

    def token_status(self, token_id: str) -> str:
        """Return "active", "expired" or "revoked".

        :param token_id: the `id` of an issued token.
        :raises KeyError: there is no such token.
        """
        with self._core.lock:
            return self._core.api.tokens[token_id].status(self._core.now())

    def revoked(self, user: FakeUser | None = None) -> list[IssuedToken]:
        """List the revoked tokens of a user, or of all users, in the order in which they were issued.

        They may have been revoked by a request or by the test. A token that expired first is not listed.

        :param user: the user; left out, all users.
        """
        with self._core.lock:
            held = self._core.api.tokens.values()
            return [token.issued for token in held if token.is_revoked and user in {None, token.issued.user}]

    def requests_for(self, who: IssuedToken | FakeUser) -> list[RecordedRequest]:
        """List the requests made with a token, or with any token of a user, oldest first.

        :param who: the token or the user.
        """
        with self._core.lock:
            ids = {id_ for id_, held in self._core.api.tokens.items() if who in (held.issued, held.issued.user)}
            return [request for request in self.requests if request.token_id in ids]

    def respond_next(self, status: int = 200, *, times: int = 1, **options: Unpack[AnswerOptions]) -> None:
        """Script the response to the next request. Several calls queue up and are played in order.

        :param status: the HTTP status.
        :param times: how many requests get it.
        :param options: `json`, `html`, `content`, `details`, `headers`, `retry_after` and `after_processing`.
            See `Fault.answer`.
        :raises ValueError: two bodies are given, or `times` is less than 1.
        """
        self.play_next(Fault.answer(status, **options), times=times)

    def lose_connection(
        self, *, after_processing: bool = False, error: type[httpx.TransportError] | None = None, times: int = 1
    ) -> None:
        """Lose the connection of the next request. It queues up with `respond_next`.

        :param after_processing: process the request and lose the response. Otherwise the request has no effect.
        :param error: the exception for a client in memory; see `Fault.lost_connection`.
        :param times: how many requests get it.
        :raises ValueError: an `error` before sending together with `after_processing`, or `times` is less than 1.
        """
        self.play_next(Fault.lost_connection(after_processing=after_processing, error=error), times=times)

    def play_next(self, fault: Fault, *, times: int = 1) -> None:
        """Script a fault for the next request. It queues up with `respond_next`.

        :param fault: the fault.
        :param times: how many requests get it.
        :raises ValueError: `times` is less than 1.
        """
        if times < 1:
            raise ValueError("times must be at least 1")
        with self._core.lock:
            self._core.script.extend([fault] * times)

    def inject(
        self,
        fault: Fault,
        *,
        probability: float = 1.0,
        requests: int | Container[int] | None = None,
        after: float = 0.0,
        lasting: float = math.inf,
        times: int | None = None,
        user: FakeUser | None = None,
        operation: str | None = None,
    ) -> Injection:
        """Inject a fault into requests from now on. All the conditions you give must hold.

        Scripted responses and faults go first. Of several injected faults that apply, the oldest one is played.

        :param fault: the fault.
        :param probability: from 0 to 1. It is drawn from the fake's `seed` and the number of the request.
        :param requests: which requests, as a number or a collection of numbers.
            1 is the first request from now on that matches `user` and `operation`.
        :param after: when it starts: seconds from now, on the fake's clock.
        :param lasting: how long it lasts, in seconds on the fake's clock.
        :param times: the most requests that get it.
        :param user: only requests with a token of this user.
        :param operation: only "auth-tokens.get" or "auth-tokens.self.delete".
        :returns: an object with `played`, the number of requests that got the fault, and `stop()`.
            As a context manager, it stops the fault at the end of the block.
        :raises ValueError: an argument is out of its range, or there is no such operation.
        """
        operation = operation and operation.removeprefix("/")
        with self._core.lock:
            now = self._core.now()
            schedule = Schedule(now, probability, requests, after, lasting, times, user, operation)
            return self._core.inject(fault, schedule)

    @property
    def now(self) -> datetime:
        """The time on the fake's clock, in UTC."""
        with self._core.lock:
            return instant(self._core.now())

    def advance(self, seconds: float) -> None:
        """Advance the fake's clock: tokens expire, rate-limit windows end, injected faults start and end.

        It does not end the waits of clients: they have clocks of their own.

        :param seconds: how far.
        :raises ValueError: `seconds` is negative or not finite.
        """
        with self._core.lock:
            self._core.advance(seconds)

    def stop_clock(self, at: datetime | None = None) -> None:
        """Stop the fake's clock, so that only `advance` moves it.

        :param at: the time to show from now on, an aware datetime in the past or future; left out, the current time.
        :raises ValueError: `at` has no time zone.
        """
        if at is not None and at.tzinfo is None:
            raise ValueError("at must have a time zone: datetime(..., tzinfo=UTC)")
        with self._core.lock:
            self._core.stop_clock(self._core.now() if at is None else at.timestamp())

    def journal(self, last: int | None = None) -> str:
        """Return a timeline of what happened: tokens, faults, changes of the clock, and each request with its outcome.

        Users and tokens appear by their display ids. Secrets never appear. The first line has the seed.

        :param last: only the most recent entries, this many; left out, all.
        """
        with self._core.lock:
            return self._core.journal.text(last, len(self._core.script))

    def handle(self, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """Answer one request without any transport. A slow response comes at once.

        :param method: such as "POST".
        :param path: such as "/auth-tokens.get".
        :param headers: names, in any case, and values.
        :param body: the whole body.
        :raises ConnectionAbortedError: the connection is lost before or during the response.
        """
        result = self._core.exchange(self._core.arrives(method, path, headers), body)
        if isinstance(result, LostConnection):
            raise ConnectionAbortedError(result.message)
        result.sent = len(result.answer.content[: result.keep])
        if not result.finish():
            raise ConnectionAbortedError("the connection was lost in the middle of the answer, as scripted")
        return result.answer

    def transport(self) -> FakeTransport:
        """Return the fake as an httpx transport. Pass it to a client of either kind as `transport=`."""
        return FakeTransport(self._core)

    def asgi_app(self) -> ASGIApp:
        """Return the fake as an ASGI app. Under your own server, a lost connection ends after the response headers."""
        return asgi_app(self._core)

    def serve(self, *, port: int = 0) -> AbstractContextManager[str]:
        """Serve over HTTP in a `with` block: `with fake.serve() as base_url`. Needs uvicorn (the extra `testing`).

        :param port: a port on 127.0.0.1; 0 for a free one.
        :raises ModuleNotFoundError: uvicorn is not installed.
        :raises OSError: the port is taken.
        """
        return serve(self._core, port)
