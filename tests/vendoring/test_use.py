"""A copy at work in its host, where no SDK is installed."""

import sys
from pathlib import Path

import pytest

from devrev_auth_client.testing import FakeDevRev
from tests.vendoring.conftest import COPY, NAME, Host, sdk

OTHER = "acme.legacy_sdk"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    """A clone: nothing of a copy is what git leaves out."""
    folder = tmp_path_factory.mktemp("use")
    host = Host(folder / "host").vendored(sdk(folder / "sdk", "1.0.0"))
    host.git("clone", "--quiet", ".", str(folder / "clone"))
    return Host(folder / "clone")


def test_every_module_imports(host: Host) -> None:
    code = f"""
import pkgutil
from importlib import import_module
import {NAME} as sdk
names = [module.name for module in pkgutil.walk_packages(sdk.__path__, sdk.__name__ + ".")]
for name in names:
    import_module(name)
for name in sdk.__all__:
    getattr(sdk, name)
print(sdk.__version__, sdk.AsyncDevRevAuthClient.__module__, len(names) > 20)
"""
    assert host.run_code(code) == f"1.0.0 {NAME}._async_client True\n"


def test_it_reads_and_revokes(host: Host) -> None:
    """Over HTTP, from a fake that is outside of the host."""
    fake = FakeDevRev()
    token = fake.issue_token(fake.add_user())
    code = f"""
import asyncio
from {NAME} import AsyncDevRevAuthClient, DevRevAuthClient, TokenType, UnauthenticatedError

async def use():
    async with AsyncDevRevAuthClient() as client:
        print((await client.get_auth_token({token.id!r})).status)
        print(await client.revoke_own_auth_tokens(TokenType.PAT))

asyncio.run(use())
try:
    DevRevAuthClient().get_auth_token({token.id!r})
except UnauthenticatedError as error:
    print(type(error).__module__, error.status_code)
"""
    with fake.serve() as base_url:
        printed = host.run_code(code, DEVREV_BASE_URL=base_url, DEVREV_TOKEN=token.secret)
    assert printed == f"active\nNone\n{NAME}.errors 401\n"


def test_two_versions_in_one_process_keep_their_own_classes(host: Host, tmp_path: Path) -> None:
    other = sdk(tmp_path / "other", "98.7.6")
    assert host.vendor(other, dest=OTHER.replace(".", "/")).status == 0
    code = f"""
import pickle
import {NAME} as one
import {OTHER} as other

print(one.__version__, other.__version__)
print([name for name in one.__all__ if name[0].isupper() and getattr(one, name) is getattr(other, name)])
for sdk in (one, other):
    read, met = sdk.AuthToken(id="x"), sdk.TooManyRequestsError("slow", retry_after=2.5, status_code=429)
    token, error, pat = pickle.loads(pickle.dumps((read, met, sdk.TokenType.PAT)))
    print(token == read, type(token) is sdk.AuthToken, error.retry_after, pat is sdk.TokenType.PAT)
    print([isinstance(error, it.DevRevAuthError) for it in (one, other)])
"""
    assert host.run_code(code).splitlines() == [
        "1.0.0 98.7.6",
        "[]",
        "True True 2.5 True",
        "[True, False]",
        "True True 2.5 True",
        "[False, True]",
    ]


def test_with_testing_and_cli(host: Host, old: Path, tmp_path: Path) -> None:
    host = Host(tmp_path / "host").vendored(old, "--with=testing", "--with=cli")
    code = f"""
import runpy, sys
from {NAME} import DevRevAuthClient
from {NAME}.testing import FakeDevRev

fake = FakeDevRev()
pat = fake.issue_token(fake.add_user())
with fake.serve() as base_url, DevRevAuthClient(pat.secret, base_url=base_url) as client:
    print(client.get_auth_token(pat.id).status, flush=True)
sys.argv = ["cli", "types"]
runpy.run_module("{NAME}.cli", None, "__main__", True)
"""
    assert host.run_code(code).startswith("active\naat ")


@pytest.mark.slow
def test_the_host_type_checks_it(host: Host, tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy comes with the development pins alone")
    uses = "AsyncDevRevAuthClient(retry=3)  # type: ignore[arg-type]"
    host.write("uses.py", f"from {NAME} import AsyncDevRevAuthClient\n\n{uses}\n")
    command = ("mypy", "--strict", "--no-error-summary", f"--cache-dir={tmp_path}", "uses.py", COPY)
    assert host.run(sys.executable, "-m", *command) == (0, "", "")
