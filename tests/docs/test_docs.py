"""The pages of docs/ say what is true: their programs run and print what the pages show, their commands exist."""

from __future__ import annotations

import importlib.util
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
from tests.docs import programs
from tests.docs.markdown import ROOT, Block, Document

PAGES = [Document(path.relative_to(ROOT).as_posix()) for path in sorted((ROOT / "docs").rglob("*.md"))]
# These configure logging or instrument httpx, for the whole process.
APART = {"docs/how-to/logging.md", "docs/how-to/opentelemetry.md"}
# These need a proxy, TLS or a short rate limit: test_proxies_page.py and test_batch_page.py run them.
ELSEWHERE = {"docs/how-to/proxies.md", "docs/how-to/batch.md"}
# What a shell or an operating system has, beside what is installed here.
TOOLS = {".", "cd", "echo", "export", "git", "pip", "printenv", "python", "python3", "read", "unset"}
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
        done = programs.run_apart(block)
        assert done.returncode == 0, done.stderr
        printed = done.stdout
    else:
        programs.run(page, block)
        printed = capsys.readouterr().out
    assert block.output is None or printed == block.output
    assert fake is None or fake.requests or block.output or is_tested_by_the_page(page, block)


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any(block.title.startswith("test_") for block in page.blocks("python"))],
    ids=lambda page: page.name,
)
def test_the_tests_on_a_page_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: Document) -> None:
    monkeypatch.chdir(tmp_path)
    done = programs.run_tests(page)
    assert done.returncode == 0, done.stdout + done.stderr


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_exist(page: Document) -> None:
    commands = [part for line in page.commands() for part in re.split(r"&&|\|\||[|;]", line)]
    assert [found for command in commands if (found := missing(page, command))] == []
    assert page.make_targets() <= set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def test_a_command_that_does_not_exist_is_found() -> None:
    page = PAGES[0]
    wrong = [
        "make nothing",
        "python -m devrev_auth_client.nothing",
        "python nothing.py",
        "nothing-at-all",
        "A=1 nothing",
    ]
    assert [bool(missing(page, command)) for command in wrong] == [True] * len(wrong)


def test_the_reference_has_every_public_name() -> None:
    """Of the modules that programs import; the others are commands, a plugin, and what the generator wrote."""
    modules = [found.name for found in pkgutil.iter_modules(devrev_auth_client.__path__) if found.name[0] != "_"]
    imported = [importlib.import_module(f"devrev_auth_client.{name}") for name in modules if name not in UNLISTED]
    public = {name for module in [devrev_auth_client, *imported] for name in module.__all__}
    text = "".join(page.text for page in PAGES if page.name.startswith("docs/reference/"))
    documented = {name.rpartition(".")[2] for name in re.findall(r"^::: ([\w.]+)$", text, re.MULTILINE)}
    assert public - documented == {"__version__", "errors"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_one_title_and_says_something_before_its_sections(page: Document) -> None:
    assert (
        len(re.findall(r"^# ", re.sub(r"^```.*?^```", "", page.text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE))
        == 1
    )
    first = page.text.split("\n## ")[0]
    assert len(first.splitlines()) > 2
