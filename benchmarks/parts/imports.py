"""What `import devrev_auth_client` takes in a process that has httpx, attrs and anyio already, and what it loads."""

import json
import sys
import time

import anyio  # noqa: F401
import attrs  # noqa: F401
import httpx  # noqa: F401

UNASKED = ("argparse", "click", "devrev_auth_client.testing", "h2", "trio", "uvicorn")
"""What only some users need: command lines, the testing server, HTTP/2, the other event loop."""

if __name__ == "__main__":
    before = set(sys.modules)
    wall, cpu = time.perf_counter(), time.process_time()
    import devrev_auth_client  # noqa: F401

    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    loaded = sorted(set(sys.modules) - before)
    unasked = [name for name in UNASKED if name in loaded]
    print(json.dumps({"wall_ms": wall * 1e3, "cpu_ms": cpu * 1e3, "modules": len(loaded), "unasked": unasked}))
