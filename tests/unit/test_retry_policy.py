"""RetryPolicy: which values it takes, and that it is a value itself."""

import functools
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devrev_auth_client import ConfigurationError, RetryPolicy
from tests.behaviour.copies import copies_of

NO_SECONDS: list[Any] = [-1, -0.001, float("nan"), float("inf"), -float("inf"), 10**400, True, None, "1", [1], 1j]


def test_the_defaults_are_those_of_the_documentation() -> None:
    assert attrs.asdict(RetryPolicy()) == {"max_attempts": 4, "base_delay": 0.5, "max_delay": 8.0, "on_retry": None}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("max_attempts", [1, 2, 1000]),
        ("base_delay", [0, 0.0, 1, 1e308]),
        ("max_delay", [0, 0.5, 86_400]),
        ("on_retry", [None, print, lambda met, wait: None, functools.partial(print)]),
    ],
)
def test_values_in_range_are_kept_as_they_are(name: str, values: list[Any]) -> None:
    for value in values:
        assert getattr(RetryPolicy(**{name: value}), name) == value


async def async_observer(met: object, wait: float) -> None: ...


@pytest.mark.parametrize(
    ("name", "values", "rule"),
    [
        ("max_attempts", [0, -1, 1.5, 2.0, True, None, "4"], "must be a whole number of at least 1"),
        ("base_delay", NO_SECONDS, "must be a number of seconds, 0 or more"),
        ("max_delay", NO_SECONDS, "must be a number of seconds, 0 or more"),
        ("on_retry", [5, "x", True, [print], async_observer], "must be a callable that is not async, or None"),
    ],
)
def test_values_out_of_range_are_refused_by_name_and_not_repeated(name: str, values: list[Any], rule: str) -> None:
    for value in values:
        with pytest.raises(ConfigurationError) as caught:
            RetryPolicy(**{name: value})
        assert str(caught.value) == f"{name} {rule}"
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_policy_is_a_value() -> None:
    """It is shared by clients and their copies; `attrs.evolve` gives another, checked like any."""
    policy = RetryPolicy(max_attempts=7, on_retry=print)
    assert policy != RetryPolicy()
    twins = [RetryPolicy(max_attempts=7, on_retry=print), attrs.evolve(RetryPolicy(on_retry=print), max_attempts=7)]
    assert {*twins, *copies_of(policy)} == {policy}
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        policy.max_attempts = 5  # type: ignore[misc]
    with pytest.raises(ConfigurationError):
        attrs.evolve(policy, max_attempts=0)


SECONDS = st.floats(0, 1e308)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(base=SECONDS, most=SECONDS, repetition=st.integers(0, 10**9))
def test_no_delay_is_ever_too_long_or_no_number(base: float, most: float, repetition: int) -> None:
    """However often something is repeated: no overflow on the way."""
    assert 0 <= RetryPolicy(base_delay=base, max_delay=most).longest_delay(repetition) <= most
