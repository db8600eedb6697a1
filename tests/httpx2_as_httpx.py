"""A pytest plugin that puts httpx2 in the place of httpx: `pytest -p tests.httpx2_as_httpx`."""

import httpx2

httpx2.alias_httpx()
