"""What makes no sense to ask of FakeDevRev is refused where it is asked, and nothing of it happens."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest

from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.testing.conftest import GET, ask

INFINITE, NAN = float("inf"), float("nan")
ANSWER = Fault.answer(503)
NEVER_SENT = [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout]
ONE_BODY = "one of json, html, content and details"

Refused = list[tuple[str, Callable[[FakeDevRev], object]]]
REFUSED: Refused = [
    ("rate_limit", lambda _: FakeDevRev(rate_limit=0)),
    ("rate_window", lambda _: FakeDevRev(rate_limit=1, rate_window=0)),
    ("rate_window", lambda _: FakeDevRev(rate_limit=1, rate_window=NAN)),
    ("rate_window", lambda _: FakeDevRev(rate_limit=1, rate_window=INFINITE)),
    ("0 or more", lambda fake: fake.advance(-0.001)),
    ("0 or more", lambda fake: fake.advance(INFINITE)),
    ("0 or more", lambda fake: fake.advance(NAN)),
    ("time zone", lambda fake: fake.stop_clock(datetime(2026, 1, 1))),  # noqa: DTZ001 - that is the mistake
    ("secret must not be empty", lambda fake: fake.issue_token(fake.add_user(), secret="")),
    ("secret must not be empty", lambda fake: fake.issue_token(fake.add_user(), secret="taken")),
    ("0 or more", lambda _: Fault.slow(before=-1)),
    ("0 or more", lambda _: Fault.slow(between=INFINITE)),
    ("0 or more", lambda _: Fault.slow(between=NAN)),
    ("chunk_size", lambda _: Fault.slow(chunk_size=0)),
    ("keep", lambda _: Fault.truncated(-1)),
    ("at least one fault", lambda _: Fault.any_of()),
    ("probability", lambda fake: fake.inject(ANSWER, probability=1.01)),
    ("probability", lambda fake: fake.inject(ANSWER, probability=-0.01)),
    ("probability", lambda fake: fake.inject(ANSWER, probability=NAN)),
    ("after", lambda fake: fake.inject(ANSWER, after=-1)),
    ("after", lambda fake: fake.inject(ANSWER, after=INFINITE)),
    ("lasting", lambda fake: fake.inject(ANSWER, lasting=0)),
    ("lasting", lambda fake: fake.inject(ANSWER, lasting=NAN)),
    ("times", lambda fake: fake.inject(ANSWER, times=0)),
    ("auth-tokens.get or auth-tokens.self.delete", lambda fake: fake.inject(ANSWER, operation="auth-tokens.delete")),
    (ONE_BODY, lambda fake: fake.respond_next(json=None, html="")),
    (ONE_BODY, lambda fake: fake.respond_next(html="", content=b"")),
    (ONE_BODY, lambda fake: fake.respond_next(400, content=b"", details={})),
    ("400 or more", lambda fake: fake.respond_next(399, details={})),
    ("times", lambda fake: fake.respond_next(times=0)),
    ("times", lambda fake: fake.lose_connection(times=0)),
]


@pytest.mark.parametrize(("said", "ask_for"), REFUSED)
def test_what_makes_no_sense_is_refused(
    fake: FakeDevRev, token: IssuedToken, said: str, ask_for: Callable[[FakeDevRev], object]
) -> None:
    fake.issue_token(token.user, secret="taken")
    before = fake.now
    with pytest.raises(ValueError, match=re.escape(said)):
        ask_for(fake)
    assert (fake.now, fake.unplayed) == (before, 0)
    assert ask(fake, token, GET, {"token_id": token.id}).status == 200


@pytest.mark.parametrize("error", NEVER_SENT)
def test_what_was_never_sent_cannot_be_carried_out(fake: FakeDevRev, error: type[httpx.TransportError]) -> None:
    with pytest.raises(ValueError, match=f"{error.__name__} means that the request was never sent"):
        fake.lose_connection(after_processing=True, error=error)


@pytest.mark.parametrize("method", ["expire_token", "revoke_token", "token_status"])
def test_an_id_that_was_never_issued_is_a_key_error(fake: FakeDevRev, method: str) -> None:
    action: Any = getattr(fake, method)
    with pytest.raises(KeyError, match="token/9"):
        action("token/9")
