"""A DevRev in memory, for tests of programs that read and revoke auth tokens.

    from devrev_auth_client import AsyncDevRevAuthClient, TokenType
    from devrev_auth_client.testing import FakeDevRev

    fake = FakeDevRev()
    pat = fake.issue_token(fake.add_user(), TokenType.PAT)
    async with AsyncDevRevAuthClient(pat.secret, transport=fake.transport()) as client:
        token = await client.get_auth_token(pat.id)

You can inject faults (`Fault`), move its clock and read its journal:

    fake.inject(Fault.reset(after_processing=True), probability=0.2)
    fake.advance(3600)
    print(fake.journal())

It needs only httpx, opens no connection and reads no file. `python -m devrev_auth_client.testing` serves it over HTTP
on a loopback port, which needs the extra `devrev-auth-client[testing]`. `pytest_plugin` has fixtures for tests. A
request passes through these modules, from the outside in:

    __main__, devrev      the command that serves a fake; FakeDevRev, the object that tests use
    transports, server    requests in memory, from httpx; requests over HTTP, from an ASGI server
    core                  one request under one lock: a fault or the API, then the record; the schedule of faults
    journal, faults, api  the timeline; what a fault does to a request; what DevRev does with it
    answers, records      responses and how they are sent; users, tokens, recorded requests
"""

from __future__ import annotations

from .answers import Answer
from .core import Injection
from .devrev import FakeDevRev
from .faults import Fault
from .records import FakeUser, IssuedToken, RecordedRequest
from .transports import FakeTransport

__all__ = ["Answer", "FakeDevRev", "FakeTransport", "FakeUser", "Fault", "Injection", "IssuedToken", "RecordedRequest"]
