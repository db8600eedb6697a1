"""`FakeDevRev`, the one object that users of `testing` hold."""

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
    """A DevRev in memory: it holds users and tokens and answers auth-tokens.get and auth-tokens.self.delete.

    It answers as the API does where the reference pages say how. Where they do not, these are the fake's choices:

    - revoking without `requested_token_type` revokes every token of the authenticated user, of whatever type;
    - a body with a member that the operation does not have is refused (400 invalid_field), as is a Content-Type other
      than application/json (400 bad_request), so that a misspelt type does not revoke everything;
    - every user of a dev organization may read the metadata of every token in it; of others, 404;
    - an expired or revoked token can still be read, but not be used.

    One object may be used from several threads, event loops and clients at once.

    :param rate_limit: how many requests a user may make per window, both operations together; `None` for no limit.
        With a limit, every answer to an authenticated user carries X-Ratelimit-Limit, -Remaining and -Reset.
    :param rate_window: the length of a window in seconds; it opens with the first request after the last one ended.
    :param clock: tells the time as epoch seconds; `advance` and `stop_clock` move the fake's time away from it.
    :param seed: of all that happens by chance in injected faults, to repeat it; left out, another one for each fake.
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
        """What was received, oldest first; requests whose connection was lost included. Yours to clear."""
        return self._core.requests

    @property
    def seed(self) -> int:
        """What chance is drawn from: `FakeDevRev(seed=...)` with it meets the same requests with the same faults."""
        return self._core.seed

    @property
    def unplayed(self) -> int:
        """How many steps of the script no request has met yet; 0 says that all that was scripted took place."""
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
        """Add a user, as which tokens act; what is left out gets a value of its own.

        :param type: dev_user, rev_user, service_account or sys_user; other strings are shown as they are.
        :param display_name: the name that is shown.
        :param full_name: the full name.
        :param email: the address of the user's email.
        :param state: shown in metadata; the fake lets users of any state in.
        :param external_ref: your id of a customer; shown for a rev_user only.
        :param dev_org: the number of the dev organization; users see the tokens of their own only.
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
        """Issue an active token of this user.

        :param user: as whom it acts.
        :param type: any `TokenType`; also a URN that is in none of its members, to test for what DevRev may add.
        :param expires_in: seconds from now, by the fake's clock; `None` for a token without an end.
        :param scopes: shown in metadata; the fake lets tokens of any scope do all.
        :param secret: the bearer; left out, a JWT with the claims of a PAT and a random signature.
            Its `jti` is the token's id; `exp` is missing from a token without an end.
        :raises ValueError: the secret is empty or that of another token of this fake.
        """
        with self._core.lock:
            held = self._core.api.issue(
                user, TokenType(type), self._core.now(), expires_in=expires_in, scopes=scopes, secret=secret
            )
            self._core.journal.issued(held)
            return held.issued

    def expire_token(self, token_id: str) -> None:
        """Let a token expire now.

        :param token_id: the `id` of what was issued.
        :raises KeyError: there is no such token.
        """
        with self._core.lock:
            self._core.end(token_id, revoke=False)

    def revoke_token(self, token_id: str) -> None:
        """Revoke a token, unless it is over already.

        :param token_id: the `id` of what was issued.
        :raises KeyError: there is no such token.
        """
        with self._core.lock:
            self._core.end(token_id, revoke=True)

    def token_status(self, token_id: str) -> str:
        """Give "active", "expired" or "revoked".

        :param token_id: the `id` of what was issued.
        :raises KeyError: there is no such token.
        """
        with self._core.lock:
            return self._core.api.tokens[token_id].status(self._core.now())

    def revoked(self, user: FakeUser | None = None) -> list[IssuedToken]:
        """List the revoked tokens of a user, or of all users, in the order in which they were issued.

        It does not matter who revoked them. A token that expired first is not among them.

        :param user: whose; left out, those of all.
        """
        with self._core.lock:
            held = self._core.api.tokens.values()
            return [token.issued for token in held if token.is_revoked and user in {None, token.issued.user}]

    def requests_for(self, who: IssuedToken | FakeUser) -> list[RecordedRequest]:
        """List the requests that were made with a token, or with any token of a user, oldest first.

        :param who: the token or the user.
        """
        with self._core.lock:
            ids = {id_ for id_, held in self._core.api.tokens.items() if who in (held.issued, held.issued.user)}
            return [request for request in self.requests if request.token_id in ids]

    def respond_next(self, status: int = 200, *, times: int = 1, **options: Unpack[AnswerOptions]) -> None:
        """Answer the next request; further calls queue up, and what is queued is played in order.

        :param status: the HTTP status.
        :param times: for how many requests.
        :param options: `json`, `html`, `content`, `details`, `headers`, `retry_after` and `after_processing`.
            `Fault.answer` says what they mean.
        :raises ValueError: two bodies are given, or `times` is less than 1.
        """
        self.play_next(Fault.answer(status, **options), times=times)

    def lose_connection(
        self, *, after_processing: bool = False, error: type[httpx.TransportError] | None = None, times: int = 1
    ) -> None:
        """Lose the connection of the next requests; queues up with `respond_next`.

        :param after_processing: carry the request out and lose the answer; otherwise it has no effect.
        :param error: what a caller in memory gets; `Fault.lost_connection` says more.
        :param times: for how many requests.
        :raises ValueError: an `error` before sending together with `after_processing`, or `times` is less than 1.
        """
        self.play_next(Fault.lost_connection(after_processing=after_processing, error=error), times=times)

    def play_next(self, fault: Fault, *, times: int = 1) -> None:
        """Let a fault happen to the next request; queues up with `respond_next`.

        :param fault: what happens.
        :param times: to how many requests.
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
        """Let a fault happen to some of the requests that come from now on, as long as the conditions hold.

        What is queued for the next request goes first; of several injected faults, the one that was injected first.

        :param fault: what happens.
        :param probability: from 0 to 1. Chance is drawn from the fake's `seed` and the number of the request.
        :param requests: which ones, as a number or a collection of numbers.
            1 is the first request from now on that `user` and `operation` let in.
        :param after: seconds from now, by the fake's clock, when it begins.
        :param lasting: seconds from its beginning, by the fake's clock, when it ends.
        :param times: to how many requests at most.
        :param user: only to requests with a token of this user.
        :param operation: only to "auth-tokens.get" or to "auth-tokens.self.delete".
        :returns: tells how often it happened, and stops it; as a context manager, it stops at the end of the block.
        :raises ValueError: an argument is out of its range, or there is no such operation.
        """
        operation = operation and operation.removeprefix("/")
        with self._core.lock:
            now = self._core.now()
            schedule = Schedule(now, probability, requests, after, lasting, times, user, operation)
            return self._core.inject(fault, schedule)

    @property
    def now(self) -> datetime:
        """What the fake's clock says, in UTC."""
        with self._core.lock:
            return instant(self._core.now())

    def advance(self, seconds: float) -> None:
        """Move the fake's clock on: tokens expire, windows of the rate limit end, injected faults begin and end.

        Nobody is woken by it: what a client waits for, it waits for by its own clock.

        :param seconds: by how much.
        :raises ValueError: `seconds` is below 0 or has no end.
        """
        with self._core.lock:
            self._core.advance(seconds)

    def stop_clock(self, at: datetime | None = None) -> None:
        """Let the fake's clock stand still, so that it moves by `advance` alone.

        :param at: an aware datetime that it tells from now on, be it past or future; left out, what it tells now.
        :raises ValueError: `at` has no time zone.
        """
        if at is not None and at.tzinfo is None:
            raise ValueError("at must have a time zone: datetime(..., tzinfo=UTC)")
        with self._core.lock:
            self._core.stop_clock(self._core.now() if at is None else at.timestamp())

    def journal(self, last: int | None = None) -> str:
        """Write a timeline of what happened: tokens, faults, moves of the clock, and each request with its end.

        Users and tokens appear by their display ids, a secret never. The first line tells the seed.

        :param last: how many entries, the latest ones; left out, all.
        """
        with self._core.lock:
            return self._core.journal.text(last, len(self._core.script))

    def handle(self, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """Answer one request: all that the fake does, without any transport; so a slow answer is not slow.

        :param method: such as "POST".
        :param path: such as "/auth-tokens.get".
        :param headers: names, in any case, and values.
        :param body: all of it.
        :raises ConnectionAbortedError: the connection is lost, before the answer or in the middle of its content.
        """
        result = self._core.exchange(self._core.arrives(method, path, headers), body)
        if isinstance(result, LostConnection):
            raise ConnectionAbortedError(result.message)
        result.sent = len(result.answer.content[: result.keep])
        if not result.finish():
            raise ConnectionAbortedError("the connection was lost in the middle of the answer, as scripted")
        return result.answer

    def transport(self) -> FakeTransport:
        """Give the fake as an httpx transport, for sync and for async clients; hand it in as `transport=`."""
        return FakeTransport(self._core)

    def asgi_app(self) -> ASGIApp:
        """Give the fake as an ASGI app. Under a server of yours, a lost connection ends after a response's headers."""
        return asgi_app(self._core)

    def serve(self, *, port: int = 0) -> AbstractContextManager[str]:
        """Serve over HTTP while a `with` lasts: `with fake.serve() as base_url`. Needs uvicorn (the extra `testing`).

        :param port: a port on 127.0.0.1; 0 for a free one.
        :raises ModuleNotFoundError: uvicorn is not installed.
        :raises OSError: the port is taken.
        """
        return serve(self._core, port)
