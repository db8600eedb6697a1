"""What DevRev does in `FakeDevRev`: who asks, whether the body is right, and the two operations."""

from __future__ import annotations

from email.utils import format_datetime
from json import loads
from typing import TYPE_CHECKING, Any, cast

from ..token_types import TokenType
from .answers import JSON_TYPE, Answer, answer, error_answer, json_answer, too_many_requests
from .bearer import ISSUER, unsigned_jwt
from .records import FakeUser, HeldToken, IssuedToken, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .quota import Quota

_JSON_TYPES: dict[type[Any], str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}


class _RefusedError(Exception):
    """The request is answered with an error."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def _bad(type_: str, message: str, **details: object) -> _RefusedError:
    return _RefusedError(error_answer(400, message, type=type_, **details))


def _bearer_of(headers: Mapping[str, str]) -> str:
    scheme, _, credential = headers.get("authorization", "").partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else ""


def parse_json(body: bytes) -> Any:
    """Parse a body as UTF-8 JSON; raises ValueError where it is not."""
    try:
        return loads(body.decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None


class FakeApi:
    """The state of the fake and its answers. Times are epoch seconds. Not thread-safe: its owner holds a lock.

    :ivar just_revoked: the tokens that a request revoked; its owner clears it.
    """

    def __init__(self, clock: Callable[[], float], quota: Quota | None) -> None:
        self.clock = clock
        self.just_revoked: list[HeldToken] = []
        self._quota = quota
        self._users = 0
        self._tokens: dict[str, HeldToken] = {}
        self._by_secret: dict[str, HeldToken] = {}
        self._operations = {
            "/auth-tokens.get": self._get,
            "/auth-tokens.self.delete": self._self_delete,
        }

    def next_user_number(self) -> int:
        """Count users."""
        self._users += 1
        return self._users

    def issue(
        self, user: FakeUser, type_: TokenType, secret: str | None, *, expires_in: float | None, scopes: Sequence[str]
    ) -> HeldToken:
        """Issue a token; raises ValueError where its secret is empty or another token has it."""
        number = len(self._tokens) + 1
        now = self.clock()
        token_id = f"don:identity:dvrv-us-1:devo/{user.dev_org}:token/{number}"
        if secret is None:
            claims = {"iss": ISSUER, "sub": user.id, "jti": token_id, "iat": int(now)}
            end = {} if expires_in is None else {"exp": int(now + expires_in)}
            secret = unsigned_jwt({**claims, **end, "http://devrev.ai/tokentype": str(type_)})
        if not secret or secret in self._by_secret:
            raise ValueError("a secret must not be empty, nor be that of another token")
        issued = IssuedToken(id=token_id, secret=secret, type=type_, user=user)
        held = HeldToken(
            issued=issued,
            number=number,
            scopes=tuple(scopes),
            issued_at=now,
            expires_at=None if expires_in is None else now + expires_in,
            modified_at=now,
        )
        self._tokens[token_id] = self._by_secret[secret] = held
        return held

    def token(self, token_id: str) -> HeldToken:
        """Look a token up by its id; raises KeyError."""
        return self._tokens[token_id]

    @property
    def tokens(self) -> Mapping[str, HeldToken]:
        """All tokens by id, in the order in which they were issued."""
        return self._tokens

    def bearer_of(self, headers: Mapping[str, str]) -> HeldToken | None:
        """Tell which token a request carries (header names in lower case), be it active or over."""
        return self._by_secret.get(_bearer_of(headers))

    @property
    def paths(self) -> Iterable[str]:
        """Where the operations are."""
        return self._operations.keys()

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer a request (header names in lower case)."""
        now = self.clock()
        rate_headers: dict[str, str] = {}
        operation = self._operations.get(path) if method == "POST" else None
        held = self.bearer_of(headers)
        if operation is None:
            result = json_answer(404, {"message": "route not found"})
        elif held is None or held.status(now) != "active":
            what = f"a token that is {held.status(now)}" if held else "no token, or an unknown one"
            result = error_answer(401, f"the Authorization header has {what}")
        else:
            user = held.issued.user
            retry_after, rate_headers = self._quota.take(user.id, now) if self._quota else (None, {})
            if retry_after is None:
                result = _carried_out(operation, user, headers, body, now)
            else:
                result = too_many_requests(retry_after)
        date = format_datetime(instant(now), usegmt=True)
        return result._replace(headers=[*result.headers, *rate_headers.items(), ("Date", date)])

    def _get(self, user: FakeUser, body: bytes, now: float) -> Answer:
        token_id = _strings_of(body, required="token_id")["token_id"]
        if not token_id:
            raise _bad("invalid_id", "token_id is empty", field_name="token_id")
        held = self._tokens.get(token_id)
        if held is None or held.issued.user.dev_org != user.dev_org:
            raise _RefusedError(error_answer(404, "token not found"))
        return json_answer(200, {"token": held.metadata(now)})

    def _self_delete(self, user: FakeUser, body: bytes, now: float) -> Answer:
        requested = _strings_of(body, optional="requested_token_type").get("requested_token_type")
        allowed = [str(member) for member in TokenType]
        if requested is not None and requested not in allowed:
            raise _bad(
                "invalid_enum_value",
                "unknown token type",
                field_name="requested_token_type",
                value=requested,
                allowed_values=allowed,
            )
        concerned = [
            held
            for held in self._tokens.values()
            if held.issued.user == user and requested in {None, str(held.issued.type)}
        ]
        self.just_revoked = [held for held in concerned if held.revoke(now)]
        return answer(200)


def _carried_out(
    operation: Callable[[FakeUser, bytes, float], Answer],
    user: FakeUser,
    headers: Mapping[str, str],
    body: bytes,
    now: float,
) -> Answer:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != JSON_TYPE:
        return error_answer(400, f"Content-Type must be {JSON_TYPE}")
    try:
        return operation(user, body, now)
    except _RefusedError as refusal:
        return refusal.answer


def _strings_of(body: bytes, *, required: str | None = None, optional: str | None = None) -> dict[str, str]:
    """Read a JSON object with one member that it may have, a string; refuse all else as the API does."""
    try:
        parsed = parse_json(body)
    except ValueError:
        raise _bad("parse_error", "the body is not JSON") from None
    if not isinstance(parsed, dict):
        raise _wrong_type(parsed, "object")
    members = cast("dict[str, Any]", parsed)
    for name in members:
        if name not in {required, optional}:
            raise _bad("invalid_field", "unknown field", field_name=name)
    if required is not None and required not in members:
        raise _bad("missing_required_field", "a required field is missing", field_name=required)
    for name, value in members.items():
        if not isinstance(value, str):
            raise _wrong_type(value, "string", field_name=name)
    return members


def _wrong_type(value: object, expected: str, **details: object) -> _RefusedError:
    return _bad(
        "unexpected_json_type", "wrong JSON type", actual=_JSON_TYPES[type(value)], expected=expected, **details
    )
