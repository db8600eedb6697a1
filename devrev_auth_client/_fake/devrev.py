"""`FakeDevRev`, the one object that users of `testing` hold; what it is made of lies in the modules it imports."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from ..token_types import TokenType
from .api import FakeApi
from .core import FakeCore
from .quota import Quota
from .records import FakeUser, IssuedToken, RecordedRequest
from .script import NOTHING, LostConnection, ScriptedAnswer, lost_connection, scripted_answer
from .server import asgi_app, serve
from .transport import FakeTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

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
    :param clock: tells the time as epoch seconds; hand one in to move time without sleeping.
    :raises ValueError: for a `rate_limit` below 1 or a `rate_window` not above 0.
    """

    def __init__(
        self,
        *,
        rate_limit: int | None = None,
        rate_window: float = 300.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        quota = None if rate_limit is None else Quota(rate_limit, rate_window)
        self._core = FakeCore(FakeApi(clock, quota))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.requests)} requests>"

    @property
    def requests(self) -> list[RecordedRequest]:
        """What was received, oldest first; requests whose connection was lost included. Yours to clear."""
        return self._core.requests

    def add_user(
        self,
        *,
        type: str = "dev_user",  # noqa: A002 - the wire name
        display_name: str | None = None,
        full_name: str | None = None,
        email: str | None = None,
        state: str = "active",
        external_ref: str | None = None,
        dev_org: int = 1,
    ) -> FakeUser:
        """Add a user, as which tokens act; what is left out gets a value of its own.

        :param type: dev_user, rev_user, service_account or sys_user; other strings are shown as they are.
        :param state: shown in metadata; the fake lets users of any state in.
        :param external_ref: your id of a customer; shown for a rev_user only.
        :param dev_org: the number of the dev organization; users see the tokens of their own only.
        """
        with self._core.lock:
            number = self._core.api.next_user_number()
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
        type: TokenType | str = TokenType.PAT,  # noqa: A002 - the wire name
        *,
        expires_in: float | None = _THIRTY_DAYS,
        scopes: Sequence[str] = ("all",),
        secret: str | None = None,
    ) -> IssuedToken:
        """Issue an active token of this user.

        :param type: any `TokenType`; also a URN that is in none of its members, to test for what DevRev may add.
        :param expires_in: seconds from now, by the fake's clock; `None` for a token without an end.
        :param secret: the bearer; left out, a random one.
        :raises ValueError: the secret is empty or that of another token of this fake.
        """
        bearer = f"fake-devrev-{secrets.token_hex(16)}" if secret is None else secret
        with self._core.lock:
            return self._core.api.issue(user, TokenType(type), bearer, expires_in=expires_in, scopes=scopes)

    def expire_token(self, token_id: str) -> None:
        """Let a token expire now.

        :raises KeyError: there is no such token.
        """
        with self._core.lock:
            self._core.api.token(token_id).expire(self._core.api.clock())

    def revoke_token(self, token_id: str) -> None:
        """Revoke a token, unless it is over already.

        :raises KeyError: there is no such token.
        """
        with self._core.lock:
            self._core.api.token(token_id).revoke(self._core.api.clock())

    def token_status(self, token_id: str) -> str:
        """Give "active", "expired" or "revoked".

        :raises KeyError: there is no such token.
        """
        with self._core.lock:
            return self._core.api.token(token_id).status(self._core.api.clock())

    def respond_next(
        self,
        status: int = 200,
        *,
        json: object = NOTHING,
        html: str | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        retry_after: float | str | None = None,
        after_processing: bool = False,
        times: int = 1,
    ) -> None:
        """Answer the next request like this; further calls queue up, and what is queued is played in order.

        Without `json`, `html` or `content`, an error has the API's body for its status and anything else has none.
        No header is added but Content-Type, Content-Length and Retry-After, and `headers` go before them.

        :param retry_after: sent as the header; on a 429 and as a whole number, in the body too. Seconds, or a date as
            a string.
        :param after_processing: carry the request out before; otherwise it has no effect, whatever its bearer is.
        :param times: for how many requests.
        :raises ValueError: two bodies are given, or `times` is less than 1.
        """
        scripted = scripted_answer(
            status, json=json, html=html, content=content, headers=headers, retry_after=retry_after
        )
        self._core.add_steps(ScriptedAnswer(scripted, after_processing), times)

    def lose_connection(
        self,
        *,
        after_processing: bool = False,
        error: type[httpx.TransportError] | None = None,
        times: int = 1,
    ) -> None:
        """Lose the connection of the next request; queues up with `respond_next`.

        :param after_processing: carry the request out and lose the answer; otherwise it has no effect.
        :param error: what a caller in memory gets. The default is ReadError after processing, else ConnectError, for
            which the body is not read. Over real HTTP the connection is closed without an answer, whatever this says.
        :param times: for how many requests.
        :raises ValueError: an `error` before sending together with `after_processing`, or `times` is less than 1.
        """
        self._core.add_steps(lost_connection(after_processing, error), times)

    def handle(self, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """Answer one request: all that the fake does, without any transport.

        :raises ConnectionAbortedError: the connection is lost, as scripted.
        """
        result = self._core.exchange(method, path, headers, body, self._core.next_step())
        if isinstance(result, LostConnection):
            raise ConnectionAbortedError("the connection was lost, as scripted")
        return result

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
