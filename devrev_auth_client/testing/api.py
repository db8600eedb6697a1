"""What DevRev does in `FakeDevRev`: who asks, the rate limit, whether the body is right, and the two operations."""

from __future__ import annotations

import math
import secrets
from base64 import urlsafe_b64encode
from email.utils import format_datetime
from json import dumps, loads
from typing import TYPE_CHECKING, Any, cast

from ..token_types import TokenType
from .answers import JSON_TYPE, Answer, make_answer
from .records import FakeUser, HeldToken, IssuedToken, instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# By operation: the one member that a body may have.
MEMBERS = {"auth-tokens.get": "token_id", "auth-tokens.self.delete": "requested_token_type"}
_JSON_TYPES: dict[type[Any], str] = {dict: "object", list: "array", str: "string", bool: "boolean"}
_ALLOWED_TYPES = [str(member) for member in TokenType]


class _RefusedError(Exception):
    """The request is answered 400."""

    def __init__(self, type_: str, message: str, **details: object) -> None:
        super().__init__(type_)
        self.answer = make_answer(400, details={"type": type_, "message": message, **details})


def parse_json(body: bytes) -> Any:
    """Parse a body as UTF-8 JSON; raises ValueError where it is not."""
    try:
        return loads(body.decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None


class Api:
    """Users, tokens, and the answers to requests. Times are epoch seconds. Not thread-safe: its owner holds a lock.

    :ivar users: how many there are.
    :ivar tokens: all tokens by id, in the order in which they were issued.
    :ivar revocations: the tokens that requests revoked, in that order.
    """

    def __init__(self, rate_limit: int | None, rate_window: float) -> None:
        if rate_limit is not None and rate_limit < 1:
            raise ValueError("rate_limit must be at least 1")
        if not 0 < rate_window < math.inf:
            raise ValueError("rate_window must be a number of seconds above 0")
        self.users = 0
        self.tokens: dict[str, HeldToken] = {}
        self.revocations: list[HeldToken] = []
        self._by_secret: dict[str, HeldToken] = {}
        self._rate_limit = rate_limit
        self._rate_window = rate_window
        self._windows: dict[str, tuple[float, int]] = {}  # by user: when it ends, and how many requests it has had

    def issue(
        self,
        user: FakeUser,
        type_: TokenType,
        now: float,
        *,
        expires_in: float | None,
        scopes: Sequence[str],
        secret: str | None,
    ) -> HeldToken:
        """Issue a token; raises ValueError where its secret is empty or another token has it."""
        number = len(self.tokens) + 1
        token_id = f"don:identity:dvrv-us-1:devo/{user.dev_org}:token/{number}"
        expires_at = None if expires_in is None else now + expires_in
        if secret is None:
            end = {} if expires_at is None else {"exp": int(expires_at)}
            claims = {"iss": "https://fake-devrev.invalid/", "sub": user.id, "jti": token_id, "iat": int(now), **end}
            secret = _unsigned_jwt({**claims, "http://devrev.ai/tokentype": str(type_)})
        if not secret or secret in self._by_secret:
            raise ValueError("secret must not be empty, and no other token may have it")
        issued = IssuedToken(id=token_id, secret=secret, type=type_, user=user)
        held = HeldToken(issued, f"TOKEN-{number}", tuple(scopes), now, expires_at, now)
        self.tokens[token_id] = self._by_secret[secret] = held
        return held

    def bearer(self, headers: Mapping[str, str]) -> HeldToken | None:
        """Tell which token a request carries (header names in lower case), be it active or over."""
        scheme, _, credential = headers.get("authorization", "").partition(" ")
        return self._by_secret.get(credential.strip()) if scheme.lower() == "bearer" else None

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes, now: float) -> Answer:
        """Answer a request (header names in lower case)."""
        rate_headers: dict[str, str] = {}
        held = self.bearer(headers)
        if method != "POST" or path not in {f"/{operation}" for operation in MEMBERS}:
            answer = make_answer(404, json={"message": "route not found"})
        elif held is None or held.status(now) != "active":
            what = held.status(now) if held else "missing or unknown"
            answer = make_answer(401, details={"message": f"the token is {what}"})
        else:
            wait, rate_headers = self._limited(held.issued.user, now)
            if wait is None:
                answer = self._carried_out(held.issued.user, path[1:], headers, body, now)
            else:
                answer = make_answer(429, retry_after=wait)
        date = format_datetime(instant(now), usegmt=True)
        return answer._replace(headers=[*answer.headers, *rate_headers.items(), ("Date", date)])

    def _limited(self, user: FakeUser, now: float) -> tuple[int | None, dict[str, str]]:
        """Count a request of this user unless the window is used up; a refusal does not count.

        :returns: the whole seconds to wait, or `None` where the request may go on; and the X-Ratelimit-* headers.
            Seconds are rounded up, so that a client that waits that long is never too early.
        """
        limit = self._rate_limit
        if limit is None:
            return None, {}
        ends_at, used = self._windows.get(user.id, (now, 0))
        if ends_at <= now:
            ends_at, used = now + self._rate_window, 0
        wait = max(1, math.ceil(ends_at - now)) if used >= limit else None
        used = min(used + 1, limit)
        self._windows[user.id] = ends_at, used
        values = {"Limit": limit, "Remaining": limit - used, "Reset": math.ceil(ends_at)}
        return wait, {f"X-Ratelimit-{name}": str(value) for name, value in values.items()}

    def _carried_out(
        self, user: FakeUser, operation: str, headers: Mapping[str, str], body: bytes, now: float
    ) -> Answer:
        try:
            value = _member(MEMBERS[operation], headers, body)
            return (self._get if operation == "auth-tokens.get" else self._revoke)(user, value, now)
        except _RefusedError as refusal:
            return refusal.answer

    def _get(self, user: FakeUser, token_id: str | None, now: float) -> Answer:
        if token_id is None:
            raise _RefusedError("missing_required_field", "a required field is missing", field_name="token_id")
        if not token_id:
            raise _RefusedError("invalid_id", "token_id is empty", field_name="token_id")
        held = self.tokens.get(token_id)
        if held is None or held.issued.user.dev_org != user.dev_org:
            return make_answer(404, details={"message": "token not found"})
        return make_answer(200, json={"token": held.metadata(now)})

    def _revoke(self, user: FakeUser, type_: str | None, now: float) -> Answer:
        if type_ is not None and type_ not in _ALLOWED_TYPES:
            details = {"field_name": "requested_token_type", "value": type_, "allowed_values": _ALLOWED_TYPES}
            raise _RefusedError("invalid_enum_value", "unknown token type", **details)
        concerned = [
            held for held in self.tokens.values() if held.issued.user == user and type_ in {None, str(held.issued.type)}
        ]
        self.revocations += [held for held in concerned if held.revoke(now)]
        return make_answer(200)


def _member(name: str, headers: Mapping[str, str], body: bytes) -> str | None:
    """Read the one member that a body may have, a string; refuse all else as the API does."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != JSON_TYPE:
        raise _RefusedError("bad_request", f"Content-Type must be {JSON_TYPE}")
    try:
        parsed = parse_json(body)
    except ValueError:
        raise _RefusedError("parse_error", "the body is not JSON") from None
    if not isinstance(parsed, dict):
        raise _wrong_type(parsed, "object")
    members = cast("dict[str, Any]", parsed)
    unknown = [member for member in members if member != name]
    if unknown:
        raise _RefusedError("invalid_field", "unknown field", field_name=unknown[0])
    value = members.get(name, "")
    if not isinstance(value, str):
        raise _wrong_type(value, "string", field_name=name)
    return members.get(name)


def _wrong_type(value: object, expected: str, **details: object) -> _RefusedError:
    actual = "null" if value is None else _JSON_TYPES.get(type(value), "number")
    return _RefusedError("unexpected_json_type", "wrong JSON type", actual=actual, expected=expected, **details)


def _unsigned_jwt(claims: Mapping[str, object]) -> str:
    """Write a JWT (RFC 7519) with these claims; its signature is random, so that no two are alike."""
    header = {"alg": "ES256", "kid": "fake-devrev", "typ": "JWT"}
    parts = [dumps(part, separators=(",", ":")).encode() for part in (header, claims)]
    # RFC 7515 section 2: base64url without the padding. RFC 7518 section 3.4: the signature has 64 bytes.
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in [*parts, secrets.token_bytes(64)])
