"""The example that audits many tokens: one row for each id, whatever happens to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from devrev_auth_client import ConfigurationError
from devrev_auth_client.testing import FakeDevRev, FakeUser, IssuedToken
from tests.examples.audits import Audit, issued, rows_in
from tests.examples.programs import loaded, run

HEADER = "id,status,owner,expires_at,error\n"


def test_each_id_has_a_row_and_a_failed_one_does_not_stop_the_rest(
    fake: FakeDevRev, user: FakeUser, audit: Audit, out: Path
) -> None:
    ids = issued(fake, user, 3)
    fake.expire_token(ids[1])
    fake.revoke_token(ids[2])
    done = audit([*ids, "no-such-token", "", ids[0]])
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "4 of 4"
    rows = {row["id"]: row for row in rows_in(out)}
    assert {token_id: row["status"] for token_id, row in rows.items()} == dict(
        zip([*ids, "no-such-token"], ["active", "expired", "revoked", ""], strict=True)
    )
    assert rows[ids[0]]["owner"] == "ada@example.com"
    assert rows[ids[0]]["expires_at"].startswith("20")
    assert [row["error"] for row in rows.values() if row["id"] in ids] == ["", "", ""]
    assert rows["no-such-token"]["error"].startswith("NotFoundError: auth_tokens_get: 404 not_found")
    assert len(fake.requests) == 4


def test_failed_ids_are_read_again_when_asked_for(fake: FakeDevRev, user: FakeUser, audit: Audit, out: Path) -> None:
    ids = issued(fake, user, 3)
    fake.respond_next(403)
    assert audit(ids).returncode == 1
    assert audit(ids).returncode == 1  # it is still so
    assert len(fake.requests) == 3
    done = audit(ids, "--retry-failed")
    assert (done.returncode, done.stderr) == (0, "2 of 3\n3 of 3\n")
    assert len(fake.requests) == 4
    last = {row["id"]: row for row in rows_in(out)}
    assert len(rows_in(out)) == 4
    assert [last[token_id]["error"] for token_id in ids] == ["", "", ""]


def test_an_end_of_its_own_token_stops_it_and_is_no_row(
    fake: FakeDevRev, user: FakeUser, own: IssuedToken, audit: Audit, out: Path
) -> None:
    ids = issued(fake, user, 3)
    fake.revoke_token(own.id)
    done = audit(ids)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("auth_tokens_get: 401 unauthenticated")
    assert out.read_text("ascii") == HEADER


def test_a_token_among_the_ids_is_refused_before_anything_is_sent(
    fake: FakeDevRev, user: FakeUser, audit: Audit, out: Path
) -> None:
    jwt = fake.issue_token(user).secret
    done = audit(["don:identity:dvrv-us-1:devo/1:token/1", jwt])
    assert (done.returncode, done.stderr) == (2, "id 2 is a token, not an id; nothing was sent\n")
    assert not out.exists()
    assert fake.requests == []


@pytest.mark.parametrize("content", ["my notes", "my notes\n", "don:identity:dvrv-us-1:devo/1:token/1\n"])
def test_a_file_that_is_something_else_is_left_alone(out: Path, content: str) -> None:
    out.write_text(content, encoding="ascii")
    with pytest.raises(ConfigurationError, match="it was left unchanged"):
        loaded("audit_tokens.py").rows_before(out)
    assert out.read_text("ascii") == content


def test_what_is_not_usable_is_said_without_a_traceback(tmp_path: Path) -> None:
    missing = run("audit_tokens.py", "a-token-in-the-wrong-place", str(tmp_path / "out.csv"))
    assert (missing.returncode, missing.stderr) == (2, "No such file or directory\n")
    without = run("audit_tokens.py", "-", str(tmp_path / "out.csv"), stdin="id")
    assert without.returncode == 2
    assert "DEVREV_TOKEN" in without.stderr
    assert "Traceback" not in without.stderr


def test_names_that_others_chose_cannot_break_the_file_or_be_formulas(
    fake: FakeDevRev, user: FakeUser, audit: Audit, out: Path
) -> None:
    names = ["=HYPERLINK(1)", 'two\nlines, "quoted"', "half a \ud83d character"]
    [token_id] = issued(fake, user, 1)
    for name in names:
        token = {"id": token_id, "created_by": {"type": "dev_user", "id": "u", "display_name": name}}
        fake.respond_next(json={"token": token})
    assert audit(["one", "two", "three"]).returncode == 0
    owners = {row["owner"] for row in rows_in(out)}
    assert owners == {"'=HYPERLINK(1)", 'two lines, "quoted"', "half a ? character"}
    assert len(out.read_text("utf-8").splitlines()) == 4
