"""The package folder, copied by hand into another repository and under another name, works there as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from devrev_auth_client.testing import FakeDevRev
from tests.vendoring.host import PACKAGE, Host

SDK = "acme.platform.thirdparty.devrev_tokens"
OTHER = "acme.legacy.vendored.auth_sdk"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    folder = tmp_path_factory.mktemp("vendoring")
    host = Host(folder / "host")
    host.vendor(SDK)
    host.vendor(OTHER)
    # Git is what most copies travel by; a machine without it still has the folder.
    return host.committed(folder / "clone") if shutil.which("git") else host


def test_the_copy_is_whole(host: Host) -> None:
    """py.typed files and all."""

    def names(folder: Path) -> list[str]:
        files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return sorted(path.relative_to(folder).as_posix() for path in files)

    expected = [name for name in names(PACKAGE) if not name.startswith(".")]
    assert names(host.root.joinpath(*SDK.split("."))) == expected


def test_the_host_cannot_import_the_original(host: Host) -> None:
    host.write("original.py", "import block\nimport devrev_auth_client\n")
    assert "is not installed in this program" in host.run("original.py").stderr


def test_every_module_imports(host: Host) -> None:
    code = f"""
import pkgutil
from importlib import import_module
import {SDK} as sdk
for module in pkgutil.walk_packages(sdk.__path__, sdk.__name__ + "."):
    import_module(module.name)
print(sdk.__name__, sdk.AsyncDevRevAuthClient.__module__, sdk.__version__)
"""
    assert host.run_code(code) == f"{SDK} {SDK}._async_client 0.1.0\n"


def test_it_reads_and_revokes_over_http(host: Host) -> None:
    """Async and sync, against a fake outside of the host."""
    fake = FakeDevRev()
    token = fake.issue_token(fake.add_user())
    code = f"""
import asyncio
from {SDK} import AsyncDevRevAuthClient, DevRevAuthClient, TokenType, UnauthenticatedError

async def read():
    async with AsyncDevRevAuthClient() as client:
        return (await client.get_auth_token({token.id!r})).status

print(asyncio.run(read()))
with DevRevAuthClient() as client:
    print(client.revoke_own_auth_tokens(TokenType.PAT))
    try:
        client.get_auth_token({token.id!r})
    except UnauthenticatedError as error:
        print(type(error).__module__, error.status_code)
"""
    with fake.serve() as base_url:
        printed = host.run_code(code, {"DEVREV_BASE_URL": base_url, "DEVREV_TOKEN": token.secret})
    assert printed == f"active\nNone\n{SDK}.errors 401\n"


def test_its_own_fake_serves_it(host: Host) -> None:
    """The copy's `testing` module, in memory and over HTTP."""
    code = f"""
from {SDK} import DevRevAuthClient
from {SDK}.testing import FakeDevRev

fake = FakeDevRev()
pat = fake.issue_token(fake.add_user())
with DevRevAuthClient(pat.secret, transport=fake.transport()) as client:
    print(client.get_auth_token(pat.id).status)
with fake.serve() as base_url, DevRevAuthClient(pat.secret, base_url=base_url) as client:
    print(client.get_auth_token(pat.id).status)
"""
    assert host.run_code(code) == "active\nactive\n"


def test_errors_and_models_survive_pickle_and_token_types_stay_themselves(host: Host) -> None:
    code = f"""
import copy, pickle
from {SDK} import UNSET, AuthToken, TokenType, TooManyRequestsError, errors
from {SDK}.generated.models import TokenType as Generated

again = lambda value: pickle.loads(pickle.dumps(value))
error = again(TooManyRequestsError("slow down", retry_after=2.5, status_code=429, type="too_many_requests"))
print(type(error) is errors.TooManyRequestsError, error, error.retry_after, error.type)
token = AuthToken.from_dict({{"id": "x", "requested_token_type": "urn:devrev:params:oauth:token-type:pat"}})
print(again(token) == token, again(token).subject is UNSET, copy.deepcopy(token).requested_token_type is TokenType.PAT)
print(Generated is TokenType, again(TokenType.JWT) is TokenType.JWT, again(TokenType("urn:new")))
"""
    assert host.run_code(code) == "True slow down 2.5 too_many_requests\nTrue True True\nTrue True urn:new\n"


def test_two_copies_in_one_process_keep_their_own_classes(host: Host) -> None:
    code = f"""
import {SDK} as one
import {OTHER} as other
from {OTHER}.testing import FakeDevRev

print([name for name in one.__all__ if name[0].isupper() and getattr(one, name) is getattr(other, name)])
print(one.TokenType.PAT == other.TokenType.PAT, isinstance(one.TokenType.PAT, other.TokenType))
fake = FakeDevRev()
token = fake.issue_token(fake.add_user())
for sdk in (one, other):
    with sdk.DevRevAuthClient("wrong", transport=fake.transport()) as client:
        try:
            client.get_auth_token(token.id)
        except sdk.UnauthenticatedError as error:
            print(type(error).__module__)
with one.DevRevAuthClient(token.secret, transport=fake.transport()) as client:
    client.revoke_own_auth_tokens(other.TokenType.SESSION)
print(fake.requests[-1].body)
"""
    session = "urn:devrev:params:oauth:token-type:session"
    assert host.run_code(code) == (
        f"[]\nTrue False\n{SDK}.errors\n{OTHER}.errors\n{{'requested_token_type': '{session}'}}\n"
    )


@pytest.mark.slow
def test_the_host_type_checks_what_it_uses(host: Host, tmp_path: Path) -> None:
    """`mypy --strict` on the host's file, which follows its imports into the copy and accepts both."""
    pytest.importorskip("mypy", reason="the lowest pins hold no type checker")
    host.write(
        "uses.py",
        f"""\
import datetime
from typing import assert_type

from {SDK} import AsyncDevRevAuthClient, TokenType, TooManyRequestsError, Unset


async def expiry(token_id: str) -> datetime.datetime | None:
    async with AsyncDevRevAuthClient() as client:
        try:
            token = await client.get_auth_token(token_id)
        except TooManyRequestsError as error:
            assert_type(error.retry_after, float | None)
            return None
        await client.revoke_own_auth_tokens(TokenType.SESSION)
        assert_type(token.expires_at, datetime.datetime | Unset)
        return token.expires_at or None
""",
    )
    done = host.run("-m", "mypy", "--strict", "--no-error-summary", f"--cache-dir={tmp_path}", "uses.py")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
