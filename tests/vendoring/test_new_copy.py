"""A new copy: what is in it, what its stamp says, and where none can be made."""

import hashlib
import shutil
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.programs import ROOT, contents, run
from tests.vendoring.conftest import COPY, NAME, PACKAGE, Host, sdk

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TOOLS = {"ruff.toml", ".gitattributes", "vendored.json"}


def tops(host: Host) -> set[str]:
    return {name.partition("/")[0] for name in contents(host.copy)}


def test_a_copy_is_the_client_alone_and_what_it_has_is_the_packages(host: Host, old: Path) -> None:
    host.vendored(old)
    assert tops(host).isdisjoint({"testing", "pytest_plugin.py", "cli", "vendor"})
    assert {"LICENSE", "py.typed", "generated", "__init__.py", "_async_client.py", *TOOLS} <= tops(host)
    package, copied = contents(old / PACKAGE.name), contents(host.copy)
    assert {name: package.get(name) for name in copied if name not in TOOLS}.items() <= copied.items()
    assert host.git("status", "--porcelain") == ""
    assert {path.name for path in host.copy.parent.iterdir()} == {"__init__.py", host.copy.name}


def test_with_adds_to_it(host: Host, old: Path) -> None:
    host.vendored(old, "--with", "testing", "--with", "cli", "--with", "vendor", "--with", "cli")
    assert contents(host.copy).keys() == contents(old / PACKAGE.name).keys() | TOOLS
    assert host.stamp()["extras"] == ["cli", "testing", "vendor"]


def test_an_sdk_without_an_extra_still_copies_the_rest(host: Host, tmp_path: Path) -> None:
    less = sdk(tmp_path / "less", "1.0.0")
    (less / PACKAGE.name / "cli").rename(tmp_path / "cli")
    host.refused(less, "has no 'cli' to copy", "--with=cli")
    host.vendored(less)


def test_the_stamp_says_where_the_copy_comes_from(host: Host, old: Path) -> None:
    host.vendored(old)
    stamp, copied = host.stamp(), contents(host.copy)
    pins = (ROOT / "requirements" / "dev.txt").read_text("utf-8")
    assert (stamp["version"], stamp["commit"], stamp["extras"]) == ("1.9.0", None, [])
    assert f"\nopenapi-python-client=={stamp['generator']} " in pins
    description = (ROOT / "openapi" / "auth-tokens.yaml").read_bytes()
    assert stamp["description_sha256"] == hashlib.sha256(description).hexdigest()
    del copied["vendored.json"]
    assert stamp["files"] == {name: hashlib.sha256(content).hexdigest() for name, content in copied.items()}


def test_a_checkout_without_changes_gives_its_commit(tmp_path: Path, host: Host) -> None:
    """Also in a hook of the host's, where git's variables name another repository."""
    checkout = Host(tmp_path / "checkout")
    sdk(checkout.root, "1.0.0")
    checkout.write("openapi/auth-tokens.yaml", "")
    checkout.write(".gitignore", "__pycache__/\n")
    commit = checkout.commit("the SDK")
    assert host.vendor(checkout.root, GIT_DIR=str(host.root / ".git")).status == 0
    assert host.stamp()["commit"] == commit
    checkout.write(f"{PACKAGE.name}/errors.py", "")
    assert host.vendor(checkout.root, "--update").status == 0
    assert host.stamp()["commit"] is None


def test_a_host_with_the_sdk_at_its_top_is_no_checkout_of_it(tmp_path: Path, host: Host) -> None:
    other = Host(tmp_path / "other")
    sdk(other.root, "1.0.0")
    other.write(".gitignore", "__pycache__/\n")
    other.commit("the SDK, copied by hand")
    host.vendored(other.root)
    assert host.stamp()["commit"] is None


@pytest.mark.parametrize("extras", [(), ("cli", "testing")])
def test_the_requirements_are_those_of_the_project(host: Host, old: Path, extras: tuple[str, ...]) -> None:
    done = host.vendor(old, *(f"--with={extra}" for extra in extras))
    expected = [*PROJECT["dependencies"], *(line for name in extras for line in PROJECT["optional-dependencies"][name])]
    assert (done.status, done.out.splitlines()) == (0, expected)
    assert PROJECT["requires-python"] in done.err


def test_the_licence_in_the_package_is_the_repositorys() -> None:
    assert (PACKAGE / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [["--force"], ["--check", "--force"], ["--check", "--update"], ["--check", "--with=cli"], ["--with=docs"]],
)
def test_arguments_that_make_no_sense_are_refused(host: Host, old: Path, arguments: list[str]) -> None:
    host.refused(old, "usage: python -m devrev_auth_client.vendor", *arguments, status=2)


def test_what_is_there_already_is_left_alone(host: Host, old: Path) -> None:
    host.write(f"{COPY}/own.py", "")
    for arguments in ([], ["--update", "--force"]):
        host.refused(old, "is not a vendored copy", *arguments)
    (host.copy / "own.py").unlink()
    host.copy.rmdir()
    host.vendored(old)
    host.refused(old, "Add --update to update it")


@pytest.mark.parametrize("dest", ["my-sdk", "class", "{old}", "{old}/devrev_auth_client/copy"])
def test_names_and_places_that_no_copy_can_have(host: Host, old: Path, dest: str) -> None:
    before = contents(old)
    assert host.vendor(old, dest=dest.format(old=old)).status == 1
    assert (contents(old), [*host.root.glob("*-*")]) == (before, [])


def test_a_copy_is_no_source_of_copies(host: Host, old: Path) -> None:
    """A new stamp would make its edits pass for the SDK's own code. It checks itself, and that is all."""
    host.vendored(old, "--with=vendor")
    command = ("-m", f"{NAME}.vendor")
    assert host.python(*command, COPY, "--check") == (0, "unchanged and current: 1.9.0\n", "")
    done = host.python(*command, "another")
    assert (done.status, "is a vendored copy" in done.err) == (1, True)
    host.write(f"{COPY}/errors.py", "")
    assert host.python(*command, COPY, "--check") == (3, "edited: errors.py\n", "")


def test_an_installed_sdk_makes_the_same_copy(host: Host, tmp_path: Path) -> None:
    """An installed pure wheel is an unpacked one; its metadata is taken away, since nothing may ask for it."""
    tree = sdk(tmp_path / "tree", "1.0.0")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    build = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path))
    assert run(*build, cwd=tree).status == 0
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as archive:
        archive.extractall(tmp_path / "site", [name for name in archive.namelist() if name.startswith(PACKAGE.name)])
    host.vendored(tmp_path / "site", "--with=vendor")
    other = Host(tmp_path / "other").vendored(tree, "--with=vendor")
    assert contents(host.copy) == contents(other.copy)
