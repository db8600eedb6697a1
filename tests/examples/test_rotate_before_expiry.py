"""The example that rotates its token: served calls do not notice, and what is no token is not taken."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devrev_auth_client.testing import FakeDevRev, FakeUser, IssuedToken
from tests.examples.conftest import example
from tests.programs import PATIENCE, Program, run

NOW = datetime.now(UTC)


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    return tmp_path / "token"


@pytest.fixture
def ending(fake: FakeDevRev, user: FakeUser, token_file: Path) -> IssuedToken:
    """A token in the file that was issued 50 minutes ago, for an hour."""
    fake.stop_clock(NOW - timedelta(minutes=50))
    token = fake.issue_token(user, expires_in=3600)
    fake.stop_clock(NOW)
    token_file.write_text(f"{token.secret}\n", encoding="ascii")
    return token


def store(path: Path, secret: str) -> None:
    new = path.with_suffix(".new")
    new.write_text(secret, encoding="ascii")
    new.replace(path)


@contextmanager
def service(base_url: str, token_file: Path) -> Iterator[tuple[Program, socket.socket]]:
    """The service, and a connection to it."""
    line = example("rotate_before_expiry.py", str(token_file), "--pause", "0.05")
    with Program(*line, variables={"DEVREV_BASE_URL": base_url}) as running:
        port = int(running.wait_for(r"serving on port (\d+)\s")[1])
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
            yield running, connection


def ask(connection: socket.socket, token_id: str) -> str:
    connection.sendall(f"{token_id}\n".encode())
    with connection.makefile("r", encoding="ascii") as answers:
        return answers.readline().strip()


def test_the_token_is_replaced_before_it_expires_and_served_calls_go_on(
    fake: FakeDevRev, base_url: str, user: FakeUser, ending: IssuedToken, token_file: Path
) -> None:
    with service(base_url, token_file) as (running, connection):
        running.wait_for("there is no next token yet")
        assert ask(connection, ending.id) == "active"
        assert fake.requests[-1].token_id == ending.id

        following = fake.issue_token(user)
        store(token_file, following.secret)
        running.wait_for(f"now using {following.id}, which expires 20")
        fake.advance(1200)
        assert ask(connection, ending.id) == "expired"
        assert fake.requests_for(following)[-1].body == {"token_id": ending.id}
        assert ask(connection, "no-such-token") == "NotFoundError"
        assert running.stopped().status == 0
    assert 401 not in [request.status for request in fake.requests]
    assert not [text for text in ("Traceback", ending.secret, following.secret) if text in running.text]


def test_what_does_not_work_is_not_taken(
    fake: FakeDevRev, base_url: str, user: FakeUser, ending: IssuedToken, token_file: Path
) -> None:
    with service(base_url, token_file) as (running, connection):
        store(token_file, "no-token-at-all")
        running.wait_for("the next token does not work: the token is not a JWT")
        revoked = fake.issue_token(user)
        fake.revoke_token(revoked.id)
        store(token_file, revoked.secret)
        running.wait_for("the next token does not work: auth_tokens_get: 401")
        token_file.unlink()
        running.wait_for("there is no next token: No such file")
        assert ask(connection, ending.id) == "active"
        following = fake.issue_token(user, expires_in=None)
        store(token_file, following.secret)
        running.wait_for(f"now using {following.id}, which expires never")
    assert "no-token-at-all" not in running.text


def test_a_revoked_token_is_replaced_at_once(
    fake: FakeDevRev, base_url: str, user: FakeUser, ending: IssuedToken, token_file: Path
) -> None:
    """It meets the revocation when it looks: here after an outage, during which it does not ask for another token."""
    fake.respond_next(403)
    with service(base_url, token_file) as (running, connection):
        running.wait_for("cannot read when the token in use expires: auth_tokens_get: 403")
        fake.revoke_token(ending.id)
        running.wait_for("the token in use is expired or revoked")
        assert ask(connection, ending.id) == "UnauthenticatedError"
        following = fake.issue_token(user)
        store(token_file, following.secret)
        running.wait_for(f"now using {following.id}")
        assert ask(connection, ending.id) == "revoked"


def test_a_token_that_lives_briefly_is_used_for_half_of_its_life(
    fake: FakeDevRev, base_url: str, user: FakeUser, token_file: Path
) -> None:
    """Its whole life is shorter than the margin, which must not mean that each new one is too old at once."""
    brief = fake.issue_token(user, expires_in=600)
    token_file.write_text(brief.secret, encoding="ascii")
    with service(base_url, token_file) as (running, connection):
        for _ in range(3):
            assert ask(connection, brief.id) == "active"
        assert running.stopped().status == 0
    assert "no next token" not in running.text


def test_a_token_that_names_no_id_ends_the_service(base_url: str, token_file: Path) -> None:
    token_file.write_text("opaque-token", encoding="ascii")
    done = run(*example("rotate_before_expiry.py", str(token_file)), variables={"DEVREV_BASE_URL": base_url})
    assert done.status == 1
    assert "ConfigurationError: the token is not a JWT" in done.err
    assert "opaque-token" not in done.err


def test_a_token_in_the_place_of_the_file_is_not_repeated() -> None:
    done = run(*example("rotate_before_expiry.py", "a-token-in-the-wrong-place"))
    assert done == (1, "", "cannot read the token file: No such file or directory\n")
