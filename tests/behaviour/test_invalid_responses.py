"""Responses that break the API's description: our error or a value, no second try, and none is taken for a proof."""

import copy
import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devrev_auth_client import Attempt, AuthToken, DevRevAuthError, InvalidResponseError, RetryPolicy, TokenType
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.backends import SYNC, sync_only
from tests.behaviour.bodies import TOKEN
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get
from tests.behaviour.transports import Answering, Chunks
from tests.behaviour.virtual_time import VirtualTime

pytestmark = sync_only

MIB = 1024 * 1024
WHOLE = json.dumps({"token": TOKEN}).encode()

NO_TOKEN: dict[str, bytes] = {
    "page": b"<html><body>Sign in</body></html>",
    "null": b"null",
    "array": b"[]",
    "pairs": b'[["token", {"id": "x"}]]',
    "pairs of pairs": b'[["token", [["id", "x"]]]]',
    "token of pairs": b'{"token": [["id", "x"]]}',
    "object and garbage": WHOLE + b" x",
    "other object": b'{"error": "no"}',
    "empty object": b"{}",
    "token empty": b'{"token": {}}',
    "id null": b'{"token": {"id": null}}',
    "user without type": b'{"token": {"id": "x", "created_by": {"id": "u"}}}',
    "date word": b'{"token": {"id": "x", "expires_at": "soon"}}',
    "a year that is none": b'{"token": {"id": "x", "created_date": "0000-00-00T00:00:00Z"}}',
    "an odd offset": b'{"token": {"id": "x", "created_date": "2023-01-01T00:00:00+99:99"}}',
    "bad UTF-8": b'{"token": {"id": "\xff\xfe"}}',
    "UTF-16": json.dumps({"token": {"id": "x"}}).encode("utf-16"),
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "huge integer": b'{"token": {"id": ' + b"9" * 10_000 + b"}}",
    "NaN": b'{"token": NaN}',
    "2 MB of spaces": b" " * (2 * MIB),
    "nothing": b"",
    "white space": b" \r\n\t ",
}
ODD: dict[str, bytes] = {
    "deep within bounds": b'{"token": {"id": "x", "a": ' + b"[" * 400 + b"]" * 400 + b"}}",
    "huge exponent": b'{"token": {"id": "x", "a": 1e999999}}',
    "Infinity": b'{"token": {"id": "x", "scopes": ["a"], "b": [Infinity, -Infinity]}}',
    "duplicate names": b'{"token": {"id": "a"}, "token": {"id": "b"}}',
    "byte order mark": b"\xef\xbb\xbf" + WHOLE,
    "lone surrogate": b'{"token": {"id": "\\ud800"}}',
    "escaped NUL": b'{"token": {"id": "\\u0000"}}',
    "methods for fields": b'{"token": {"id": "x", "__class__": "y", "to_dict": 1, "from_dict": {}}}',
}
SAYS_REVOKED = {b"", b" \r\n\t ", b"{}"}


@pytest.mark.parametrize("content", NO_TOKEN.values(), ids=NO_TOKEN)
async def test_a_200_that_cannot_be_read_is_refused_and_not_repeated(
    make_client: MakeClient, fake: FakeDevRev, content: bytes
) -> None:
    """Never a foreign exception, never half an object; the text says nothing of what was in it."""
    fake.respond_next(200, content=content)
    with pytest.raises(InvalidResponseError, match=r"^auth_tokens_get: the 200 response is ") as caught:
        await get(make_client())
    error = caught.value
    assert (error.status_code, error.attempts) == (200, (Attempt(200, None, 0.0),))
    assert (error.__cause__, error.__context__) == (None, None)
    assert len(fake.requests) == 1
    meet([200, 404, 500], content)


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
async def test_a_200_that_is_odd_is_read(make_client: MakeClient, fake: FakeDevRev, content: bytes) -> None:
    fake.respond_next(200, content=content)
    assert isinstance(await get(make_client()), AuthToken)
    meet([200, 404, 500], content)


@pytest.mark.parametrize("status", [201, 202, 204, 206, 299])
async def test_another_success_than_200_is_refused_for_reading(
    make_client: MakeClient, fake: FakeDevRev, status: int
) -> None:
    fake.respond_next(status, content=b"" if status == 204 else b'{"token": {"id": "x"}}')
    with pytest.raises(InvalidResponseError, match="a status that the API's description does not have") as caught:
        await get(make_client())
    assert caught.value.status_code == status
    assert len(fake.requests) == 1


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@both_operations
async def test_a_redirect_is_never_followed(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, status: int
) -> None:
    """Following one could hand the token to another host, or turn the POST into a GET."""
    fake.respond_next(status, headers={"Location": "https://elsewhere.example/auth-tokens.get"})
    with pytest.raises(InvalidResponseError, match="redirect") as caught:
        await operation(make_client())
    assert caught.value.status_code == status
    assert len(fake.requests) == 1


STATUSES = [100, 199, 200, 201, 204, 206, 300, 304, 400, 401, 418, 429, 499, 500, 503, 520, 599, 600, 999]


WRONG: list[Any] = [None, 5, -1.5, True, "words", "", [], ["x"], {}, {"x": 1}, [["id", "x"]], 10**400]


def replaced(value: Any, path: tuple[str | int, ...], wrong: Any) -> Any:
    if not path:
        return wrong
    changed = copy.copy(value)
    changed[path[0]] = replaced(value[path[0]], path[1:], wrong)
    return changed


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield from paths(item, (*path, name))


def test_every_field_of_every_wrong_type() -> None:
    """Each place of the reference example holds, in turn, everything that JSON has; or the response breaks off."""
    places = list(paths({"token": TOKEN}))
    bodies = [json.dumps(replaced({"token": TOKEN}, place, wrong)).encode() for place in places for wrong in WRONG]
    bodies += [WHOLE[:length] for length in range(1, len(WHOLE), 40)]
    assert len(bodies) > 400
    for body in bodies:
        meet([200], body)


def meet(statuses: list[int], body: bytes) -> None:
    """Let both operations meet the response with each status."""
    for status in statuses:
        for value in results(status, body, []):
            if value is None:
                assert status == 204 or (status == 200 and body in SAYS_REVOKED)
            elif not isinstance(value, DevRevAuthError):
                assert isinstance(value, AuthToken)
                assert status == 200


def results(status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> Iterator[object]:
    """Give what a reading and a revocation return, or raise of ours; any other error goes through."""
    for name in ("get_auth_token", "revoke_own_auth_tokens"):
        transport = Answering(status, Chunks([body]), headers)
        options: dict[str, Any] = {"transport": transport, "retry": RetryPolicy(max_attempts=1)}
        client: Any = SYNC.client(VirtualTime(), token="a-bearer-token-of-the-tests", **options)
        try:
            yield getattr(client.plain, name)(TokenType.PAT)
        except DevRevAuthError as error:
            yield error


NAMES = [b"Retry-After", b"Date", b"Content-Encoding", b"X-Ratelimit-Reset", b"X-Ratelimit-Remaining"]
PARTS = ["Tue", ",", " ", "14", "Nov", "2023", "22:13:50", "GMT", "-", ":", "+0100", "-9999", "99999999", "\u0665"]
TEXT = st.one_of(
    *(st.text(max_size=40), st.integers().map(str), st.floats().map(str)),
    *(st.lists(st.sampled_from(PARTS), max_size=14).map(between.join) for between in ("", " ")),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*TOKEN, "token", "retry_after", "x"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    status=st.sampled_from([429, 503, *STATUSES]) | st.integers(100, 999),
    body=JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=200),
    headers=st.lists(
        st.tuples(st.sampled_from(NAMES), TEXT.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary()),
        max_size=3,
    ),
)
def test_anything(status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """Whatever comes, a program that catches `DevRevAuthError` has caught it all, and no wait is without end."""
    for value in results(status, body, headers):
        proof = status == 204 or b"".join(body.split()) in (b"", b"{}")
        assert isinstance(value, AuthToken | DevRevAuthError) or (value is None and proof)
        assert 0 <= (getattr(value, "retry_after", None) or 0) < math.inf


@pytest.mark.parametrize(
    ("token", "place"),
    [
        ({"id": "x", "created_by": 5}, "'created_by'"),
        ({"id": "x", "created_by": {"id": "u"}}, "'type'"),
        ({"id": "x", "expires_at": "soon"}, "'expires_at'"),
        ({"id": "x", "status": 5}, "'status'"),
    ],
)
async def test_the_field_that_cannot_be_read_is_named(
    make_client: MakeClient, fake: FakeDevRev, token: object, place: str
) -> None:
    fake.respond_next(200, json={"token": token})
    with pytest.raises(InvalidResponseError, match=rf"unreadable \(\w+ at {place}\)"):
        await get(make_client())
