"""The command of an installed SDK, and the `vendoring` tool, which takes a wheel apart by itself."""

from __future__ import annotations

import os
import sysconfig
import zipfile
from pathlib import Path

import pytest

from devrev_auth_client import __version__, vendor
from tests.vendoring.host import Host
from tests.vendoring.sources import PACKAGE, contents
from tests.vendoring.wheel import build_wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


def test_an_installed_sdk_copies_the_same_files(wheel: Path, tmp_path: Path) -> None:
    """An installed pure wheel is an unpacked one; its metadata is taken away, since nothing may ask for it."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site", [name for name in archive.namelist() if ".dist-info/" not in name])
    host = Host(tmp_path / "host")
    environment = {"PYTHONPATH": str(tmp_path / "site")}
    done = host.run("-m", "devrev_auth_client.vendor", "acme/sdk", environment=environment)
    assert (done.returncode, done.stdout.splitlines()) == (0, list(vendor.REQUIREMENTS))
    vendor.copy(tmp_path / "from_source")
    assert contents(host.root / "acme" / "sdk") == contents(tmp_path / "from_source")
    code = "import devrev_auth_client as sdk; print(sdk.__file__)"
    assert host.run("-c", code, environment=environment).stdout.startswith(str(tmp_path / "site"))


@pytest.mark.slow
def test_the_vendoring_tool(wheel: Path, tmp_path: Path) -> None:
    """It rewrites nothing but the imports that the docstrings show, and the licence comes along."""
    pytest.importorskip("vendoring", reason="vendoring comes with the development pins alone")
    host = Host(tmp_path / "host")
    host.write("acme/__init__.py", "")
    host.write("acme/_vendor/__init__.py", "")
    host.write("acme/_vendor/vendor.txt", f"devrev-auth-client=={__version__}\n")
    host.write(
        "pyproject.toml",
        """\
[tool.vendoring]
destination = "acme/_vendor/"
namespace = "acme._vendor"
requirements = "acme/_vendor/vendor.txt"
protected-files = ["__init__.py", "vendor.txt"]
transformations.drop = ["*.dist-info"]
""",
    )
    (tmp_path / "tmp").mkdir()
    environment = {
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_FIND_LINKS": str(wheel.parent),
        "PIP_NO_INDEX": "1",
        "TMPDIR": str(tmp_path / "tmp"),
    }
    done = host.run("-m", "vendoring", "sync", "-v", environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    copy = host.root / "acme" / "_vendor" / "devrev_auth_client"
    found, expected = contents(copy), contents(PACKAGE)
    assert found.keys() == {name for name in expected if "/." not in f"/{name}"}
    new, old = b"from acme._vendor.devrev_auth_client", b"from devrev_auth_client"
    assert [name for name in found if found[name].replace(new, old) != expected[name]] == []
    code = """
import sys
from acme._vendor.devrev_auth_client import DevRevAuthClient, TokenType, UnauthenticatedError
from acme._vendor.devrev_auth_client.testing import FakeDevRev

fake = FakeDevRev()
pat = fake.issue_token(fake.add_user())
with DevRevAuthClient(pat.secret, transport=fake.transport()) as client:
    print(client.get_auth_token(pat.id).status, client.revoke_own_auth_tokens(TokenType.PAT))
    try:
        client.get_auth_token(pat.id)
    except UnauthenticatedError as error:
        print(type(error).__module__, "devrev_auth_client" in sys.modules)
"""
    assert host.run_code(code) == "active None\nacme._vendor.devrev_auth_client.errors False\n"
