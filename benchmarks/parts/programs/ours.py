"""One call with this package: `ours.py URL [AUTHORITY]`. Prints the seconds of processor time to its answer."""

import asyncio
import ssl
import sys
import time

from devrev_auth_client import AsyncDevRevAuthClient


def verified(*authority: str) -> ssl.SSLContext:
    import httpx

    verify = httpx.create_ssl_context()
    for file in authority:
        verify.load_verify_locations(file)
    return verify


async def main(url: str, *authority: str) -> str:
    verify = verified(*authority) if authority else True
    async with AsyncDevRevAuthClient("benchmark-token", base_url=url, verify=verify) as client:
        return (await client.get_auth_token("string")).id


assert asyncio.run(main(*sys.argv[1:])) == "string"
print(time.process_time(), flush=True)
