"""Copies that the command made, in a repository that has no SDK of its own: two versions of it, three levels deep."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from devrev_auth_client import __version__, vendor
from tests.vendoring.host import Host
from tests.vendoring.sources import real

ONE = "acme.platform.thirdparty.devrev_tokens"
OTHER = "acme.legacy.vendored.auth_sdk"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    """A clone of a repository whose owner ran the command twice, with two versions of the SDK."""
    folder = tmp_path_factory.mktemp("vendor_command")
    host = Host(folder / "host")
    for name in (ONE, OTHER):
        parts = name.split(".")
        for depth in range(1, len(parts)):
            host.write("/".join([*parts[:depth], "__init__.py"]), "")
    done = host.run("-m", "devrev_auth_client.vendor", ONE.replace(".", "/"))
    assert (done.returncode, done.stdout.splitlines()) == (0, list(vendor.REQUIREMENTS))
    vendor.copy(host.root.joinpath(*OTHER.split(".")), source=real(folder / "other_version", "98.7.6"))
    return host.committed(folder / "clone") if shutil.which("git") else host


def test_a_clone_is_whole(host: Host) -> None:
    """Nothing of a copy is what git leaves out."""
    done = host.run("-m", "devrev_auth_client.vendor", ONE.replace(".", "/"), "--check")
    assert (done.returncode, done.stdout) == (0, f"whole: {__version__}\n")
    done = host.run("-m", "devrev_auth_client.vendor", OTHER.replace(".", "/"), "--check")
    assert (done.returncode, done.stdout) == (7, f"newer: the copy is 98.7.6, the source {__version__}\n")


def test_the_command_of_a_copy_checks_and_hands_on(host: Host, tmp_path: Path) -> None:
    """Its own name in its help, its own version in the copy that it makes."""

    def code(*arguments: str) -> str:
        return (
            f"import runpy, sys\nsys.argv[1:] = {list(arguments)}\nrunpy.run_module('{OTHER}.vendor', None, '__main__')"
        )

    def run(*arguments: str) -> tuple[int, str]:
        host.write("program.py", f"import block\n{code(*arguments)}")
        done = host.run("-W", "error", "program.py")
        return done.returncode, done.stdout

    folder = str(host.root.joinpath(*OTHER.split(".")))
    assert run(folder, "--check") == (0, "whole: 98.7.6\n")
    assert run(str(tmp_path / "handed_on"))[0] == 0
    assert run(str(tmp_path / "handed_on"), "--check") == (0, "whole: 98.7.6\n")
    assert run("--help")[1].startswith(f"usage: python -m {OTHER}.vendor ")


def test_two_versions_in_one_process_keep_their_own_classes(host: Host) -> None:
    code = f"""
import asyncio, pickle
import {ONE} as one
import {OTHER} as other
from {ONE}.testing import FakeDevRev as OneFake
from {OTHER}.testing import FakeDevRev as OtherFake

print(one.__version__, other.__version__, "devrev_auth_client" in __import__("sys").modules)
classes = [name for name in one.__all__ if isinstance(getattr(one, name), type)]
print(len(classes) > 20, [name for name in classes if getattr(one, name) is getattr(other, name)])

async def use(sdk, fake_class):
    fake = fake_class()
    token = fake.issue_token(fake.add_user())
    async with sdk.AsyncDevRevAuthClient(token.secret, transport=fake.transport()) as client:
        read = await client.get_auth_token(token.id)
        await client.revoke_own_auth_tokens(sdk.TokenType.PAT)
        try:
            await client.get_auth_token(token.id)
        except sdk.UnauthenticatedError as error:
            return read, error

async def both():
    return await asyncio.gather(use(one, OneFake), use(other, OtherFake))

for sdk, (read, error) in zip((one, other), asyncio.run(both())):
    print(type(read).__module__, type(error).__module__, [isinstance(error, it.DevRevAuthError) for it in (one, other)])
    again, failed, pat, unset = pickle.loads(pickle.dumps((read, error, sdk.TokenType.PAT, sdk.UNSET)))
    print(again == read, str(failed) == str(error), pat is sdk.TokenType.PAT, unset is sdk.UNSET)
    print(type(again) is sdk.AuthToken, type(failed) is sdk.UnauthenticatedError)
"""
    assert host.run_code(code).splitlines() == [
        f"{__version__} 98.7.6 False",
        "True []",
        f"{ONE}.generated.models.auth_token {ONE}.errors [True, False]",
        "True True True True",
        "True True",
        f"{OTHER}.generated.models.auth_token {OTHER}.errors [False, True]",
        "True True True True",
        "True True",
    ]


def test_the_fake_of_a_copy_is_served_by_its_own_command(host: Host) -> None:
    """`python -m acme....testing`, and the copy's client against it."""
    code = f"""
import json, signal, subprocess, sys
from {ONE} import DevRevAuthClient
command = "import block, runpy; runpy.run_module('{ONE}.testing', None, '__main__', True)"
with subprocess.Popen([sys.executable, "-c", command], stdout=subprocess.PIPE, text=True) as fake:
    served = json.loads(fake.stdout.readline())
    pat = served["tokens"]["PAT"]
    with DevRevAuthClient(pat["secret"], base_url=served["base_url"]) as client:
        print(client.get_auth_token(pat["id"]).status)
    fake.send_signal(signal.SIGINT)
print(fake.returncode)
"""
    assert host.run_code(code) == "active\n0\n"


@pytest.mark.slow
def test_the_host_type_checks_both(host: Host, tmp_path: Path) -> None:
    """`mypy --strict` from the host's side accepts the use of each and refuses to mix them."""
    host.write(
        "uses.py",
        f"""\
import datetime
from typing import assert_type

import {ONE} as one
import {OTHER} as other
from {OTHER}.testing import FakeDevRev


async def expiry(token_id: str) -> datetime.datetime | None:
    async with one.AsyncDevRevAuthClient(retry=one.RetryPolicy(max_attempts=1)) as client:
        token = await client.get_auth_token(token_id)
        assert_type(token, one.AuthToken)
        assert_type(token.expires_at, datetime.datetime | one.Unset)
        return token.expires_at or None


def revoke() -> float | None:
    with other.DevRevAuthClient("a token", transport=FakeDevRev().transport()) as client:
        try:
            client.revoke_own_auth_tokens(other.TokenType.SESSION)
        except other.TooManyRequestsError as error:
            return error.retry_after
    return None


other.DevRevAuthClient(retry=one.RetryPolicy())  # type: ignore[arg-type]
wrong: one.AuthToken = other.AuthToken(id="x")  # type: ignore[assignment]
""",
    )
    pytest.importorskip("mypy", reason="mypy comes with the development pins alone")
    done = host.run("-m", "mypy", "--strict", "--no-error-summary", f"--cache-dir={tmp_path}", "uses.py")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
