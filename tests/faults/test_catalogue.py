"""Every fault of the server against `get_auth_token`: our error, or a success after repetition, and always in time."""

import time

import pytest

from devrev_auth_client import AuthToken, DevRevAuthError, RetryPolicy, TransportError
from tests.faults.backends import TOKEN, TOKEN_ID, TOKEN_RESPONSE, Backend
from tests.faults.catalogue import FAULTS, SILENT, Fault
from tests.faults.measuring import eventually
from tests.faults.server import FaultServer, refusing_url

ATTEMPT = 0.15
TOTAL = 3.0
SLACK = 0.3
REPEATED = {name: fault for name, fault in FAULTS.items() if fault.repeated and name not in SILENT}
TWICE = RetryPolicy(max_attempts=2, base_delay=0)


def severed(error: DevRevAuthError) -> bool:
    """Whether nothing foreign hangs on it, and no token is in it."""
    return error.__cause__ is None and error.__context__ is None and TOKEN not in f"{error!r} {error.__dict__}"


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_fault_met_once(backend: Backend, fault: Fault) -> None:
    """A passing fault costs one retry; a lasting one is our error at once; and the next call gets its response."""
    # A harmless fault brings its own response; it comes twice, so that its connection is tried again as well.
    script = [fault.action, fault.action if fault.error is None else TOKEN_RESPONSE, TOKEN_RESPONSE]
    silent = fault in SILENT.values()
    timeout = ATTEMPT if silent else 5
    begin = time.monotonic()
    with FaultServer(script) as server, backend.client(server.url, timeout=timeout, total_timeout=TOTAL) as client:
        if fault.error is None or fault.repeated:
            assert isinstance(client.get(), AuthToken)
        else:
            with pytest.raises(fault.error) as caught:
                client.get()
            assert type(caught.value) is fault.error
            assert severed(caught.value)
        assert client.get().id in (TOKEN_ID, "x")
        assert time.monotonic() - begin < TOTAL + SLACK
        assert server.actions_begun == (3 if fault.repeated else 2) or silent
        assert server.peak_connections == 1


@pytest.mark.parametrize("fault", REPEATED.values(), ids=REPEATED)
def test_fault_met_for_ever(backend: Backend, fault: Fault) -> None:
    """The attempts run out; what the last one met is the error, and every attempt is in it.

    Silence for ever is in ``test_time.py`` and ``test_attempt_timeout.py``.
    """
    assert fault.error is not None
    begin = time.monotonic()
    with (
        FaultServer(fault.action) as server,
        backend.client(server.url, total_timeout=TOTAL, retry=TWICE) as client,
    ):
        with pytest.raises(fault.error) as caught:
            client.get()
        assert type(caught.value) is fault.error
        assert severed(caught.value)
        assert len(caught.value.attempts) == 2
        assert time.monotonic() - begin < TOTAL + SLACK
        if fault.error is TransportError:
            assert eventually(lambda: server.connections_open_now == 0)


def test_nobody_listens(backend: Backend) -> None:
    """Refused four times, without any waiting in between."""
    begin = time.monotonic()
    with refusing_url() as url, backend.client(url) as client, pytest.raises(TransportError) as caught:
        client.get()
    assert len(caught.value.attempts) == 4
    assert severed(caught.value)
    assert time.monotonic() - begin < SLACK
