"""What a watchdog or an error reporter sees of a call under way: the local variables of its frames."""

import sys
from types import FrameType
from typing import Any

import anyio
import pytest

from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient
from tests.faults.backends import CLIENT, SERVER, TOKEN, TOKEN_ID, TOKEN_RESPONSE, Backend
from tests.faults.server import FaultServer

ALLOWED = {
    "the token as it is passed": {"__init__", "token_source", "conceal"},
    "the search for it in what arrives": {"<genexpr>"},
    "the bytes as they are made, which waits for nothing": {"request"},
    "the bytes as they are written": {"write", "<lambda>"},
}


@pytest.mark.parametrize("over_tls", [False, True], ids=["plain", "tls"])
def test_only_what_writes_has_the_token_in_a_variable(backend: Backend, over_tls: bool) -> None:
    """At each line of a call, on a new connection and on a kept one."""
    holders: set[str] = set()

    def look(frame: FrameType, event: str, arg: Any) -> Any:
        if "/devrev_auth_client/" not in frame.f_code.co_filename:
            return None
        # A copy: what is looked at must not be kept alive.
        if any(TOKEN in _text(value) for value in dict(frame.f_locals).values()):
            holders.add(frame.f_code.co_name)
        return look

    async def call_twice(url: str) -> None:
        async with AsyncDevRevAuthClient(TOKEN, base_url=url, verify=CLIENT) as client:
            for _ in range(2):
                await client.get_auth_token(TOKEN_ID)

    with FaultServer(TOKEN_RESPONSE, tls=SERVER if over_tls else None) as server:
        before = sys.gettrace()
        sys.settrace(look)
        try:
            if backend.is_async:
                name, options = backend.loop
                anyio.run(call_twice, server.url, backend=name, backend_options=options)
            else:
                with DevRevAuthClient(TOKEN, base_url=server.url, verify=CLIENT) as client:
                    for _ in range(2):
                        client.get_auth_token(TOKEN_ID)
        finally:
            sys.settrace(before)
        assert len(server.requests) == 2
    assert "write" in holders  # so that a variable which is there is found
    assert holders <= set().union(*ALLOWED.values())


def _text(value: object) -> str:
    return repr(bytes(value) if isinstance(value, memoryview) else value)
