"""A DevRev in memory, for tests of programs that read and revoke auth tokens.

    from devrev_auth_client import AsyncDevRevAuthClient, TokenType
    from devrev_auth_client.testing import FakeDevRev

    fake = FakeDevRev()
    pat = fake.issue_token(fake.add_user(), TokenType.PAT)
    async with AsyncDevRevAuthClient(pat.secret, transport=fake.transport()) as client:
        token = await client.get_auth_token(pat.id)

It misbehaves on command (`Fault`), its clock is yours to move, and it keeps a journal:

    fake.inject(Fault.reset(after_processing=True), probability=0.2)
    fake.advance(3600)
    print(fake.journal())

It needs nothing but httpx, opens no connection and reads no file. `python -m devrev_auth_client.testing`
serves it over real HTTP on a loopback port, which needs the extra `devrev-auth-client[testing]`. The fixtures of
`pytest_plugin` bring it into tests. A request goes through these modules, from the outside in:

    __main__, devrev      the command that serves one; FakeDevRev, the object that tests hold
    transports, server    a request from httpx, in memory; from an ASGI server, over HTTP
    core                  one request under one lock: a fault or the API, and the record; when a fault happens
    journal, faults, api  the timeline; what a fault makes of a request; what DevRev makes of it
    answers, records      what is sent back, and how; users, tokens, recorded requests
"""

from __future__ import annotations

from .answers import Answer
from .core import Injection
from .devrev import FakeDevRev
from .faults import Fault
from .records import FakeUser, IssuedToken, RecordedRequest
from .transports import FakeTransport

__all__ = ["Answer", "FakeDevRev", "FakeTransport", "FakeUser", "Fault", "Injection", "IssuedToken", "RecordedRequest"]
