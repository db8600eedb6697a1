"""TokenClaims: what a JWT says of itself, read offline; and what is no JWT is refused without being shown."""

import base64
import json
import pickle
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devrev_auth_client import ConfigurationError, TokenType
from devrev_auth_client.token_claims import TokenClaims
from tests.behaviour.copies import copies_of
from tests.behaviour.hiding import assert_hides
from tests.jwts import jwt, segment

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TYPE = "http://devrev.ai/tokentype"
PAT = {
    "jti": "don:identity:dvrv-us-1:devo/1:token/1",
    "exp": NOON.timestamp() + 3600.5,
    "iat": int(NOON.timestamp()),
    "iss": "https://auth-token.devrev.ai/",
    "sub": "don:identity:dvrv-us-1:devo/1:devu/1",
    TYPE: "urn:devrev:params:oauth:token-type:pat",
    "org": {"id": 1},
}


def test_every_known_claim_arrives_typed() -> None:
    claims = TokenClaims.from_token(jwt(PAT))
    assert claims == TokenClaims(
        token_id="don:identity:dvrv-us-1:devo/1:token/1",
        token_type=TokenType.PAT,
        subject="don:identity:dvrv-us-1:devo/1:devu/1",
        issuer="https://auth-token.devrev.ai/",
        issued_at=NOON,
        expires_at=NOON + timedelta(hours=1, milliseconds=500),
        claims=PAT,
    )
    assert claims.token_type is TokenType.PAT
    new = TokenClaims.from_token(jwt({TYPE: "urn:new"})).token_type
    assert (new, type(new)) == ("urn:new", TokenType)
    assert TokenClaims.from_token(jwt({"iat": -1})).issued_at == datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "token",
    [
        f" {jwt({'jti': 'x'})}\n",  # a file often ends in a newline
        jwt({"jti": "x", "long": "A" * 2**20}),
        jwt({"jti": "x"}, header={"alg": "none"}, signature=""),  # nothing is verified anyway
    ],
    ids=["white space", "a megabyte", "no signature"],
)
def test_what_is_read_as_well(token: str) -> None:
    assert TokenClaims.from_token(token).token_id == "x"


@pytest.mark.parametrize("wrong", [None, 5, True, [], {}, ["x"], "", {"jti": "x"}])
def test_a_text_that_is_none_is_none(wrong: object) -> None:
    """The field is, and the claim stays what it was."""
    payload = {"jti": wrong, "sub": wrong, "iss": wrong, TYPE: wrong}
    assert TokenClaims.from_token(jwt(payload)) == TokenClaims(claims=payload)


BEFORE_THE_YEAR_1, YEAR_10000 = -62135596801, 253402300800


@pytest.mark.parametrize(
    "wrong", [None, "1767268800", True, [], {"seconds": 5}, 10**30, -(10**30), 1e300, BEFORE_THE_YEAR_1, YEAR_10000]
)
def test_a_time_that_is_none_is_none(wrong: object) -> None:
    claims = TokenClaims.from_token(jwt({"jti": "x", "exp": wrong, "iat": wrong}))
    assert (claims.token_id, claims.expires_at, claims.issued_at) == ("x", None, None)


@pytest.mark.parametrize("digits", ["9" * 5000, "-" + "9" * 5000, "1e999", "NaN", "Infinity", "-Infinity"])
def test_a_number_out_of_bounds_is_none(digits: str) -> None:
    """Python reads some of these and refuses others; here they are all nothing, and the rest is read."""
    claims = TokenClaims.from_token(jwt(b'{"jti": "x", "exp": %s, "n": [%s]}' % (digits.encode(), digits.encode())))
    assert claims == TokenClaims(token_id="x", claims={"jti": "x", "exp": None, "n": [None]})


def test_is_expired_from_the_named_instant_on() -> None:
    """RFC 7519 section 4.1.4: on or after. A naive time is refused for any claims, so that it is found in time."""
    claims = TokenClaims(expires_at=NOON)
    assert not claims.is_expired(NOON - timedelta(seconds=1))
    assert claims.is_expired(NOON)
    assert TokenClaims(expires_at=datetime.now(UTC) - timedelta(minutes=1)).is_expired()
    assert not TokenClaims(expires_at=datetime.now(UTC) + timedelta(minutes=1)).is_expired()
    assert not TokenClaims().is_expired()
    with pytest.raises(ConfigurationError, match="aware"):
        TokenClaims().is_expired(datetime(2026, 1, 1))  # noqa: DTZ001


OBJECT = segment(b"{}")
NO_JWT: dict[str, Any] = {
    "an opaque token": "opaque-token-of-some-kind",
    "two parts": f"{OBJECT}.{OBJECT}",
    "four parts": f"{OBJECT}.{OBJECT}.{OBJECT}.{OBJECT}",
    "encrypted": ".".join([segment(b"hush-hush" * 5)] * 5),
    "no payload": f"{OBJECT}..{OBJECT}",
    "no header": f".{OBJECT}.{OBJECT}",
    "no base64url": f"{OBJECT}.hush-hush+/hush-hush=.x",
    "padded": f"{OBJECT}.{base64.urlsafe_b64encode(b'{ }').decode()}=.x",
    "an impossible length": f"{OBJECT}.hushy.x",
    "no UTF-8": jwt(b'{"jti": "hush-hush\xff"}'),
    "UTF-16": jwt('{"jti": "hush-hush"}'.encode("utf-16")),
    "JSON and more": jwt(b'{"jti": "hush-hush"} more'),
    "a list": jwt(["hush-hush"]),
    "pairs": jwt([["jti", "hush-hush"]]),
    "null": jwt(None),
    "a header that is no object": jwt(PAT, header=["hush-hush"]),
    "a header that is no JSON": jwt(PAT, header=b"hush-hush"),
    "nested without end": jwt(b'{"jti":' + b"[" * 200_000 + b"]" * 200_000 + b"}"),
    "a megabyte of payload": f"{OBJECT}.{'A' * 2**20}.x",
    "empty": " \n",
    "inner white space": "opaque hush-hush token",
    "Bearer": f"Bearer {jwt(PAT)}",
    "bytes": jwt(PAT).encode(),
    "None": None,
}


@pytest.mark.parametrize("kind", NO_JWT)
def test_what_is_no_jwt_is_refused_without_being_shown(kind: str) -> None:
    """Not in the text, the arguments, the context or any frame of ours."""
    token = NO_JWT[kind]
    with pytest.raises(ConfigurationError) as caught:
        TokenClaims.from_token(token)
    plain = token if isinstance(token, str) else jwt(PAT)
    for part in [plain, *plain.split("."), "hush-hush"]:
        if len(part) >= 5:
            assert_hides(caught.value, part[:40])


def test_neither_the_token_nor_its_signature_is_kept() -> None:
    """Nor do further claims, which may be anything, show in the repr."""
    token = jwt({**PAT, "email": "ada@example.com"})
    claims = TokenClaims.from_token(token)
    for text in (repr(claims), repr(claims.claims), repr(pickle.dumps(claims))):
        for part in [token, *token.split(".")]:
            assert part not in text
    assert "ada@" not in repr(claims)
    assert "token/1" in repr(claims)


def test_claims_are_values() -> None:
    one, other = TokenClaims.from_token(jwt(PAT)), TokenClaims.from_token(jwt(PAT))
    assert {one, other, *copies_of(one)} == {one}
    with pytest.raises(AttributeError):
        one.token_id = "another"  # type: ignore[misc]

    class Ours(TokenClaims):
        pass

    assert type(Ours.from_token(jwt(PAT))) is Ours


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.dictionaries(st.sampled_from([*PAT, "other"]), JSON))
def test_no_payload_raises(payload: dict[str, Any]) -> None:
    claims = TokenClaims.from_token(jwt(payload))
    texts: list[object] = [claims.token_id, claims.subject, claims.issuer, claims.token_type]
    for text in texts:
        assert text is None or (isinstance(text, str) and text)
    for instant in (claims.issued_at, claims.expires_at):
        assert instant is None or instant.tzinfo is UTC
    json.dumps(claims.claims, allow_nan=False)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=40) | st.binary(max_size=60).map(lambda content: jwt(content, header=b"{}")))
def test_no_text_raises_anything_foreign(token: str) -> None:
    with suppress(ConfigurationError):
        TokenClaims.from_token(token)
