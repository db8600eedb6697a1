"""A fake DevRev with one user, for the examples to meet over HTTP."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devrev_auth_client.testing import FakeDevRev, FakeUser, IssuedToken
from tests.examples.audits import SECRET, Audit
from tests.examples.programs import run


@pytest.fixture
def fake() -> FakeDevRev:
    return FakeDevRev()


@pytest.fixture
def base_url(fake: FakeDevRev) -> Iterator[str]:
    with fake.serve() as url:
        yield url


@pytest.fixture
def user(fake: FakeDevRev) -> FakeUser:
    return fake.add_user(email="ada@example.com")


@pytest.fixture
def own(fake: FakeDevRev, user: FakeUser) -> IssuedToken:
    """The token that the audit uses."""
    return fake.issue_token(user, secret=SECRET)


@pytest.fixture
def variables(base_url: str, own: IssuedToken) -> dict[str, str]:
    return {"DEVREV_TOKEN": own.secret, "DEVREV_BASE_URL": base_url}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.csv"


@pytest.fixture
def audit(variables: dict[str, str], out: Path) -> Audit:
    """Audit ids on standard input; the token in use is never shown."""

    def run_it(ids: list[str], *options: str) -> subprocess.CompletedProcess[str]:
        stdin = "".join(f"{token_id}\n" for token_id in ids)
        done = run("audit_tokens.py", "-", str(out), *options, stdin=stdin, **variables)
        assert SECRET not in done.stdout + done.stderr
        return done

    return run_it
