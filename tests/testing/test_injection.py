"""When an injected fault happens: by chance, by number, by the clock, for whom."""

from collections.abc import Container

import pytest

from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.testing.conftest import DELETE, GET, ask


def statuses(fake: FakeDevRev, token: IssuedToken, count: int, path: str = GET) -> list[int]:
    return [ask(fake, token, path, {"token_id": token.id}).status for _ in range(count)]


def test_chance_is_repeated_by_the_seed() -> None:
    """And is another one for another seed, for another rule, and where no seed is given; no script changes it."""

    def play(seed: int | None, rules: int = 1, scripted: int = 0) -> list[int]:
        fake = FakeDevRev(seed=seed)
        for _ in range(rules - 1):
            fake.inject(Fault.answer(500), probability=0)
        fake.inject(Fault.answer(503), probability=0.5)
        if scripted:
            fake.respond_next(418, times=scripted)
        return statuses(fake, fake.issue_token(fake.add_user()), 64)

    assert play(5) == play(5)
    assert len({tuple(play(5)), tuple(play(6)), tuple(play(5, rules=2)), tuple(play(None)), tuple(play(None))}) == 5
    assert play(5, scripted=2) == [418, 418, *play(5)[2:]]


@pytest.mark.parametrize(
    ("probability", "least", "most"), [(0, 0, 0), (0.1, 60, 140), (0.9, 860, 940), (1, 1000, 1000)]
)
def test_a_probability_is_kept_over_many_requests(
    fake: FakeDevRev, token: IssuedToken, probability: float, least: int, most: int
) -> None:
    injection = fake.inject(Fault.answer(503), probability=probability)
    assert statuses(fake, token, 1000).count(503) == injection.played
    assert least <= injection.played <= most


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
    other = fake.issue_token(fake.add_user())
    fake.inject(Fault.answer(503), user=other.user, operation="/auth-tokens.get", requests=2)
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


def test_it_begins_and_ends_by_the_fakes_clock(fake: FakeDevRev, token: IssuedToken) -> None:
    fake.advance(1000)
    fake.inject(Fault.answer(503), after=10, lasting=20)
    seen = statuses(fake, token, 1)
    for seconds in (9.75, 0.25, 19.75, 0.25):
        fake.advance(seconds)
        seen += statuses(fake, token, 1)
    assert seen == [200, 200, 503, 503, 200]


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


def test_an_injection_says_what_it_is(fake: FakeDevRev, token: IssuedToken) -> None:
    full = fake.inject(
        Fault.answer(503),
        probability=0.25,
        requests={3},
        after=1.5,
        lasting=300,
        times=2,
        user=token.user,
        operation="auth-tokens.self.delete",
    )
    assert repr(full) == (
        "<Injection: rule 1: answer 503 (probability 0.25, requests {3}, after 1.5 s, lasting 300 s, at most 2 times, "
        "for DEVU-1, in auth-tokens.self.delete), played 0 times>"
    )
    assert repr(fake.inject(Fault.slow())) == "<Injection: rule 2: slow (always), played 0 times>"
