"""What an editor offers and shows, asked of a real language server, as who has the package installed sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import devrev_auth_client as package
from devrev_auth_client import TokenType, errors, testing
from tests.contract.language_server import SERVER, LanguageServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SERVER.exists(), reason="the lowest pins hold no type checker"),
]


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    with LanguageServer(tmp_path_factory.mktemp("project")) as server:
        yield server


def test_all_public_names_are_offered(editor: LanguageServer) -> None:
    name = package.__name__
    assert set(package.__all__) <= set(editor.completions(f"from {name} import |"))
    assert set(package.__all__) <= set(editor.completions(f"import {name} as sdk\nsdk.|"))
    assert set(errors.__all__) <= set(editor.completions(f"from {name} import errors\nerrors.|"))
    assert set(testing.__all__) <= set(editor.completions(f"from {name}.testing import |"))
    assert set(TokenType.__members__) <= set(editor.completions(f"from {name} import TokenType\nTokenType.|"))
    assert editor.completions(f"from {name} import *\nAsyncDev|") == ["AsyncDevRevAuthClient"]


def test_methods_and_arguments_are_offered(editor: LanguageServer) -> None:
    offered = editor.completions("from devrev_auth_client import DevRevAuthClient\nDevRevAuthClient().|")
    assert {"get_auth_token", "revoke_own_auth_tokens", "with_options", "rate_limit"} <= set(offered)
    arguments = editor.completions("from devrev_auth_client import AsyncDevRevAuthClient\nAsyncDevRevAuthClient(|")
    assert [name for name in arguments if name.endswith("=")] == [
        *["token=", "base_url=", "timeout=", "total_timeout=", "retry=", "max_connections=", "api_version="],
        *["headers=", "proxy=", "verify=", "transport="],
    ]
    token = "def f(client: DevRevAuthClient):\n    client.get_auth_token('').|"
    assert {"expires_at", "status"} <= set(editor.completions(f"from devrev_auth_client import *\n{token}"))


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("Async|DevRevAuthClient", "Reads and revokes DevRev auth tokens, awaited from asyncio or trio."),
        ("DevRevAuthClient().get_|auth_token", "Return the metadata of one token of the Dev organization"),
        ("DevRevAuthClient().with_|options", "Return a copy with other options that shares connections"),
        ("DevRevAuthClient().rate_|limit", "The quota as the last answer told it"),
        ("DevRevAuthClient().get_auth_token('').expires_|at", "When the token expires."),
        ("TokenType.PA|T", "Personal access token: a JWT of a dev user"),
        ("RetryPolicy(max_|attempts=1)", "Attempts in all."),
        ("TokenClaims.from_token('').expires_|at", "`exp`: an aware UTC datetime, by the issuer's clock."),
        ("errors.TooManyRequestsError('').retry_|after", "Seconds until the server wants to be asked again"),
        ("UNS|ET", "Stands for an optional field that was left out; never sent."),
        ("FakeDevRev().add_|user", "Add a user, as which tokens act"),
    ],
)
def test_hovering_shows_the_description(editor: LanguageServer, code: str, shown: str) -> None:
    names = "from devrev_auth_client import *\nfrom devrev_auth_client.testing import FakeDevRev\n"
    assert shown in editor.hover(names + code)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("DevRevAuthClient(|", "the bearer token, or a callable that returns it; `None` takes `DEVREV_TOKEN`."),
        ("DevRevAuthClient(verify=|", "as in httpx: True, False, an `ssl.SSLContext`, or the path of a PEM file"),
        ("DevRevAuthClient().revoke_own_auth_tokens(|", "a `TokenType`, a string that begins with `urn:`, or `None`."),
        ("DevRevAuthClient().with_options(headers=|", "added to those there are; may not set `Authorization`."),
    ],
)
def test_typing_an_argument_shows_its_description(editor: LanguageServer, code: str, shown: str) -> None:
    assert shown in editor.argument(f"from devrev_auth_client import DevRevAuthClient\n{code}")


def test_a_wrong_name_is_reported_although_names_are_looked_up_when_used(tmp_path: Path) -> None:
    """At run time the package has a `__getattr__`; to a type checker that would be any name."""
    code = [
        "import devrev_auth_client",
        "from devrev_auth_client import *",
        "from devrev_auth_client import AsyncDevRevAuthClient, DevRevClient",
        "devrev_auth_client.AsyncDevRevClient",
        "DevRevAuthClient().get_token",
        "AsyncDevRevAuthClient(retries=3)",
    ]
    (tmp_path / "typed.py").write_text("\n".join(code), encoding="utf-8")
    command = [str(SERVER.with_name("pyright")), "--outputjson", "--pythonpath", sys.executable, "typed.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    found = json.loads(done.stdout)["generalDiagnostics"]
    found = [(each["range"]["start"]["line"], each["rule"]) for each in found if each["severity"] == "error"]
    assert found == [
        (2, "reportAttributeAccessIssue"),
        (3, "reportAttributeAccessIssue"),
        (4, "reportAttributeAccessIssue"),
        (5, "reportCallIssue"),
    ]
