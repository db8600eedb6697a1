"""One call with httpx by hand: `raw_httpx.py URL [AUTHORITY]`. Prints the seconds of processor time to its answer."""

import asyncio
import ssl
import sys
import time

import httpx


def verified(*authority: str) -> ssl.SSLContext:
    verify = httpx.create_ssl_context()
    for file in authority:
        verify.load_verify_locations(file)
    return verify


async def main(url: str, *authority: str) -> str:
    verify = verified(*authority) if authority else True
    async with httpx.AsyncClient(headers={"Authorization": "Bearer benchmark-token"}, verify=verify) as client:
        response = await client.post(f"{url}/auth-tokens.get", json={"token_id": "string"})
        token_id: str = response.json()["token"]["id"]
        return token_id


assert asyncio.run(main(*sys.argv[1:])) == "string"
print(time.process_time(), flush=True)
