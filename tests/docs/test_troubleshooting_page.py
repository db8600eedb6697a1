"""docs/troubleshooting.md: each text that it explains is one that a user gets, produced here for real."""

import re
import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from devrev_auth_client import DevRevAuthClient, DevRevAuthError, RetryPolicy
from devrev_auth_client.cli import main
from devrev_auth_client.cli.commands import app
from devrev_auth_client.testing import FakeDevRev, Fault
from tests.programs import ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
HEADINGS = re.findall(r"^### `(.+)`$", PAGE, re.MULTILINE)


def text_of(call: Callable[[], object]) -> str:
    with pytest.raises(DevRevAuthError) as caught:
        call()
    return str(caught.value)


def new_client(variables: dict[str, str], **options: Any) -> str:
    """The error of a client in a shell with these variables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DEVREV_TOKEN", raising=False)
        for name, value in variables.items():
            patch.setenv(name, value)
        return text_of(lambda: DevRevAuthClient(**options))


def call(method: str, *arguments: object, faults: tuple[Fault, ...] = (), times: int = 1, **options: Any) -> str:
    """The error of the last of some calls; the first requests have faults. No call is retried more than once."""
    fake = FakeDevRev()
    for fault in faults:
        fake.play_next(fault)
    options = {"token": fake.issue_token(fake.add_user()).secret, "transport": fake.transport(), **options}
    with DevRevAuthClient(retry=RetryPolicy(max_attempts=2, base_delay=0), **options) as client:
        for _ in range(times - 1):
            with suppress(DevRevAuthError):
                getattr(client, method)(*arguments)
        return text_of(lambda: getattr(client, method)(*arguments))


def read(*faults: Fault, **options: Any) -> str:
    return call("get_auth_token", "id", faults=faults, **options)


def revoke(*faults: Fault) -> str:
    return call("revoke_own_auth_tokens", None, faults=faults)


def broken(error: Exception, cause: Exception | None = None) -> str:
    """The error of a call whose transport raises."""

    def handle(_: httpx.Request) -> httpx.Response:
        raise error from cause

    return read(transport=httpx.MockTransport(handle))


def silent(scheme: str = "http", **options: Any) -> str:
    """The error of a call to a server that never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        return read(base_url=address, transport=None, **options)


def closed() -> str:
    client = DevRevAuthClient("token")
    client.close()
    return text_of(lambda: client.get_auth_token("id"))


async def deferred() -> str:
    return "token"


def command(*arguments: str, **variables: str | None) -> str:
    return CliRunner().invoke(app, arguments, env={"NO_COLOR": "1", "COLUMNS": "300", **variables}).stderr


def without(package: str, run: Callable[[], object], capsys: pytest.CaptureFixture[str]) -> str:
    """What is said where a package is not installed."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in sys.modules if name.startswith("devrev_auth_client.cli.")]:
            patch.delitem(sys.modules, name)
        patch.setitem(sys.modules, package, None)
        with pytest.raises((SystemExit, ModuleNotFoundError)) as caught:
            run()
    return f"{caught.value}{capsys.readouterr().err}"


def test_each_text_on_the_page_is_one_that_a_user_gets(capsys: pytest.CaptureFixture[str]) -> None:
    long_wait = Fault.answer(429, retry_after=300)
    produced = [
        new_client({}),
        new_client({"DEVREV_TOKEN": ""}),
        new_client({"DEVREV_TOKEN": "Bearer x"}),
        new_client({"DEVREV_TOKEN": "x y"}),
        read(token=lambda: 1 / 0),
        read(token=deferred),
        call("get_own_auth_token", token="opaque"),
        call("get_auth_token", "eyJhbGciOiJub25lIn0.e30."),
        call("revoke_own_auth_tokens", "pat"),
        new_client({}, token="x", base_url="http://devrev.example"),
        closed(),
        broken(httpx.ConnectError("refused")),
        broken(httpx.ConnectError("verify failed"), ssl.SSLCertVerificationError(1, "verify failed")),
        broken(httpx.ReadError("reset")),
        broken(httpx.ReadTimeout("")),
        silent(timeout=0.01),
        silent(total_timeout=0.01),
        silent("https", verify=__file__),
        read(token="of-nobody"),
        read(Fault.answer(401, details={"type": "dev_org_deactivated"})),
        read(Fault.answer(400)),
        read(Fault.answer(403)),
        read(),
        read(Fault.answer(404, json={"message": "route not found"})),
        read(long_wait),
        read(long_wait, times=2),
        read(Fault.answer(500), Fault.answer(500)),
        read(Fault.answer(503), Fault.answer(503)),
        read(Fault.answer(302)),
        read(Fault.answer(200, json={"token": {}})),
        revoke(Fault.answer(500), Fault.answer(500)),
        revoke(Fault.lost_connection(after_processing=True)),
        command("whoami", DEVREV_TOKEN=None),
        command("get", "id", "--total-timeout", "0.1", DEVREV_TOKEN="x", DEVREV_BASE_URL="http://127.0.0.1:9"),
        command("revoke", "pat", DEVREV_TOKEN="x"),
        without("typer", main, capsys),
        without("uvicorn", FakeDevRev().serve().__enter__, capsys),
    ]
    text = "\n".join(produced)
    patterns = {heading: ".+".join(map(re.escape, heading.split("…"))) for heading in HEADINGS}
    assert [heading for heading, pattern in patterns.items() if not re.search(pattern, text)] == []
    unexplained = [text for text in produced if not any(re.search(pattern, text) for pattern in patterns.values())]
    assert unexplained == []
