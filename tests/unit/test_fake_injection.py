"""When an injected fault happens: by chance, by number, by the clock, for whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.unit.fake_helpers import DELETE, GET, Clock, ask

if TYPE_CHECKING:
    from collections.abc import Container


@pytest.fixture
def fake() -> FakeDevRev:
    return FakeDevRev(seed=1, clock=Clock())


@pytest.fixture
def token(fake: FakeDevRev) -> IssuedToken:
    return fake.issue_token(fake.add_user())


def statuses(fake: FakeDevRev, token: IssuedToken, count: int, path: str = GET) -> list[int]:
    return [ask(fake, token, path, {"token_id": token.id}).status for _ in range(count)]


def test_chance_is_repeated_by_the_seed() -> None:
    """And is another one for another seed, for another rule, and where no seed is given."""

    def play(seed: int | None, rules: int = 1) -> list[int]:
        fake = FakeDevRev(seed=seed)
        for _ in range(rules - 1):
            fake.inject(Fault.answer(500), probability=0)
        fake.inject(Fault.answer(503), probability=0.5)
        return statuses(fake, fake.issue_token(fake.add_user()), 64)

    assert play(5) == play(5)
    assert len({tuple(play(5)), tuple(play(6)), tuple(play(5, rules=2)), tuple(play(None)), tuple(play(None))}) == 5


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_a_probability_is_kept_over_many_requests(fake: FakeDevRev, token: IssuedToken, probability: float) -> None:
    injection = fake.inject(Fault.answer(503), probability=probability)
    statuses(fake, token, 1000)
    assert abs(injection.played - 1000 * probability) < 50


def test_probabilities_of_none_and_all(fake: FakeDevRev, token: IssuedToken) -> None:
    fake.inject(Fault.answer(500), probability=0)
    fake.inject(Fault.answer(503), probability=1)
    assert statuses(fake, token, 20) == [503] * 20


def test_chance_does_not_depend_on_what_else_is_played(token: IssuedToken) -> None:
    """So that a step put into the script does not change all the rest."""

    def play(*scripted: int) -> list[int]:
        fake = FakeDevRev(seed=9)
        fake.inject(Fault.answer(503), probability=0.5)
        for status in scripted:
            fake.respond_next(status)
        return statuses(fake, fake.issue_token(fake.add_user()), 32)

    assert play(418, 418)[2:] == play()[2:]


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        (2, [200, 503, 200, 200, 200]),
        ({1, 4}, [503, 200, 200, 503, 200]),
        (range(3, 10), [200, 200, 503, 503, 503]),
        ([0], [200] * 5),
    ],
)
def test_requests_are_numbered_from_the_injection_on(
    fake: FakeDevRev, token: IssuedToken, requests: int | Container[int], expected: list[int]
) -> None:
    statuses(fake, token, 3)
    fake.inject(Fault.answer(503), requests=requests)
    assert statuses(fake, token, 5) == expected


def test_only_requests_that_are_let_in_are_numbered(fake: FakeDevRev, token: IssuedToken) -> None:
    """By user and by operation."""
    other = fake.issue_token(fake.add_user())
    fake.inject(Fault.answer(503), user=other.user, operation="auth-tokens.get", requests=2)
    assert statuses(fake, token, 3) == [200] * 3
    assert statuses(fake, other, 3, path=DELETE) == [400] * 3
    assert statuses(fake, other, 3) == [200, 503, 200]


def test_a_second_token_of_the_user_is_met_too(fake: FakeDevRev, token: IssuedToken) -> None:
    """As with DevRev's own limits, and even where it is over; who has no token has no user."""
    fake.inject(Fault.too_many_requests(), user=token.user)
    second = fake.issue_token(token.user)
    fake.revoke_token(second.id)
    assert statuses(fake, second, 1) == [429]
    assert ask(fake, "unknown", GET, {}).status == 401


@pytest.mark.parametrize("operation", ["auth-tokens.get", "/auth-tokens.get"])
def test_one_operation_is_met(fake: FakeDevRev, token: IssuedToken, operation: str) -> None:
    fake.inject(Fault.answer(503), operation=operation)
    assert statuses(fake, token, 1) == [503]
    assert statuses(fake, token, 1, path=DELETE) == [400]


def test_it_begins_and_ends_by_the_fakes_clock(fake: FakeDevRev, token: IssuedToken) -> None:
    fake.advance(1000)
    fake.inject(Fault.answer(503), after=10, lasting=20)
    seen = statuses(fake, token, 1)
    for seconds in (9.75, 0.25, 19.75, 0.25):
        fake.advance(seconds)
        seen += statuses(fake, token, 1)
    assert seen == [200, 200, 503, 503, 200]


def test_it_happens_so_many_times_at_most(fake: FakeDevRev, token: IssuedToken) -> None:
    injection = fake.inject(Fault.answer(503), times=2)
    assert statuses(fake, token, 4) == [503, 503, 200, 200]
    assert injection.played == 2


def test_it_ends_with_its_block_or_when_it_is_stopped(fake: FakeDevRev, token: IssuedToken) -> None:
    with fake.inject(Fault.answer(503)) as injection:
        assert statuses(fake, token, 1) == [503]
    assert statuses(fake, token, 1) == [200]
    injection.stop()
    assert injection.played == 1


def test_what_is_scripted_goes_first_and_then_the_older_fault(fake: FakeDevRev, token: IssuedToken) -> None:
    """One thing happens to a request; and only what happened counts as played."""
    older = fake.inject(Fault.answer(500), requests=range(1, 4))
    younger = fake.inject(Fault.answer(503), times=2)
    fake.respond_next(418, times=2)
    assert statuses(fake, token, 6) == [418, 418, 500, 503, 503, 200]
    assert (older.played, younger.played) == (1, 2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"probability": 1.01}, "probability"),
        ({"probability": -0.01}, "probability"),
        ({"probability": float("nan")}, "probability"),
        ({"after": -1}, "after"),
        ({"after": float("inf")}, "after"),
        ({"lasting": 0}, "lasting"),
        ({"lasting": float("nan")}, "lasting"),
        ({"times": 0}, "times"),
        ({"operation": "auth-tokens.delete"}, "auth-tokens.get or auth-tokens.self.delete"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(
    fake: FakeDevRev, token: IssuedToken, arguments: dict[str, Any], said: str
) -> None:
    """And nothing of it happens."""
    with pytest.raises(ValueError, match=re.escape(said)):
        fake.inject(Fault.answer(503), **arguments)
    assert statuses(fake, token, 1) == [200]
    with pytest.raises(ValueError, match="times"):
        fake.play_next(Fault.answer(503), times=0)


def test_an_injection_says_what_it_is(fake: FakeDevRev, token: IssuedToken) -> None:
    plain = fake.inject(Fault.reset(), operation="auth-tokens.get", requests=[7])
    full = fake.inject(
        Fault.answer(503),
        probability=0.25,
        requests={3},
        after=1.5,
        lasting=300,
        times=2,
        user=token.user,
        operation="/auth-tokens.self.delete",
    )
    assert repr(plain) == "<Injection: rule 1: reset (requests [7], in auth-tokens.get), played 0 times>"
    assert repr(full) == (
        "<Injection: rule 2: answer 503 (probability 0.25, requests {3}, after 1.5 s, lasting 300 s, at most 2 times, "
        "for DEVU-1, in auth-tokens.self.delete), played 0 times>"
    )
    assert "(always)" in repr(fake.inject(Fault.slow()))
