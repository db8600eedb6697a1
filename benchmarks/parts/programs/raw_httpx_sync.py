"""One call with httpx by hand and without asyncio: `raw_httpx_sync.py URL`. Prints as its neighbours do."""

import sys
import time

import httpx

with httpx.Client(headers={"Authorization": "Bearer benchmark-token"}) as client:
    response = client.post(f"{sys.argv[1]}/auth-tokens.get", json={"token_id": "string"})
    assert response.json()["token"]["id"] == "string"
print(time.process_time(), flush=True)
