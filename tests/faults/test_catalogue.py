"""Every fault of the server against `get_auth_token`: our error, or a success after repetition, and always in time."""

import time

import pytest

from devrev_auth_client import AuthToken, DevRevAuthError, RetryPolicy, TransportError
from tests.faults.backends import TOKEN, TOKEN_ID, TOKEN_RESPONSE, Backend, Caller
from tests.faults.catalogue import FAULTS, SILENT, Fault
from tests.faults.measuring import eventually

TOTAL = 3.0
REPEATED = {name: fault for name, fault in FAULTS.items() if fault.repeated and name not in SILENT}
TWICE = RetryPolicy(max_attempts=2, base_delay=0)


def error_of(client: Caller, kind: type[DevRevAuthError]) -> DevRevAuthError:
    """The call's error, on which nothing foreign hangs and in which no token is."""
    with pytest.raises(kind) as caught:
        client.get()
    error = caught.value
    assert type(error) is kind
    assert error.__cause__ is None
    assert error.__context__ is None
    assert TOKEN not in f"{error!r} {error.__dict__}"
    return error


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_fault_met_once(backend: Backend, fault: Fault) -> None:
    """A passing fault costs one retry; a lasting one is our error at once; and the next call gets its response."""
    # A harmless fault brings its own response; it comes twice, so that its connection is tried again as well.
    script = [fault.action, fault.action if fault.error is None else TOKEN_RESPONSE, TOKEN_RESPONSE]
    silent = fault in SILENT.values()
    begin = time.monotonic()
    with backend.served(script, timeout=0.15 if silent else 5, total_timeout=TOTAL) as (server, client):
        if fault.error is None or fault.repeated:
            assert isinstance(client.get(), AuthToken)
        else:
            error_of(client, fault.error)
        assert client.get().id in (TOKEN_ID, "x")
        assert time.monotonic() - begin < TOTAL
        if not silent:  # their short timeout may end an attempt that is only late
            assert server.actions_begun == (3 if fault.repeated else 2)
        assert server.peak_connections == 1


@pytest.mark.parametrize("fault", REPEATED.values(), ids=REPEATED)
def test_fault_met_for_ever(backend: Backend, fault: Fault) -> None:
    """The attempts run out; what the last one met is the error. Silence for ever is in ``test_time.py``."""
    assert fault.error is not None
    begin = time.monotonic()
    with backend.served(fault.action, total_timeout=TOTAL, retry=TWICE) as (server, client):
        assert len(error_of(client, fault.error).attempts) == 2
        assert time.monotonic() - begin < TOTAL
        if fault.error is TransportError:
            assert eventually(lambda: server.connections_open_now == 0)
