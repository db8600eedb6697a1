"""README.md and docs/ say what is true: their programs run and print what they show, commands and links exist."""

import importlib.util
import json
import os
import pkgutil
import re
import shlex
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

import devrev_auth_client
from devrev_auth_client.testing import FakeDevRev
from tests.docs.markdown import Block, Document
from tests.programs import ROOT, Ended, python

PATHS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [Document(path.relative_to(ROOT).as_posix()) for path in PATHS]
OTHERS = [Document("CONTRIBUTING.md"), Document("CHANGELOG.md"), Document("openapi/templates/README.md")]
# These configure logging or instrument httpx, for the whole process.
APART = {"docs/how-to/logging.md", "docs/how-to/opentelemetry.md"}
# The first is run by a test of its own, the second by test_proxies_page.py.
BATCH = "docs/how-to/batch.md"
ELSEWHERE = {BATCH, "docs/how-to/proxies.md"}
# What a shell or an operating system has, beside what is installed here.
TOOLS = {".", "cd", "echo", "export", "git", "pip", "printenv", "python", "python3", "read", "unset"}
# Loading all pytest plugins that are installed takes a second and a half; of them, readers have these.
PLUGINS = ("anyio.pytest_plugin", "devrev_auth_client.pytest_plugin")
# Public modules without a page in the reference.
UNLISTED = {"cli", "generated", "pytest_plugin", "vendor"}

PROGRAMS = [
    pytest.param(page, block, id=f"{page.name}:{block.line}")
    for page in PAGES
    if page.name not in ELSEWHERE
    for block in page.blocks("python")
    if not block.title.startswith("test_")
]


def is_tested_by_the_page(page: Document, block: Block) -> bool:
    """Whether a block is a module that a test on the same page imports."""
    module = block.title.removesuffix(".py")
    tests = [other.code for other in page.blocks("python") if other.title.startswith("test_")]
    return bool(module) and any(re.search(rf"^from {module} import ", code, re.MULTILINE) for code in tests)


def apart(*arguments: str) -> Ended:
    """Run Python in a process of its own, with the DevRev of the environment."""
    devrev = {name: value for name, value in os.environ.items() if name.startswith("DEVREV_")}
    return python(*arguments, variables=devrev | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})


@pytest.mark.parametrize(("page", "block"), PROGRAMS)
def test_a_program_runs_and_prints_what_the_page_shows(
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    page: Document,
    block: Block,
) -> None:
    """As a program of its own, against the DevRev of the environment or a fake that it makes itself."""
    monkeypatch.chdir(tmp_path)
    fake: FakeDevRev | None = None if "FakeDevRev(" in block.code else request.getfixturevalue("fake")
    if page.name in APART:
        Path("program.py").write_text(block.code, encoding="utf-8")
        status, printed, said = apart("program.py")
        assert status == 0, said
    else:
        page.run(block)
        printed = capsys.readouterr().out
    assert block.output is None or printed == block.output
    assert fake is None or fake.requests or block.output or is_tested_by_the_page(page, block)


def test_a_batch_reads_all_tokens_and_then_only_what_failed(
    fake: FakeDevRev, capsys: pytest.CaptureFixture[str]
) -> None:
    page = Document(BATCH)
    [program] = page.blocks("python")
    ids = Path("token-ids.txt").read_text("utf-8").split()
    Path("token-ids.txt").write_text("\n".join([*ids, "no-such-token"]), encoding="utf-8")
    page.run(program)
    results = [json.loads(line) for line in Path("results.jsonl").read_text("utf-8").splitlines()]
    outcomes = {result["id"]: result.get("status") or result["error"] for result in results}
    assert outcomes == dict.fromkeys(ids, "active") | {"no-such-token": "NotFoundError"}
    assert "61 to go\n" in capsys.readouterr().err
    fake.requests.clear()
    page.run(program)
    assert [request.status for request in fake.requests] == [404]


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any(block.title.startswith("test_") for block in page.blocks("python"))],
    ids=lambda page: page.name,
)
def test_the_tests_on_a_page_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: Document) -> None:
    monkeypatch.chdir(tmp_path)
    titled = {block.title: block.code for block in page.blocks("python") if block.title}
    for title, code in titled.items():
        Path(title).write_text(code, encoding="utf-8")
    plugins = [word for name in PLUGINS for word in ("-p", name)]
    tests = [title for title in titled if title.startswith("test_")]
    done = apart("-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins, *tests)
    assert done.status == 0, done.text


def missing(page: Document, command: str) -> str | None:
    """Say what a command of a page names and this repository does not have."""
    words = shlex.split(command, comments=True)
    while words and re.match(r"\w+=", words[0]):
        del words[0]
    if not words:
        return None
    titles = {block.title for block in page.blocks("python")}
    tool, arguments = words[0], words[1:]
    if tool in {"python", "python3"} and arguments[:1] == ["-m"]:
        return None if importlib.util.find_spec(arguments[1]) else arguments[1]
    if tool in {"python", "python3"}:
        scripts = [word for word in arguments if word.endswith(".py")]
        return next((name for name in scripts if name not in titles and not (ROOT / name).exists()), None)
    if tool == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        return next((word for word in arguments if "=" not in word and word not in targets), None)
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"].get("scripts", {})
    known = tool in TOOLS or tool in scripts or shutil.which(tool, path=str(Path(sys.executable).parent))
    return None if known else tool


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda page: page.name)
def test_the_commands_exist(page: Document) -> None:
    commands = [part for line in page.commands() for part in re.split(r"&&|\|\||[|;]", line)]
    assert [found for command in commands if (found := missing(page, command))] == []


@pytest.mark.parametrize("page", [PAGES[0], *OTHERS], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Document) -> None:
    """Those of docs/ are checked where they are built."""
    for link in page.links():
        path, _, anchor = link.partition("#")
        if "://" not in link:
            assert (ROOT / page.name).parent.joinpath(path).exists(), link
            assert not anchor or anchor in (Document(path) if path else page).anchors(), link


def test_the_reference_has_every_public_name() -> None:
    """Of the modules that programs import; the others are commands, a plugin, and what the generator wrote."""
    modules = [found.name for found in pkgutil.iter_modules(devrev_auth_client.__path__) if found.name[0] != "_"]
    imported = [importlib.import_module(f"devrev_auth_client.{name}") for name in modules if name not in UNLISTED]
    public = {name for module in [devrev_auth_client, *imported] for name in module.__all__}
    text = "".join(page.text for page in PAGES if page.name.startswith("docs/reference/"))
    documented = {name.rpartition(".")[2] for name in re.findall(r"^::: ([\w.]+)$", text, re.MULTILINE)}
    assert public - documented == {"__version__", "errors"}
