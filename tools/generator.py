"""One run of openapi-python-client, from the checks before it to the finished folder."""

import contextlib
import hashlib
import io
import os
import re
import shutil
import sys
from collections.abc import Generator, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import openapi_python_client as generator
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from ruamel.yaml import YAML

from tools.description import media, operations, outcome, schemas, token_types, validity
from tools.description.document import DescriptionError, Document, read
from tools.description.location import locate
from tools.paths import GenerationError, Paths

HEADER = "# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.\n"

# Upstream's code for models and answers takes JSON apart by way of `items = []` and `field(factory=dict)`. pyright
# infers their own types, list[Unknown] and dict[Unknown, Unknown], and strict mode reports them, though all that a
# caller sees is declared.
_JSON_HEADER = (
    "# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false\n"
)
_JSON_FOLDERS = ("api", "models")

_README = """\
# What made this folder

Nobody edits it: `make generate` writes it anew, and `make check-generated` fails where a byte differs.

| | |
|---|---|
| command | `make generate` |
| from | `openapi/auth-tokens.yaml`, SHA-256 `{description}` |
| openapi-python-client | {openapi-python-client}, with `generator-config.yaml` and `openapi/templates` |
| ruff | {ruff} |
"""

# These decide the bytes that come out.
_PINNED = ("openapi-python-client", "ruff")


def build(paths: Paths, into: Path) -> None:
    """Write a whole generated folder where there is none yet.

    :raises GenerationError: the description gives none, or the tools are not those that the repository asks for.
    """
    problems = [*_wrong_versions(paths.pins), *_unknown_settings(paths.config)]
    if problems:
        raise GenerationError("\n".join(problems))
    try:
        document = read(paths.description)
        config = Config.from_sources(
            ConfigFile.load_from_path(paths.config), MetaType.NONE, paths.description, "utf-8", False, into
        )
        _check(document, paths.token_types, config)
        _run(document, config, paths)
    except DescriptionError as error:
        raise GenerationError(str(error)) from error
    _finish(into, paths.description)


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


def _check(document: Document, enum: Path, config: Config) -> None:
    """Look for what is wrong in the description; what is no OpenAPI at all is not looked at any further.

    :raises DescriptionError: something is.
    """
    problems = [*validity.find(document)]
    if not problems:
        for part in (operations, media, schemas):
            problems += part.find(document)
        problems += outcome.find_in_enums(document, config)
        problems += token_types.find(document, enum)
    if problems:
        raise DescriptionError(document.path, problems)


def _run(document: Document, config: Config, paths: Paths) -> None:
    try:
        data = GeneratorData.from_dict(document.root, config=config)
    except Exception as error:
        failure = GeneratorError(header=f"{type(error).__name__}:", detail=str(error))
        raise DescriptionError(document.path, [locate(document, failure)]) from error
    problems = [locate(document, data)] if isinstance(data, GeneratorError) else [*outcome.find(document, data, config)]
    if problems or isinstance(data, GeneratorError):
        raise DescriptionError(document.path, problems)
    with _tools_on_path(), contextlib.redirect_stdout(io.StringIO()):
        try:
            project = generator.Project(openapi=data, config=config, custom_template_path=paths.templates)
            errors = project.build()
        except Exception as error:
            raise GenerationError(
                f"{paths.templates}: the generator failed: {type(error).__name__}: {error}"
            ) from error
    texts = [f"{paths.config}: {error.header} {error.detail}" for error in errors]
    if texts:
        raise GenerationError("\n".join(texts))


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


def _finish(folder: Path, description: Path) -> None:
    for name in ("__pycache__", ".ruff_cache"):
        for cache in list(folder.rglob(name)):
            shutil.rmtree(cache)
    for module in folder.rglob("*.py"):
        code = module.read_text(encoding="utf-8")
        takes_json = module.relative_to(folder).parts[0] in _JSON_FOLDERS and module.name != "__init__.py"
        module.write_text(HEADER + (_JSON_HEADER if takes_json else "") + code, encoding="utf-8")
    (folder / "py.typed").touch()
    told = {name: version(name) for name in _PINNED}
    told["description"] = hashlib.sha256(description.read_bytes()).hexdigest()
    (folder / "README.md").write_text(_README.format_map(told), encoding="utf-8")
