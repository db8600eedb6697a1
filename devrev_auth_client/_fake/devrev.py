"""`FakeDevRev`, the one object that users of `testing` hold; what it is made of lies in the modules it imports."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from .accounts import Accounts
from .api import FakeApi
from .clock import Clock
from .core import FakeCore
from .delivery import LostConnection
from .misbehaviour import Misbehaviour
from .quota import Quota
from .records import RecordedRequest, instant
from .server import asgi_app, serve
from .transport import FakeTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from .answers import Answer
    from .server import ASGIApp


class FakeDevRev(Accounts, Misbehaviour):
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
        quota = None if rate_limit is None else Quota(rate_limit, rate_window)
        own_clock = Clock(clock)
        self._core = FakeCore(FakeApi(own_clock, quota), own_clock, secrets.randbits(32) if seed is None else seed)

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
    def now(self) -> datetime:
        """What the fake's clock says, in UTC."""
        with self._core.lock:
            return instant(self._core.clock())

    def advance(self, seconds: float) -> None:
        """Move the fake's clock on: tokens expire, windows of the rate limit end, injected faults begin and end.

        Nobody is woken by it: what a client waits for, it waits for by its own clock.

        :param seconds: by how much.
        :raises ValueError: `seconds` is below 0 or has no end.
        """
        with self._core.lock:
            self._core.clock.advance(seconds)
            self._core.note(f"clock advanced by {seconds:.12g} s")

    def stop_clock(self, at: datetime | None = None) -> None:
        """Let the fake's clock stand still, so that it moves by `advance` alone.

        :param at: an aware datetime that it tells from now on, be it past or future; left out, what it tells now.
        :raises ValueError: `at` has no time zone.
        """
        if at is not None and at.tzinfo is None:
            raise ValueError("at must have a time zone: datetime(..., tzinfo=UTC)")
        with self._core.lock:
            before = self._core.clock()
            self._core.clock.stop(before if at is None else at.timestamp())
            self._core.journal.jumped(self._core.clock() - before)
            self._core.note(f"clock stopped at {instant(self._core.clock()).isoformat()}")

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
        if result.kept is not None:
            result.ended(f"cut after {result.progress(result.kept)}")
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
