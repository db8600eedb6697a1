"""Copies of what the generator reads and writes, to break or extend, and calls of what it wrote."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from shutil import copytree, ignore_patterns, rmtree
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.programs import contents
from tools.generate import GenerationError, Paths, write
from tools.generator import build

from .minimal import MINIMAL

TOKEN = "secret-bearer-token"
CONSTRUCTS = Path(__file__).with_name("constructs.yaml")
REGENERATED = "regenerated_sdk"

Call = Callable[..., Any]


def changed(text: str, old: str, new: str) -> str:
    """A text with a replacement that must hit something."""
    assert old in text
    return text.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    """The number of the first line that has this part."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


@dataclass(frozen=True, kw_only=True)
class Workspace(Paths):
    """Copies of all that generation touches. `edit` is a text replacement that must hit something."""

    def edit(self, path: Path, old: str, new: str) -> None:
        path.write_text(changed(path.read_text("utf-8"), old, new), "utf-8")

    def files(self) -> dict[str, bytes]:
        """The package, the generated folder and all that stands beside it."""
        return contents(self.package)

    def failure(self) -> str:
        """The text of a failure, without the folder of the copies; the generated folder must be as it was."""
        before = self.files()
        with pytest.raises(GenerationError) as caught:
            write(self)
        assert self.files() == before
        assert not list(self.package.glob(".generated.*"))
        return str(caught.value).replace(f"{self.description.parent}/", "")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    real = Paths()
    copies = {name: tmp_path / getattr(real, name).name for name in ("description", "config", "pins")}
    for name, copy in copies.items():
        copy.write_bytes(getattr(real, name).read_bytes())
    copytree(real.templates, tmp_path / "templates")
    package = tmp_path / real.package.name
    copytree(real.package, package, ignore=ignore_patterns("__pycache__", ".generated.*"))
    paths = {"target": package / "generated", "token_types": package / "token_types.py"}
    return replace(Workspace(), **copies, **paths, templates=tmp_path / "templates")


class Refusals:
    """Asks what is wrong with small descriptions."""

    def __init__(self, folder: Path) -> None:
        self._paths = replace(Paths(), description=folder / "small.yaml", target=folder / "generated")

    def of(self, text: str) -> list[tuple[int, str]]:
        """Each problem of a description: its line, and the reason. Nothing may have been written."""
        self._paths.description.write_text(text, "utf-8")
        try:
            build(self._paths, self._paths.target)
        except GenerationError as error:
            assert not self._paths.target.exists()
            found = re.findall(rf"^{self._paths.description}:(\d+): (.*)$", str(error), re.MULTILINE)
            assert found
            return [(int(line), reason) for line, reason in found]
        rmtree(self._paths.target)
        return []

    def check(self, *edits: tuple[str, str], reason: str) -> None:
        """The minimal description, edited, has one problem: on the line marked `# here`, for this reason."""
        text = MINIMAL
        for old, new in edits:
            text = changed(text, old, new)
        ((line, told),) = self.of(text)
        assert reason in told
        assert line == line_of(text, "# here")


@pytest.fixture
def refusals(tmp_path: Path) -> Refusals:
    return Refusals(tmp_path)


def with_constructs(description: str) -> str:
    """Our description with what constructs.yaml has: pasted as it is, but for the responses, which are ours."""
    text = CONSTRUCTS.read_text("utf-8")
    paths = text.partition("\npaths:\n")[2].partition("\ncomponents:\n")[0]
    schemas = text.partition("    # additions begin\n")[2]
    before, components, after = description.partition("\ncomponents:\n")
    return f"{before}\n{paths}\n{components}{after}\n{schemas}"


@pytest.fixture(scope="session")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package, generated from a copy of the description that has further operations."""
    root = tmp_path_factory.mktemp("regenerated")
    real = Paths()
    package = root / REGENERATED
    copytree(real.package, package, ignore=ignore_patterns("__pycache__", ".generated.*", "generated"))
    description = root / real.description.name
    description.write_text(with_constructs(real.description.read_text("utf-8")), "utf-8")
    write(replace(real, description=description, target=package / "generated"))
    return root


@pytest.fixture(scope="session")
def sdk(regenerated: Path) -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(regenerated)
        yield import_module(REGENERATED)


@pytest.fixture(scope="session")
def models(sdk: ModuleType) -> ModuleType:
    return import_module(f"{REGENERATED}.generated.models")


@dataclass
class Server:
    """The answers that are still to be given in order (the last one stays), and the requests that arrived."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)

    def answer(self, status: int, content: bytes = b"", **headers: str) -> None:
        """Add an answer; underscores in the names of headers stand for hyphens."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append({"status_code": status, "content": content, "headers": fields})

    def transport(self) -> httpx.MockTransport:
        def handle(request: httpx.Request) -> httpx.Response:
            self.asked.append(request)
            return httpx.Response(**self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])

        return httpx.MockTransport(handle)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def call(sdk: ModuleType, server: Server) -> Call:
    """Calls `client.call(...)` on a new client."""

    def run(module: str, **arguments: Any) -> Any:
        endpoint = import_module(f"{REGENERATED}.generated.api.{module}")
        retry = sdk.RetryPolicy(base_delay=0.001)
        with sdk.DevRevAuthClient(TOKEN, transport=server.transport(), retry=retry) as client:
            return client.call(endpoint, **arguments)

    return run
