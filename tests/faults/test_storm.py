"""Calls cut at random, in every way there is: the client comes out of it whole."""

import pytest

from tests.faults.storm import WAYS, storm


@pytest.mark.parametrize(("loop", "way"), WAYS)
def test_calls_cut_at_random_leave_the_client_whole(loop: str, way: str) -> None:
    """Twenty workers on ten lanes: afterwards every call is answered, and nothing is left over."""
    after = storm(loop, way, 1.5, seed=1)
    assert after.is_clean, after


@pytest.mark.parametrize(("loop", "way"), [("asyncio", "task_cancel"), ("trio", "scope"), ("sync", "total_timeout")])
def test_calls_cut_at_random_in_tls_handshakes(loop: str, way: str) -> None:
    """The same where every other answer ends its connection."""
    after = storm(loop, way, 1.5, seed=2, tls=True)
    assert after.is_clean, after
