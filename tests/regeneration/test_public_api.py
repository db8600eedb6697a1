"""The listing of the public API, and what its changes weigh for callers."""

import ast
from pathlib import Path

import pytest

from tools.generate import Paths
from tools.public_api.changes import Weight, changes
from tools.public_api.listing import listing

PACKAGE = {
    "__init__.py": """
from . import errors
from ._client import Client
from .errors import Failed
from .models import Thing
__all__ = ["Client", "Failed", "Thing", "errors"]
""",
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
    @staticmethod
    def make(token: str) -> "Client": ...
""",
    "errors.py": "class Failed(Exception):\n    code: int\nclass _Hidden: ...\n",
    "models.py": """
from enum import StrEnum
from attrs import define, field, frozen
UNSET = object()
class State(StrEnum):
    OPEN = "open"
@define
class Thing:
    id: str
    state: State | None = None
    extra: dict[str, str] = field(init=False, factory=dict)
@frozen
class Sub(Thing):
    more: int = field(default=1, kw_only=True)
""",
}

LISTING = """\
class Client:
    def __init__(token: str, *, timeout: float = 1.0) -> None: ...
    def close() -> None: ...
    async def get(name: str, wait: bool = False) -> Thing | None: ...
    limit: int | None
    def make(token: str) -> Client: ...
    state: str
Failed = errors.Failed
Thing = models.Thing
class errors:
    class Failed(Exception):
        code: int
class models:
    class State(StrEnum):
        OPEN = 'open'
    class Sub(Thing):
        def __init__(id: str, state: State | None = None, *, more: int = 1) -> None: ...
        more: int
    class Thing:
        def __init__(id: str, state: State | None = None) -> None: ...
        extra: dict[str, str]
        id: str
        state: State | None
    UNSET = object()
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "devrev_auth_client"  # of the name that stands in the working directory too
    folder.mkdir()
    for name, text in PACKAGE.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def test_a_listing_has_every_public_name_once_and_nothing_private(package: Path) -> None:
    assert listing(package) == LISTING


def test_the_listing_of_this_package_reads_back_unchanged() -> None:
    text = listing(Paths().package)
    ast.parse(text)
    assert changes(text, text) == []
    for part in (
        "class AsyncDevRevAuthClient:",
        "AuthToken = generated.models.auth_token.AuthToken",
        "async def call(",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("        code: int\n", "        ...\n", "! errors.Failed.code: removed"),
        ("Failed = errors.Failed\n", "", "! Failed: removed"),
        ("        code: int\n", "        code: str\n", "! errors.Failed.code: changed: int -> str"),
        ("        code: int\n", "        code: int | str\n", "! errors.Failed.code: changed: int -> int | str"),
        ("    limit: int | None\n", "    limit: int\n", "~ Client.limit: changed: int | None -> int"),
        ("OPEN = 'open'", "OPEN = 'opened'", "! models.State.OPEN: changed: 'open' -> 'opened'"),
        ("(name: str, wait", "(name: int, wait", "! Client.get: name takes int, before str"),
        ("(name: str, wait", "(name: str | int, wait", "~ Client.get: name takes str | int, before str"),
        ("bool = False", "bool = True", "! Client.get: parameter default was changed: wait = False -> True"),
        ("wait: bool = False", "wait: bool", "! Client.get: parameter is now required: wait"),
        (", wait: bool = False", "", "! Client.get: parameter was removed: wait"),
        (", wait: bool = False", ", *, wait: bool = False", "! Client.get: parameter kind was changed: wait"),
        ("wait: bool = False", "wait: bool = False, more: int = 0", "~ Client.get: takes more: int = 0"),
        ("token: str, *,", "token: str, *, url: str,", "! Client.__init__: parameter was added as required: url"),
        ("-> Thing | None", "-> Thing", "~ Client.get: returns Thing, before Thing | None"),
        ("-> Thing | None", "-> Thing | str | None", "! Client.get: returns Thing | str | None, before Thing | None"),
        ("    async def get", "    def get", "! Client.get: is no longer awaited"),
        ("    def close", "    async def close", "! Client.close: is awaited"),
        ("(Exception)", "(Exception, OSError)", "~ errors.Failed: has other bases: Exception -> Exception, OSError"),
        ("Failed(Exception)", "Failed(ValueError)", "! errors.Failed: has other bases: Exception -> ValueError"),
        ("OPEN = 'open'\n", "OPEN = 'open'\n        SHUT = 'shut'\n", "+ models.State.SHUT: added = 'shut'"),
        ("        code: int\n", "        code: int\n        why: str\n", "+ errors.Failed.why: added as str"),
        ("    limit:", "    def a(b: int) -> None: ...\n    limit:", "+ Client.a: added as a(b: int) -> None"),
        ("errors:\n", "errors:\n    class B:\n        c: int\n        d: int\n", "+ errors.B: added, with c, d"),
        # A second name of what is new says nothing more.
        ("class models:\n", "B = models.B\nclass models:\n    class B:\n        c: int\n", "+ models.B: added, with c"),
    ],
)  # fmt: skip
def test_one_change(old: str, new: str, told: str) -> None:
    assert old in LISTING
    (change,) = changes(LISTING, LISTING.replace(old, new))
    assert str(change) == told
    assert change.weight is (Weight.BREAKING if told.startswith("!") else Weight.COMPATIBLE)


def test_a_new_field_of_a_model_and_one_that_callers_must_give(package: Path) -> None:
    before = listing(package)
    models = package / "models.py"
    models.write_text(PACKAGE["models.py"].replace("state: State | None = None", "state: State"), "utf-8")
    assert [str(change) for change in changes(before, listing(package))] == [
        "! models.Sub.__init__: parameter is now required: state",
        "! models.Thing.__init__: parameter is now required: state",
        "~ models.Thing.state: changed: State | None -> State",
    ]


def test_where_a_generated_model_has_a_new_field_is_nobodys_concern(package: Path) -> None:
    """They are made with keywords: a field in the middle moves nothing."""
    generated = package / "generated"
    (generated / "models").mkdir(parents=True)
    (generated / "__init__.py").touch()
    (generated / "models" / "__init__.py").touch()
    model = generated / "models" / "a.py"
    model.write_text("from attrs import define as d\n@d\nclass A:\n    b: int = 1\n    d: int = 1\n", "utf-8")
    before = listing(package)
    model.write_text(model.read_text("utf-8").replace("    d:", "    c: int = 1\n    d:"), "utf-8")
    assert [str(change) for change in changes(before, listing(package))] == [
        "~ generated.models.a.A.__init__: takes c: int = 1",
        "+ generated.models.a.A.c: added as int",
    ]
