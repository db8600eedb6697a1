"""The example for FastAPI, served by uvicorn: which answer each error gets, and that no answer repeats the question."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.examples.conftest import SECRET
from tests.programs import PATIENCE, ROOT, Program


@pytest.fixture(scope="module")
def fake() -> FakeDevRev:
    """One for all tests, since the app is one."""
    return FakeDevRev()


@pytest.fixture(scope="module")
def token(fake: FakeDevRev) -> IssuedToken:
    return fake.issue_token(fake.add_user(display_name="ada"), secret="a-token")


@contextmanager
def served(fake: FakeDevRev) -> Iterator[httpx.Client]:
    """Serve the app, whose DevRev is this one, for this client."""
    secret = fake.issue_token(fake.add_user(), secret=SECRET).secret
    line = [sys.executable, "-W", "error", "-m", "uvicorn", "--port", "0", "--no-access-log"]
    line += ["--app-dir", str(ROOT / "examples"), "fastapi_app:app"]
    with (
        fake.serve() as base_url,
        Program(*line, variables={"DEVREV_TOKEN": secret, "DEVREV_BASE_URL": base_url}) as running,
    ):
        address = running.wait_for(r"Uvicorn running on (\S+) ")[1]
        with httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False) as client:
            yield client
        said = running.stopped().out
    assert SECRET not in said
    assert "Traceback" not in said


@pytest.fixture(scope="module")
def app(fake: FakeDevRev) -> Iterator[httpx.Client]:
    with served(fake) as client:
        yield client


def test_metadata_is_shown(fake: FakeDevRev, token: IssuedToken, app: httpx.Client) -> None:
    answer = app.get(f"/tokens/{token.id}")
    assert answer.status_code == 200
    shown = answer.json()
    assert shown.pop("expires_at").startswith("20")
    assert shown == {"id": token.id, "status": "active", "type": str(token.type), "owner": "ada"}
    assert token.secret not in answer.text


def test_what_devrev_left_out_is_null_and_what_it_added_is_shown(
    fake: FakeDevRev, token: IssuedToken, app: httpx.Client
) -> None:
    fake.respond_next(json={"token": {"id": "1"}})
    expected = {"id": "1", "status": None, "type": None, "owner": None, "expires_at": None}
    assert app.get(f"/tokens/{token.id}").json() == expected
    fake.respond_next(json={"token": {"id": "1", "status": "suspended"}})
    assert app.get(f"/tokens/{token.id}").json()["status"] == "suspended"


def test_a_dependency_lets_only_active_tokens_pass(fake: FakeDevRev, token: IssuedToken, app: httpx.Client) -> None:
    assert app.get(f"/active-tokens/{token.id}").status_code == 204
    revoked = fake.issue_token(token.user, secret="a-revoked-token")
    fake.revoke_token(revoked.id)
    assert app.get(f"/active-tokens/{revoked.id}").status_code == 410
    assert app.get("/active-tokens/no-such-token").status_code == 404


@pytest.mark.parametrize(
    ("fault", "status", "retry_after"),
    [
        (Fault.answer(400), 422, None),
        (Fault.answer(401), 502, None),
        (Fault.answer(403), 502, None),
        (Fault.answer(418), 502, None),
        (Fault.wrong_json("[]"), 502, None),
        (Fault.answer(503, retry_after=120), 503, 120),
    ],
    ids=str,
)
def test_each_error_has_its_answer(
    fake: FakeDevRev, token: IssuedToken, app: httpx.Client, fault: Fault, status: int, retry_after: int | None
) -> None:
    fake.play_next(fault)
    answer = app.get(f"/tokens/{token.id}")
    assert answer.status_code == status
    assert list(answer.json()) == ["detail"]
    assert answer.headers.get("retry-after") == (None if retry_after is None else str(retry_after))


def test_what_is_no_id_is_refused_and_not_repeated(fake: FakeDevRev, app: httpx.Client) -> None:
    asked_before = len(fake.requests)
    for path in ("/tokens/%00-not-to-be-repeated", "/tokens/", "/active-tokens/"):
        answer = app.get(path)
        assert answer.status_code == 422
        assert "not-to-be-repeated" not in answer.text
    assert len(fake.requests) == asked_before
    assert "not-to-be-repeated" not in app.get("/tokens/not-to-be-repeated").text


def test_a_long_wait_is_passed_on_at_once() -> None:
    """With an app of its own, whose client remembers how long it has to wait."""
    fake = FakeDevRev()
    fake.play_next(Fault.too_many_requests(300))
    with served(fake) as app:
        for _ in range(2):
            answer = app.get("/tokens/1")
            assert answer.status_code == 429
            assert 200 < int(answer.headers["retry-after"]) <= 301
    assert [request.status for request in fake.requests] == [429]
