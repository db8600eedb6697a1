"""docs/how-to/batch.md: its program, under a rate limit that it meets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devrev_auth_client.testing import FakeDevRev
from tests.docs.markdown import Document

PAGE = Document("docs/how-to/batch.md")
[PROGRAM] = PAGE.blocks("python")


def statuses() -> dict[str, str]:
    """What the program wrote down, by id; the last line of an id counts."""
    results = [json.loads(line) for line in Path("results.jsonl").read_text("utf-8").splitlines()]
    return {result["id"]: result.get("status") or result["error"] for result in results}


def test_all_tokens_are_read_although_a_window_is_too_small_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """This waits for a window of a second to end: the program has no clock to hand in."""
    fake = FakeDevRev(rate_limit=40, rate_window=1)
    user = fake.add_user()
    ids = [fake.issue_token(user).id for _ in range(60)]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEVREV_TOKEN", fake.issue_token(user, secret="fake-token-of-the-batch").secret)
    Path("token-ids.txt").write_text("\n".join([*ids, "no-such-token"]), encoding="utf-8")
    with fake.serve() as base_url:
        monkeypatch.setenv("DEVREV_BASE_URL", base_url)
        PAGE.run(PROGRAM)
        assert statuses() == dict.fromkeys(ids, "active") | {"no-such-token": "NotFoundError"}
        assert "61 to go\n" in capsys.readouterr().err
        fake.requests.clear()
        PAGE.run(PROGRAM)  # again: only what failed
    assert [request.status for request in fake.requests if request.status != 429] == [404]
