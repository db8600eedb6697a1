"""The list of public names, and what its changes ask of version and changelog."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.programs import run
from tools.public_surface import LIST, changes, listing, main

PACKAGE = {
    "__init__.py": "from . import errors\nfrom ._client import Client\nfrom .errors import Failed\n"
    '__all__ = ["Client", "Failed", "errors"]\n',
    "_version.py": '__version__ = "0.1.0"\n',
    "_client.py": """
from .models import Thing
class _Base:
    limit: int | None
    def close(self) -> None: ...
    def _inner(self) -> None: ...
class Client(_Base):
    def __init__(self, token: str, *, timeout: float = 1.0, _clock: object = None) -> None: ...
    async def get(self, name: str, wait: bool = False) -> Thing | None: ...
    @property
    def state(self) -> str: ...
""",
    "errors.py": """
class Failed(Exception):
    def __init__(self, code: int) -> None:
        self.code: int = code
class _Hidden: ...
""",
    "models.py": """
from enum import StrEnum
from typing import TypeVar
from attrs import define, field
T = TypeVar("T")
class State(StrEnum):
    OPEN = "open"
@define
class Thing:
    id: str
    state: State | None = None
    extra: dict[str, str] = field(init=False, factory=dict)
    more: int = field(default=1, kw_only=True)
    def __eq__(self, other: object) -> bool: ...
""",
}

LISTING = """\
Client class()
Client.__init__ def(token: str, *, timeout: float = 1.0) -> None
Client.close def() -> None
Client.get async def(name: str, wait: bool = False) -> Thing | None
Client.limit: int | None
Client.state property: str
Failed = errors.Failed
errors.Failed class(Exception)
errors.Failed.__init__ def(code: int) -> None
errors.Failed.code: int
models.State class(StrEnum)
models.State.OPEN = 'open'
models.Thing attrs class()
models.Thing.extra: dict[str, str] = ...
models.Thing.id: str
models.Thing.more: int = 1
models.Thing.state: State | None = None
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository that is about to release 0.1.0."""
    for name, text in PACKAGE.items():
        write(tmp_path, f"devrev_auth_client/{name}", text)
    write(tmp_path, str(LIST), LISTING)
    write(tmp_path, "CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n- The first.\n")
    git(tmp_path, "init", "--quiet")
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, "utf-8")


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.invalid", "-c", "commit.gpgsign=false")
    assert run("git", *identity, *arguments, cwd=root).status == 0


def commit(root: Path, tag: str) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", tag)
    git(root, "tag", tag)


@pytest.fixture
def check(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Runs the check and returns what it complains of."""

    def complaint() -> str:
        status = main(["--check"], project)
        told = capsys.readouterr().err
        assert status == (1 if told else 0)
        return told

    return complaint


def test_a_list_has_every_public_name_once_and_nothing_private(project: Path) -> None:
    assert listing(project / "devrev_auth_client") == LISTING


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("errors.Failed.code: int\n", "", "! errors.Failed.code: removed"),
        ("models.State class(StrEnum)\nmodels.State.OPEN = 'open'\n", "", "! models.State: removed"),
        ("code: int\n", "code: str\n", "! errors.Failed.code: was: int, is: str"),
        ("code: int\n", "code: int | str\n", "! errors.Failed.code: was: int, is: int | str"),
        ("limit: int | None", "limit: int", "+ Client.limit: was: int | None, is: int"),
        ("= 'open'", "= 'opened'", "! models.State.OPEN: was = 'open', is = 'opened'"),
        ("(name: str, wait", "(name: int, wait", "! Client.get: name takes int, before str"),
        ("(name: str, wait", "(name: str | int, wait", "+ Client.get: name takes str | int, before str"),
        ("bool = False", "bool = True", "! Client.get: parameter default was changed: wait"),
        ("wait: bool = False", "wait: bool", "! Client.get: parameter is now required: wait"),
        (", wait: bool = False", "", "! Client.get: parameter was removed: wait"),
        (", wait: bool = False", ", *, wait: bool = False", "! Client.get: parameter kind was changed: wait"),
        ("bool = False", "bool = False, more: int = 0", "+ Client.get: takes more: int"),
        ("token: str, *,", "token: str, *, url: str,", "! Client.__init__: parameter was added as required: url"),
        ("-> Thing | None", "-> Thing", "+ Client.get: returns Thing, before Thing | None"),
        ("-> Thing | None", "-> Thing | str | None", "! Client.get: returns Thing | str | None, before Thing | None"),
        ("Client.get async def", "Client.get def", "! Client.get: was async def, is def"),
        ("(Exception)", "(Exception, OSError)", "+ errors.Failed: was class(Exception), is class(Exception, OSError)"),
        ("(Exception)", "(ValueError)", "! errors.Failed: was class(Exception), is class(ValueError)"),
        ("'open'\n", "'open'\nmodels.State.SHUT = 'shut'\n", "+ models.State.SHUT: added = 'shut'"),
        ("Failed =", "B class()\nB.c: int\nFailed =", "+ B: added class()"),
        # A field of a model is an argument too.
        ("state: State | None", "state: State", "! models.Thing.state: was: State | None = None, is: State = None"),
        ("id: str\n", "id: str = ''\n", "+ models.Thing.id: was: str, is: str = ''"),
        ("id: str\n", "id: str\nmodels.Thing.b: int = 1\n", "+ models.Thing.b: added: int = 1"),
        ("id: str\n", "id: str\nmodels.Thing.b: int\n", "! models.Thing.b: added: int"),
    ],
)
def test_one_change(old: str, new: str, told: str) -> None:
    assert old in LISTING
    assert [str(change) for change in changes(LISTING, LISTING.replace(old, new))] == [told]


def test_before_the_first_release_only_a_changelog_is_asked_for(project: Path, check: Callable[[], str]) -> None:
    write(project, "devrev_auth_client/errors.py", "")
    assert check() == ""
    write(project, "CHANGELOG.md", "## [Unreleased]\n")
    assert check() == "CHANGELOG.md has nothing under `## [0.1.0]` or `## [Unreleased]`; say what changed\n"


BROKEN = ""
ADDED = PACKAGE["errors.py"] + "class New(Exception): ...\n"
SAME = PACKAGE["errors.py"]


@pytest.mark.parametrize(
    ("released", "errors", "version", "fits"),
    [
        ("0.1.0", SAME, "0.1.0", True),
        ("0.1.0", SAME, "0.1.1.dev1", True),
        ("0.1.0", SAME, "0.0.9", False),
        ("0.1.0", ADDED, "0.1.0", False),
        ("0.1.0", ADDED, "0.1.1", True),
        ("0.9.9", BROKEN, "0.9.10", False),
        ("0.9.9", BROKEN, "0.10.0", True),
        ("1.2.3", ADDED, "1.2.4", False),
        ("1.2.3", ADDED, "1.3.0", True),
        ("1.2.3", BROKEN, "1.3.0", False),
        ("1.2.3", BROKEN, "2.0.0", True),
    ],
)
def test_the_version_follows_the_change(
    project: Path, check: Callable[[], str], released: str, errors: str, version: str, fits: bool
) -> None:
    commit(project, f"v{released}")
    write(project, "devrev_auth_client/errors.py", errors)
    write(project, "devrev_auth_client/_version.py", f'__version__ = "{version}"\n')
    write(project, "CHANGELOG.md", "## [Unreleased]\n\n- `Failed`, `New`\n")
    assert (check() == "") is fits


def test_the_changelog_names_what_changed(project: Path, check: Callable[[], str]) -> None:
    commit(project, "v0.1.0")
    write(project, "devrev_auth_client/errors.py", ADDED)
    write(project, "devrev_auth_client/_version.py", '__version__ = "0.1.1"\n')
    older = "## [0.1.0]\n\n- The first, with New.\n"
    for heading in ("## [Unreleased]", "## [0.1.1] - 2026-02-03"):
        write(project, "CHANGELOG.md", f"{heading}\n\n- More.\n\n{older}")
        assert check() == "CHANGELOG.md does not mention + errors.New: added class(Exception)\n"
        write(project, "CHANGELOG.md", f"{heading}\n\n- `errors.New`\n\n{older}")
        assert check() == ""


def test_a_shallow_clone_without_tags_is_a_failure(project: Path, tmp_path: Path) -> None:
    commit(project, "v0.1.0")
    git(project, "commit", "--allow-empty", "--message", "more")
    clone = tmp_path / "clone"
    git(project, "clone", "--quiet", "--depth=1", f"file://{project}", str(clone))
    assert main(["--check"], clone) == 1


def test_writing_says_what_changed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "devrev_auth_client/errors.py", ADDED)
    assert main([], project) == 0
    assert capsys.readouterr().out == (
        "Public surface since the list as it was:\n  + errors.New: added class(Exception)\n"
    )
    assert "errors.New class(Exception)\n" in (project / LIST).read_text("utf-8")
    commit(project, "v0.1.0")
    assert main([], project) == 0
    assert "since the release 0.1.0:\n  no difference" in capsys.readouterr().out
