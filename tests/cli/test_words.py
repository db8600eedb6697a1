"""Dates, durations and waits in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from rich.text import Text

from devrev_auth_client import Attempt, TotalTimeoutError, TransportError
from devrev_auth_client._cli import words
from devrev_auth_client._cli.calling import Options
from devrev_auth_client._cli.cards import token_card
from devrev_auth_client._cli.endings import in_words
from devrev_auth_client._cli.screen import Screen, plain
from devrev_auth_client._cli.waits import Waits
from devrev_auth_client._operations import AuthToken

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (1.6, "2 seconds"),
        (59, "59 seconds"),
        (90, "90 seconds"),
        (5400, "90 minutes"),
        (3600, "60 minutes"),
        (86_400, "24 hours"),
        (3 * 86_400 - 5, "3 days"),
        (400 * 86_400, "400 days"),
        (800 * 86_400, "2 years"),
    ],
)
def test_a_duration_is_told_in_one_unit(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (NOON + timedelta(days=3), "2026-01-04 12:00 UTC, in 3 days"),
        (NOON - timedelta(days=3), "2025-12-29 12:00 UTC, 3 days ago"),
        (NOON, "2026-01-01 12:00 UTC, now"),
        ((NOON + timedelta(hours=5)).astimezone(timezone(timedelta(hours=9))), "2026-01-01 17:00 UTC, in 5 hours"),
        (datetime.min.replace(tzinfo=UTC), "0001-01-01 00:00 UTC, 2026 years ago"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=9))), "0001-01-01 00:00+09:00, 2026 years ago"),
        (datetime.max.replace(tzinfo=UTC), "9999-12-31 23:59 UTC, in 7979 years"),
    ],
)
def test_an_instant_is_told_as_date_and_distance(when: datetime, said: str) -> None:
    assert words.instant(when, NOON) == said


def test_a_card_tells_time_from_the_same_now() -> None:
    token = AuthToken(id="x", expires_at=NOON + timedelta(days=3), issued_at=NOON - timedelta(hours=2))
    assert [line.plain for line in token_card(token, NOON)] == [
        "token     x",
        "expires   2026-01-04 12:00 UTC, in 3 days",
        "id        x",
        "issued    2026-01-01 10:00 UTC, 2 hours ago",
    ]


@pytest.mark.parametrize("text", ["a\nb", "a\x1b[0m", "\u202eabc", "\ud800", "\u200b", "a\u2028b", "\x7f", "\x9b"])
def test_text_from_elsewhere_is_one_printable_line(text: str) -> None:
    assert plain(text).isprintable() or "\N{REPLACEMENT CHARACTER}" in plain(text)
    assert len(plain(text)) == len(text)
    assert plain("gr\u00fcn, \u6f22 \U0001f511") == "gr\u00fcn, \u6f22 \U0001f511"


def test_while_all_was_refused_nothing_can_have_happened() -> None:
    """429 and 503 say that nothing was done; a lost connection and a 502 do not."""

    def after(*met: Attempt, wait: float = 60) -> bool:
        waits = Waits(Screen(), is_live=False)
        for one in met:
            waits.tell(one, wait)
        return waits.surely_unprocessed

    refused, unavailable = Attempt(429, None, 0), Attempt(503, None, 0)
    assert after(refused)
    assert after(refused, unavailable)
    assert not after()
    assert not after(refused, wait=0)
    assert not after(refused, wait=0.9)
    for doubtful in (Attempt(502, None, 0), Attempt(None, "connection lost", 0)):
        assert not after(doubtful)
        assert not after(doubtful, refused)


def test_the_countdown_tells_minutes_and_seconds_and_then_that_it_tries_again() -> None:
    """One display for all waits of a call; it is gone when the call is over."""
    with Waits(Screen(), is_live=True) as waits:
        waits.tell(Attempt(503, None, 0), 0)
        assert waits._countdown().plain == "DevRev answered 503; trying again ..."
        display = waits._live
        waits.tell(Attempt(None, "connection\x1blost", 0), 90)
        assert waits._countdown().plain == "connection\ufffdlost; trying again in 1:30 (Ctrl-C stops)"
        assert waits._live is display
    assert waits._live is None


def test_output_without_a_stream_goes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python has `None` for a stream that was closed before its start."""
    monkeypatch.setattr("sys.stdout", None)
    monkeypatch.setattr("sys.stderr", None)
    screen = Screen()
    assert screen.show("x", Text("y"))
    screen.say("z")
    assert not screen.is_live


def test_out_of_time_says_which_option_gives_more() -> None:
    said = in_words(TotalTimeoutError("total_timeout ran out"), revocation=True)
    assert said == "Not revoked: --total-timeout ran out\nAllow more time with --total-timeout."


@pytest.mark.parametrize(
    ("failure", "named"),
    [("no answer within 30 s", True), ("timed out (ReadTimeout)", True), ("could not connect (refused)", False)],
)
def test_an_attempt_that_ran_out_of_time_may_be_given_more(failure: str, named: bool) -> None:
    error = TransportError(failure, attempts=(Attempt(None, failure, 0), Attempt(503, None, 0)))
    assert in_words(error, revocation=False).endswith("more time with --timeout.") is named


def test_the_base_url_is_called_what_a_shell_knows_it_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """The option comes before the variable, an empty one is none, and without both it is DevRev's own."""
    unset, given = Options(None, 1, 1, verbose=False), Options("", 1, 1, verbose=False)
    monkeypatch.setenv("DEVREV_BASE_URL", "https://devrev.example")
    assert (unset.base_url_name, given.base_url_name) == ("DEVREV_BASE_URL", "--base-url")
    monkeypatch.setenv("DEVREV_BASE_URL", "")
    assert (unset.base_url_name, given.base_url_name) == ("the base URL", "--base-url")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "trying again."),
        (0.04, "trying again."),
        (0.06, "trying again in 0.1 s."),
        (2.5, "trying again in 2.5 s."),
    ],
)
def test_a_wait_that_is_none_is_not_told(capsys: pytest.CaptureFixture[str], seconds: float, said: str) -> None:
    Waits(Screen(), is_live=False).tell(Attempt(503, None, 0), seconds)
    assert capsys.readouterr().err == f"DevRev answered 503; {said}\n"
