"""`devrev-auth revoke`: it says what it will do, and "revoked" where DevRev confirmed it and nowhere else."""

import json
from typing import Any

import pytest

from devrev_auth_client import TokenType
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.cli.conftest import CLAIMS, Invoke, Refused
from tests.jwts import jwt

AGAIN = "\nRun it again (revoking twice does no harm), or check one of the tokens: devrev-auth get TOKEN_ID\n"


@pytest.mark.parametrize(
    ("secret", "owner"),
    [
        ("an-opaque-token", "unknown"),
        (jwt({"sub": "somebody\x1b[2J"}), "user somebody\ufffd[2J (unverified)"),
        (jwt({"jti": "don:identity:dvrv-us-1:devo/2a:token/1"}), "organisation devo/2a (unverified)"),
    ],
)
def test_the_owner_is_named_as_far_as_the_token_says(invoke: Invoke, fake: FakeDevRev, secret: str, owner: str) -> None:
    fake.respond_next(200)
    assert f"Token's owner: {owner}.\n" in invoke("revoke", "aat", "-y", DEVREV_TOKEN=secret).out


def test_json_has_the_verdict_whatever_it_is(invoke: Invoke, fake: FakeDevRev, host: str) -> None:
    arguments = ("revoke", "session", "--yes", "--json")
    expected = {
        "verdict": "revoked",
        "token_type": str(TokenType.SESSION),
        "host": host,
        "unverified": {"user": CLAIMS["sub"], "organisation": "devo/1"},
        "error": None,
    }
    done = invoke(*arguments)
    assert (done.status, json.loads(done.out)) == (0, expected)
    fake.respond_next(403, json={"type": "forbidden", "message": "no"})
    done = invoke(*arguments)
    error = f"rejected. {host} says: 403 forbidden: no"
    assert (done.status, json.loads(done.out)) == (1, {**expected, "verdict": "not revoked", "error": error})
    fake.respond_next(520)
    done = invoke(*arguments)
    assert (done.status, json.loads(done.out)["verdict"]) == (3, "unconfirmed")
    done = invoke(*arguments[:2], "--json")
    assert (done.status, json.loads(done.out)["verdict"]) == (2, "not revoked")


@pytest.mark.parametrize(
    "name", ["pat-act-as", "PAT_ACT_AS", "pat:act-as", "TokenType.PAT_ACT_AS", str(TokenType.PAT_ACT_AS)]
)
def test_a_type_has_many_spellings(invoke: Invoke, fake: FakeDevRev, name: str) -> None:
    assert invoke("revoke", name, "-y").out.startswith("Revoked: all tokens of type pat-act-as that you created.\n")
    assert fake.requests[-1].body == {"requested_token_type": str(TokenType.PAT_ACT_AS)}


def test_a_urn_that_is_not_known_is_sent_and_said(invoke: Invoke, fake: FakeDevRev) -> None:
    fake.respond_next(200)
    done = invoke("revoke", "urn:devrev:params:oauth:token-type:new", "--yes")
    assert done.status == 0
    assert "This version does not know this URN." in done.err
    assert fake.requests[-1].body == {"requested_token_type": "urn:devrev:params:oauth:token-type:new"}


def test_the_token_in_use_may_be_one_of_them(invoke: Invoke, fake: FakeDevRev) -> None:
    fake.respond_next(200)
    assert "The token you are using is one of them" in invoke("revoke", "pat", "--yes").err
    assert "one of them" not in invoke("revoke", "session", "--yes").err


def test_without_a_terminal_it_asks_for_yes_and_sends_nothing(refused: Refused) -> None:
    """Not even where somebody piped a `y`."""
    text = refused("revoke", "pat", input="y\n")
    assert "Not revoked: cannot ask for confirmation" in text
    assert "--yes" in text


@pytest.mark.usefixtures("_somebody_answers")
@pytest.mark.parametrize("answer", ["y", "Yes", " YES "])
def test_yes_revokes(invoke: Invoke, answer: str) -> None:
    done = invoke("revoke", "session", input=f"{answer}\n")
    assert done.status == 0
    assert done.out.startswith("Revoked: ")
    assert done.err.count("Revoke them?") == 1


@pytest.mark.usefixtures("_somebody_answers")
@pytest.mark.parametrize("answer", ["n\n", "perhaps\ny\n", "ye\ny\n", "yes!\ny\n", " \ny\n", "\ny\n", ""])
def test_anything_but_yes_revokes_nothing(invoke: Invoke, fake: FakeDevRev, host: str, answer: str) -> None:
    done = invoke("revoke", "session", input=answer)
    assert (done.status, done.out, fake.requests) == (130, "", [])
    assert done.err.count("Revoke them?") == 1
    assert f"Not revoked: stopped.\nHost: {host}. " in done.err


@pytest.mark.parametrize("typed", [[], ["none"], ["all"], ["*"], ["tokens"]])
def test_there_is_no_word_for_all_types(refused: Refused, typed: list[str]) -> None:
    assert "Error: TYPE is " in refused("revoke", *typed, "--yes")


ENDS = [
    ({"status": 400}, 1, "Not revoked: rejected. HOST says: 400"),
    ({"status": 401}, 1, "Not revoked: the host does not accept this token. HOST says: 401"),
    ({"status": 404}, 1, "Not revoked: rejected. HOST says: 404"),
    ({"status": 503, "times": 4}, 4, "Not revoked: temporarily unavailable. HOST says: 503"),
    ({"status": 429, "retry_after": 3600}, 4, "Not revoked: rate limited. HOST says: 429"),
    ({"status": 500, "times": 4}, 3, "Unconfirmed: the revocation may or may not have happened.\n4 attempts, the same"),
    ({"status": 520}, 3, "Unconfirmed: server error. HOST says: 520"),
    ({"status": 200, "json": {"revoked": True}}, 3, "Unconfirmed: unusable response: the 200 "),
    ({"status": 200, "html": "<p>log in</p>"}, 3, "Unconfirmed: unusable response: the 200 "),
    ({"status": 302, "headers": {"Location": "/"}}, 3, "Unconfirmed: unusable response: the 302 "),
]


@pytest.mark.usefixtures("_no_backoff")
@pytest.mark.parametrize(("answer", "status", "said"), ENDS, ids=str)
def test_it_is_revoked_or_not_or_unconfirmed(
    invoke: Invoke, fake: FakeDevRev, host: str, answer: dict[str, Any], status: int, said: str
) -> None:
    """An answer that proves nothing is unconfirmed; where DevRev surely did nothing it is not revoked."""
    fake.respond_next(**answer)
    done = invoke("revoke", "session", "--yes")
    assert (done.status, done.out) == (status, "")
    assert f"\n{said.replace('HOST', host)}" in done.err
    assert (AGAIN in done.err) == (status == 3)
    assert ("\nTry again " in done.err) == (status == 4)


@pytest.mark.usefixtures("_no_backoff")
def test_a_token_that_works_no_more_afterwards_is_unconfirmed_and_likely(
    invoke: Invoke, fake: FakeDevRev, pat: IssuedToken
) -> None:
    """The answer of the first try is lost, and the second meets 401."""
    fake.respond_next(502, after_processing=True)
    done = invoke("revoke", "pat", "--yes", DEVREV_TOKEN=pat.secret)
    assert (done.status, done.out) == (3, "")
    assert "most likely revoked" in done.err
    assert "To be sure, check with another token of yours" in done.err


@pytest.mark.usefixtures("_no_backoff")
def test_nobody_listens(invoke: Invoke, nobody: str) -> None:
    done = invoke("revoke", "session", "--yes", "--base-url", nobody)
    assert (done.status, done.out) == (4, "")
    assert "\nNot revoked: no response: could not connect" in done.err
