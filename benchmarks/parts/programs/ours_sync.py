"""One call with this package and without asyncio: `ours_sync.py URL`. Prints as its neighbours do."""

import sys
import time

from devrev_auth_client import DevRevAuthClient

with DevRevAuthClient("benchmark-token", base_url=sys.argv[1]) as client:
    assert client.get_auth_token("string").id == "string"
print(time.process_time(), flush=True)
