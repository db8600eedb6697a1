"""`devrev-auth revoke`: it says what it will do, and "revoked" where DevRev confirmed it and nowhere else."""

from __future__ import annotations

import pytest

from devrev_auth_client import TokenType
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.cli.conftest import CLAIMS, Invoke
from tests.jwts import jwt

AGAIN = "Revoke again, which does no harm"


def test_it_says_what_it_does_and_that_it_is_done(invoke: Invoke, fake: FakeDevRev, pat: IssuedToken) -> None:
    session = fake.issue_token(pat.user, TokenType.SESSION)
    done = invoke("revoke", "session", "--yes", DEVREV_TOKEN=pat.secret)
    assert done.status == 0
    assert done.err == "This revokes all tokens of type session that you created, for good.\n"
    assert done.out == "Revoked: all tokens of type session that you created.\n"
    assert (fake.token_status(session.id), fake.token_status(pat.id)) == ("revoked", "active")


@pytest.mark.parametrize(
    "name", ["pat-act-as", "PAT_ACT_AS", "pat:act-as", "TokenType.PAT_ACT_AS", str(TokenType.PAT_ACT_AS)]
)
def test_a_type_has_many_spellings(invoke: Invoke, fake: FakeDevRev, name: str) -> None:
    assert invoke("revoke", name, "-y").out == "Revoked: all tokens of type pat-act-as that you created.\n"
    assert fake.requests[-1].body == {"requested_token_type": str(TokenType.PAT_ACT_AS)}


def test_a_urn_that_is_not_known_is_sent_and_said(invoke: Invoke, fake: FakeDevRev) -> None:
    fake.respond_next(200)
    done = invoke("revoke", "urn:devrev:params:oauth:token-type:new", "--yes")
    assert done.status == 0
    assert "No type that this version knows has this URN." in done.err
    assert fake.requests[-1].body == {"requested_token_type": "urn:devrev:params:oauth:token-type:new"}


def test_the_token_in_use_may_be_one_of_them(invoke: Invoke, fake: FakeDevRev) -> None:
    """As far as it says itself."""
    secret = jwt({**CLAIMS, "jti": "x"})
    fake.issue_token(fake.add_user(), TokenType.PAT, secret=secret)
    done = invoke("revoke", "pat", "--yes", DEVREV_TOKEN=secret)
    assert "By what it says of itself, the token in use is one of them." in done.err
    assert done.status == 0
    assert "one of them" not in invoke("revoke", "session", "--yes").err


def test_without_a_terminal_it_asks_for_yes_and_sends_nothing(invoke: Invoke, fake: FakeDevRev) -> None:
    """Not even where somebody piped a `y`."""
    done = invoke("revoke", "pat", input="y\n")
    assert (done.status, done.out) == (2, "")
    assert "Not revoked: nobody can be asked" in done.err
    assert "--yes" in done.err
    assert fake.requests == []


@pytest.fixture
def _somebody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the input for a terminal's."""
    monkeypatch.setattr("devrev_auth_client._cli.app.stdin_is_terminal", lambda: True)


@pytest.mark.usefixtures("_somebody_answers")
@pytest.mark.parametrize("answer", ["y", "Y", "yes", "Yes", "YES", " yes "])
def test_yes_revokes(invoke: Invoke, answer: str) -> None:
    done = invoke("revoke", "session", input=f"{answer}\n")
    assert (done.status, done.out) == (0, "Revoked: all tokens of type session that you created.\n")
    assert done.err.count("Revoke them?") == 1


@pytest.mark.usefixtures("_somebody_answers")
@pytest.mark.parametrize(
    "answer", ["n\n", "no\n", "NO\n", "perhaps\ny\n", "ye\ny\n", "yes!\ny\n", " \ny\n", "\ny\n", ""]
)
def test_anything_but_yes_revokes_nothing(invoke: Invoke, fake: FakeDevRev, answer: str) -> None:
    """Nor does Ctrl-D. It asks once."""
    done = invoke("revoke", "session", input=answer)
    assert (done.status, done.out, fake.requests) == (130, "", [])
    assert done.err.count("Revoke them?") == 1
    assert done.err.endswith("Not revoked: stopped.\n")


@pytest.mark.usefixtures("_somebody_answers")
def test_ctrl_c_at_the_question_revokes_nothing(
    invoke: Invoke, fake: FakeDevRev, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", stop)
    done = invoke("revoke", "session")
    assert (done.status, done.out, fake.requests) == (130, "", [])
    assert done.err.endswith("Not revoked: stopped.\n")


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [("patt", "pat"), ("sesion", "session"), ("pat-act", "pat-act-as"), ("AAT_PUBLICK", "aat-public")],
)
def test_a_near_miss_is_answered_with_what_was_meant(
    invoke: Invoke, fake: FakeDevRev, typed: str, suggested: str
) -> None:
    done = invoke("revoke", typed, "--yes")
    assert (done.status, done.out, fake.requests) == (2, "", [])
    assert f"Did you mean {suggested}" in done.err
    assert "devrev-auth types" in done.err


@pytest.mark.parametrize("typed", ["", "none", "all", "*", "tokens"])
def test_there_is_no_word_for_all_types(invoke: Invoke, fake: FakeDevRev, typed: str) -> None:
    assert invoke("revoke", typed, "--yes").status == 2
    assert invoke("revoke", "--yes").status == 2
    assert fake.requests == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_a_refusal_is_not_revoked(invoke: Invoke, fake: FakeDevRev, status: int) -> None:
    fake.respond_next(status)
    done = invoke("revoke", "session", "--yes")
    assert (done.status, done.out) == (1, "")
    assert f"\nNot revoked: auth_tokens_self_delete: {status}" in done.err


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 520},
        {"status": 501},
        {"status": 200, "json": {"revoked": True}},
        {"status": 200, "html": "<p>log in</p>"},
        {"status": 202},
        {"status": 302, "headers": {"Location": "/elsewhere"}},
    ],
    ids=str,
)
def test_an_answer_that_proves_nothing_is_unconfirmed(invoke: Invoke, fake: FakeDevRev, answer: dict[str, int]) -> None:
    fake.respond_next(**answer)  # type: ignore[arg-type]
    done = invoke("revoke", "session", "--yes")
    assert (done.status, done.out) == (3, "")
    assert "\nUnconfirmed: auth_tokens_self_delete: " in done.err
    assert AGAIN in done.err
    assert "Not revoked" not in done.err


@pytest.mark.usefixtures("_no_backoff")
def test_failures_without_end_are_unconfirmed(invoke: Invoke, fake: FakeDevRev) -> None:
    fake.respond_next(500, times=4)
    done = invoke("revoke", "session", "--yes")
    assert (done.status, done.out) == (3, "")
    assert "\n4 attempts, each met: 500\n" in done.err
    assert "check with `devrev-auth get TOKEN_ID`, or revoke again" in done.err
    assert AGAIN in done.err


@pytest.mark.usefixtures("_no_backoff")
def test_a_token_that_works_no_more_afterwards_is_unconfirmed_and_likely(
    invoke: Invoke, fake: FakeDevRev, pat: IssuedToken
) -> None:
    """The answer of the first try is lost, and the second meets 401."""
    fake.respond_next(502, after_processing=True)
    done = invoke("revoke", "pat", "--yes", DEVREV_TOKEN=pat.secret)
    assert (done.status, done.out) == (3, "")
    assert "most likely revoked" in done.err
    assert "with another token of yours" in done.err


@pytest.mark.usefixtures("_no_backoff")
def test_unavailable_and_over_the_limit_are_not_revoked_but_worth_another_try(invoke: Invoke, fake: FakeDevRev) -> None:
    """DevRev did nothing in either case."""
    fake.respond_next(503, times=4)
    done = invoke("revoke", "session", "--yes")
    assert (done.status, done.out) == (4, "")
    assert "Not revoked: auth_tokens_self_delete: 503" in done.err
    fake.respond_next(429, retry_after=3600)
    done = invoke("revoke", "session", "--yes")
    assert (done.status, done.out) == (4, "")
    assert "Not revoked: auth_tokens_self_delete: 429" in done.err
    assert "Come back in 60 minutes" in done.err


@pytest.mark.usefixtures("_no_backoff")
def test_nobody_listens(invoke: Invoke, nobody: str) -> None:
    done = invoke("revoke", "session", "--yes", "--base-url", nobody)
    assert (done.status, done.out) == (4, "")
    assert "Not revoked: auth_tokens_self_delete: " in done.err


def test_a_wrong_base_url_is_said_before_anything_else(invoke: Invoke) -> None:
    done = invoke("revoke", "session", "--yes", "--base-url", "http://devrev.example")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("Not revoked: --base-url must be")
