"""Writes devrev_auth_client/generated from the description, or checks that it is what the description gives.

    python -m tools.generate            write it
    python -m tools.generate --check    say what differs, and fail if anything does

Both run the whole generation: the description is checked, openapi-python-client writes a fresh folder, any warning of
it is a failure, and the folder is finished (headers, py.typed). Only then does writing touch the old folder.
"""

import argparse
import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import openapi_python_client as generator
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser.errors import GeneratorError, ParseError
from ruamel.yaml import YAML

from tools.description import find_problems

ROOT = Path(__file__).resolve().parent.parent

HEADER = "# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.\n"

# Upstream's model template declares `dict[str, Any] = field(factory=dict)`. pyright infers the factory's own type,
# dict[Unknown, Unknown], and strict mode reports it although the declaration beside it is complete.
_FACTORY = "_attrs_field(init=False, factory=dict)"
_FACTORY_HEADER = "# pyright: reportUnknownVariableType=false\n"

# These decide the bytes that come out.
_PINNED = ("openapi-python-client", "ruff")


class GenerationError(Exception):
    """Nothing was written. The text has a line or more for each problem."""


@dataclass(frozen=True, kw_only=True)
class Paths:
    """What is read and what is written; the defaults are this repository's."""

    description: Path = ROOT / "openapi" / "auth-tokens.yaml"
    templates: Path = ROOT / "openapi" / "templates"
    config: Path = ROOT / "generator-config.yaml"
    target: Path = ROOT / "devrev_auth_client" / "generated"
    pins: Path = ROOT / "requirements-dev.txt"


def write(paths: Paths) -> None:
    """Replace the target by what the description gives; same input, same bytes.

    The new folder is complete beside the old one before two renames swap them, so at no moment is half a folder there.

    :raises GenerationError: the target is as it was.
    """
    fresh = paths.target.with_name(f".{paths.target.name}.fresh")
    previous = paths.target.with_name(f".{paths.target.name}.previous")
    # What an interrupted run may have left: the only whole folder, or rubbish.
    if previous.exists() and not paths.target.exists():
        previous.rename(paths.target)
    for leftover in (fresh, previous):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        _build(paths, fresh)
        _swap(fresh, paths.target, previous)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def check(paths: Paths) -> list[str]:
    """List what keeps the target from being, byte for byte, what the description gives; empty if nothing does.

    :raises GenerationError: the description gives nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / paths.target.name
        _build(paths, fresh)
        expected, found = _contents(fresh), _contents(paths.target)
    return [
        f"{'missing' if name not in found else 'stray' if name not in expected else 'differs'}: {paths.target / name}"
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name) != found.get(name)
    ]


def _swap(fresh: Path, target: Path, previous: Path) -> None:
    if target.exists():
        target.rename(previous)
    try:
        fresh.rename(target)
    except OSError:
        if previous.exists():
            previous.rename(target)
        raise
    shutil.rmtree(previous, ignore_errors=True)


def _contents(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder, by its relative name. Python's bytecode folders are nobody's edit."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.relative_to(folder).parts
    }


def _build(paths: Paths, into: Path) -> None:
    problems = [*_wrong_versions(paths.pins), *_unknown_settings(paths.config), *find_problems(paths.description)]
    if not problems:
        problems = _run_generator(paths, into)
    if problems:
        raise GenerationError("\n".join(problems))
    _finish(into)


def _wrong_versions(pins: Path) -> Iterator[str]:
    text = pins.read_text(encoding="utf-8")
    for name in _PINNED:
        pin = re.search(rf"^{name}==(\S+)", text, re.MULTILINE)
        if pin is None or pin[1] != version(name):
            yield f"{pins}: {name} {version(name)} is installed, and the pin is {pin[1] if pin else 'missing'}"


def _unknown_settings(config: Path) -> Iterator[str]:
    """Find a misspelt key, in whose place the generator would take its default."""
    loader: Any = YAML(typ="safe")  # ruamel.yaml leaves `load` untyped
    settings: dict[str, object] = loader.load(config.read_text(encoding="utf-8"))
    for name in sorted(settings.keys() - ConfigFile.model_fields.keys()):
        yield f"{config}: the generator has no setting {name!r}"


def _run_generator(paths: Paths, into: Path) -> list[str]:
    config = Config.from_sources(
        ConfigFile.load_from_path(paths.config),
        MetaType.NONE,
        paths.description,
        file_encoding="utf-8",
        overwrite=False,
        output_path=into,
    )
    with _tools_on_path(), contextlib.redirect_stdout(io.StringIO()):
        try:
            errors = generator.generate(config=config, custom_template_path=paths.templates)
        except Exception as error:  # noqa: BLE001 - whatever it is, it says why there is no generated folder
            return [f"{paths.description}: the generator failed: {type(error).__name__}: {error}"]
    return [_describe(paths.description, error) for error in errors]


@contextlib.contextmanager
def _tools_on_path() -> Generator[None]:
    """Put this environment's ruff on PATH: the generator's hooks call it by name, and skip it where it is not found."""
    before = os.environ.get("PATH")
    os.environ["PATH"] = os.pathsep.join(filter(None, (str(Path(sys.executable).parent), before)))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before


def _describe(description: Path, error: GeneratorError) -> str:
    data = error.data if isinstance(error, ParseError) else None
    part = data.model_dump_json(exclude_unset=True, by_alias=True) if data else ""
    return " ".join(filter(None, (f"{description}: {error.level.value}: {error.header.strip()}", error.detail, part)))


def _finish(folder: Path) -> None:
    for name in ("__pycache__", ".ruff_cache"):
        for cache in list(folder.rglob(name)):
            shutil.rmtree(cache)
    for module in folder.rglob("*.py"):
        code = module.read_text(encoding="utf-8")
        module.write_text(HEADER + (_FACTORY_HEADER if _FACTORY in code else "") + code, encoding="utf-8")
    (folder / "py.typed").touch()


def main(arguments: Sequence[str] | None = None, paths: Paths | None = None) -> int:
    """Write or check; the exit status is 1 if that failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.generate", description="Generate the client, or check it.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the folder is not up to date")
    options = parser.parse_args(arguments)
    paths = paths or Paths()
    try:
        if not options.check:
            write(paths)
            return 0
        differences = check(paths)
    except GenerationError as error:
        print(error, file=sys.stderr)
        return 1
    for difference in differences:
        print(difference, file=sys.stderr)
    if differences:
        print("Run `make generate`, or undo the edit.", file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
