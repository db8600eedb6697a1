"""The example that revokes a leaked token: its words, its exit statuses, and that it repeats nothing it was given."""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from devrev_auth_client import TokenType, errors
from devrev_auth_client.testing import FakeDevRev, FakeUser, Fault, IssuedToken
from tests.examples.conftest import example
from tests.jwts import jwt
from tests.programs import Ended, Program, run, wait_until

Revoke = Callable[..., Ended]

PROGRAM = import_module("examples.revoke_on_leak")
SECRET = jwt({"jti": "don:identity:dvrv-us-1:devo/1:token/1", "http://devrev.ai/tokentype": TokenType.PAT})


@pytest.fixture
def leaked(fake: FakeDevRev, user: FakeUser) -> IssuedToken:
    return fake.issue_token(user, TokenType.PAT)


@pytest.fixture
def revoke(fake: FakeDevRev, base_url: str, leaked: IssuedToken) -> Revoke:
    """Run the program, with the leaked token on its standard input; it never shows that."""

    def run_it(*options: str, stdin: str = leaked.secret, **variables: str) -> Ended:
        variables["DEVREV_BASE_URL"] = base_url
        done = run(*example("revoke_on_leak.py", *options), stdin=stdin, variables=variables)
        assert leaked.secret not in done.text
        assert "Traceback" not in done.err
        return done

    return run_it


@pytest.fixture
def witness(fake: FakeDevRev) -> dict[str, str]:
    """Another token, which may look at the leaked one."""
    return {"DEVREV_TOKEN": fake.issue_token(fake.add_user()).secret}


def test_it_revokes_all_tokens_of_the_type_that_the_token_says(
    fake: FakeDevRev, user: FakeUser, leaked: IssuedToken, revoke: Revoke
) -> None:
    sibling, session = fake.issue_token(user), fake.issue_token(user, TokenType.SESSION)
    done = revoke("--yes")
    assert (done.status, done.err) == (0, "")
    told, warned, last = done.out.splitlines()
    assert told.startswith(f"The token's claims, unverified: id '{leaked.id}', expires 20")
    assert f"all tokens of type '{TokenType.PAT}'" in warned
    assert last == "REVOKED. DevRev confirmed it."
    assert fake.revoked() == [leaked, sibling]
    assert fake.token_status(session.id) == "active"


def test_without_yes_it_only_says_what_it_would_do(fake: FakeDevRev, revoke: Revoke) -> None:
    done = revoke()
    assert done.status == 2
    assert done.out.splitlines()[-1] == "NOT REVOKED: add --yes to revoke. Nothing was sent."
    assert fake.requests == []


def test_again_it_does_no_harm_and_a_witness_gives_proof(
    fake: FakeDevRev, leaked: IssuedToken, revoke: Revoke, witness: dict[str, str]
) -> None:
    assert revoke("--yes").status == 0
    alone = revoke("--yes")
    assert alone.status == 1
    assert "NOT REVOKED: auth_tokens_self_delete: 401" in alone.out
    assert "It may be revoked, expired or incomplete. To find out, set DEVREV_TOKEN" in alone.out
    seen = revoke("--yes", **witness)
    assert seen.status == 0
    assert seen.out.endswith("REVOKED. DevRev says that the token with that id is revoked.\n")
    assert fake.revoked() == [leaked]


def test_a_token_that_is_not_whole_is_not_called_revoked(
    fake: FakeDevRev, leaked: IssuedToken, revoke: Revoke, witness: dict[str, str]
) -> None:
    done = revoke("--yes", stdin=leaked.secret[:-10], **witness)
    assert done.status == 1
    assert "DevRev says that the token is active." in done.out
    assert fake.revoked() == []


def test_a_lost_answer_is_unconfirmed_until_a_witness_tells(
    fake: FakeDevRev, revoke: Revoke, witness: dict[str, str]
) -> None:
    fake.lose_connection(after_processing=True)
    lost = revoke("--yes")
    assert lost.status == 3
    assert "UNCONFIRMED: " in lost.out
    assert "It is probably revoked. For proof, set DEVREV_TOKEN" in lost.out
    assert revoke("--yes", **witness).status == 0


def test_a_witness_that_cannot_tell_is_not_believed(fake: FakeDevRev, revoke: Revoke, leaked: IssuedToken) -> None:
    fake.revoke_token(leaked.id)
    done = revoke("--yes", DEVREV_TOKEN=leaked.secret)
    assert done.status == 1
    assert "the token in DEVREV_TOKEN cannot read the leaked token: UnauthenticatedError" in done.out


@pytest.mark.parametrize(
    ("fault", "status", "word"),
    [
        (Fault.answer(403), 1, "NOT REVOKED"),
        (Fault.too_many_requests(1000), 4, "NOT REVOKED"),
        (Fault.answer(505), 3, "UNCONFIRMED"),
    ],
    ids=str,
)
def test_what_came_of_it(fake: FakeDevRev, revoke: Revoke, fault: Fault, status: int, word: str) -> None:
    fake.play_next(fault)
    done = revoke("--yes")
    assert done.status == status
    assert f"\n{word}: " in done.out


def test_a_token_that_does_not_say_its_type_needs_to_be_told(fake: FakeDevRev, user: FakeUser, revoke: Revoke) -> None:
    opaque = fake.issue_token(user, TokenType.SESSION_ONETIME, secret="opaque-token")
    assert revoke("--yes", stdin=opaque.secret).status == 2
    done = revoke("--yes", "--type", "session-onetime", stdin=opaque.secret)
    assert done.status == 0
    assert fake.revoked() == [opaque]
    assert len(fake.requests) == 1


def test_nothing_found_is_never_the_witness(fake: FakeDevRev, revoke: Revoke, witness: dict[str, str]) -> None:
    done = revoke("--yes", "--type", "pat", stdin=" \n", **witness)
    assert done.status == 2
    assert fake.requests == []


@pytest.mark.parametrize(
    "arguments", [["{}"], ["--yes", "--token", "{}"], ["--file", "{}"], ["--type", "{}"], ["--yes={}"], ["--ty", "{}"]]
)
def test_a_token_in_the_wrong_place_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["revoke_on_leak.py", *(argument.format(SECRET) for argument in arguments)])
    with pytest.raises(SystemExit) as ended:
        sys.exit(PROGRAM.main())
    told = "".join(capfd.readouterr())
    assert ended.value.code == 2
    assert "NOT REVOKED: " in told
    assert SECRET not in told


def test_ctrl_c_while_it_is_under_way_is_unconfirmed(
    fake: FakeDevRev, base_url: str, leaked: IssuedToken, tmp_path: Path
) -> None:
    fake.play_next(Fault.slow(before=60))
    found = tmp_path / "found"
    found.write_text(f"\n  {leaked.secret}\n", encoding="ascii")
    line = example("revoke_on_leak.py", "--yes", "--file", str(found))
    with Program(*line, variables={"DEVREV_BASE_URL": base_url}) as running:
        wait_until(lambda: bool(fake.requests))
        done = running.stopped()
    assert fake.requests[0].token_id == leaked.id
    assert done.status == 3
    assert "UNCONFIRMED: stopped" in done.out


def test_it_ends_with_the_exit_status_that_the_command_line_has() -> None:
    run = pytest.importorskip("devrev_auth_client.cli.run")
    for error in [
        errors.ConfigurationError("text"),
        errors.TransportError("text"),
        errors.TotalTimeoutError("text"),
        errors.InvalidResponseError("text"),
        errors.TooManyRequestsError("text", status_code=429, retry_after=7.5),
        errors.BadRequestError("text", status_code=400),
        errors.UnauthenticatedError("text", status_code=401),
        errors.InternalServerError("text", status_code=500),
        errors.ServiceUnavailableError("text", status_code=503),
        errors.UnexpectedStatusError("text", status_code=418),
        errors.RevocationUnconfirmedError("text"),
        errors.RevocationUnconfirmedError("text", likely_revoked=True),
    ]:
        assert PROGRAM.verdict(error)[0] == run.outcome_of(error, revocation=True)[0], error
