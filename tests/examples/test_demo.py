"""`make demo`, run as a program: what it shows, and that it shows no secret."""

from devrev_auth_client import TokenType
from devrev_auth_client.testing import FakeDevRev, FakeUser
from tests.examples.conftest import SECRET, example
from tests.programs import Ended, run


def run_demo(*arguments: str, **variables: str) -> Ended:
    done = run(*example("demo.py", *arguments), variables=variables)
    assert SECRET not in done.text
    return done


def test_the_demo_shows_the_main_job_in_order() -> None:
    """A token in the environment is not touched where no token id is given."""
    done = run_demo(DEVREV_TOKEN=SECRET, DEVREV_BASE_URL="https://devrev.invalid")
    assert (done.status, done.err) == (0, "")
    expected = [
        "A fake DevRev is running at http://127.0.0.1:",
        "1. Read",
        "status   active",
        "2. Read again",
        "429; retrying in 2.0 s",
        "then it succeeded: status active",
        "3. Revoke",
        "the session token is now revoked",
        "4. Revoke",
        "the next call raised UnauthenticatedError: 401 unauthenticated",
    ]
    position = 0
    for text in expected:
        position = done.out.index(text, position)
    # The fake's bearers begin like this, as JWTs do.
    assert "eyJ" not in done.out


def test_with_a_token_id_it_reads_that_token_and_changes_nothing(
    fake: FakeDevRev, user: FakeUser, base_url: str
) -> None:
    asking, asked = fake.issue_token(user, TokenType.PAT, secret=SECRET), fake.issue_token(user, TokenType.AAT)
    done = run_demo(asked.id, DEVREV_TOKEN=SECRET, DEVREV_BASE_URL=base_url)
    assert (done.status, done.err) == (0, "")
    assert asked.id in done.out
    assert f"made by  {user.display_name} (dev_user)" in done.out
    assert [(request.path, request.token_id) for request in fake.requests] == [("/auth-tokens.get", asking.id)]


def test_a_refusal_is_one_line_and_a_failed_exit(base_url: str) -> None:
    done = run_demo("don:identity:dvrv-us-1:devo/1:token/1", DEVREV_TOKEN=SECRET, DEVREV_BASE_URL=base_url)
    assert done.status == 1
    assert done.err.startswith("UnauthenticatedError: auth_tokens_get: 401 unauthenticated")
    assert done.err.count("\n") == 1


def test_wrong_use_says_what_is_missing_or_how_it_is_used() -> None:
    without = run_demo("don:identity:dvrv-us-1:devo/1:token/1")
    assert (without.status, without.out) == (2, "")
    assert "DEVREV_TOKEN" in without.err
    usage = run_demo("--help")
    assert usage.status == 2
    assert "python examples/demo.py TOKEN_ID" in usage.err
