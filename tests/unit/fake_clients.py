"""One request to a fake from an httpx client of each colour, for tests that are written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import httpx

if TYPE_CHECKING:
    from devrev_auth_client.testing import FakeDevRev, IssuedToken

HOST = "https://api.devrev.ai"
COLOURS = ["sync", "asyncio", "trio"]


def post(
    colour: str, fake: FakeDevRev, token: IssuedToken, path: str, body: object, *, timeout: float | None = 10
) -> httpx.Response:
    """Send it in memory, and read the answer to its end."""
    headers = {"Authorization": f"Bearer {token.secret}"}
    if colour == "sync":
        with httpx.Client(base_url=HOST, headers=headers, transport=fake.transport(), timeout=timeout) as client:
            return client.post(path, json=body)

    async def main() -> httpx.Response:
        transport = fake.transport()
        async with httpx.AsyncClient(base_url=HOST, headers=headers, transport=transport, timeout=timeout) as client:
            return await client.post(path, json=body)

    return anyio.run(main, backend=colour)
