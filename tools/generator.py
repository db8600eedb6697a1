"""One run of openapi-python-client, from the checks before it to the finished folder."""

import contextlib
import hashlib
import io
import os
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

import jinja2
import openapi_python_client as generator
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.properties import Class
from openapi_python_client.schema.untrusted_string import UntrustedString

from tools.description import outcome, refusals, token_types, validity
from tools.description.document import DescriptionError, Document, Problem, read
from tools.description.rewriting import rewritten
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


def build(paths: Paths, into: Path, *, on_trial: bool = False) -> list[Problem]:
    """Write a whole generated folder where there is none yet, and return notes on what was passed over.

    On trial, a description may list other URNs than the hand-written `TokenType` does.

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
        _stop_at(document, validity.find(document))
        urns = [*token_types.find(document, paths.token_types)]
        _stop_at(document, [*refusals.find(document), *([] if on_trial else urns)])
        root, notes = rewritten(document)
        data = _parsed(document, root, config)
    except DescriptionError as error:
        raise GenerationError(str(error)) from error
    _render(data, config, paths, token_types.schema(document, paths.token_types))
    _finish(into, paths.description)
    return [*notes, *(urns if on_trial else [])]


def _stop_at(document: Document, problems: Iterator[Problem] | list[Problem]) -> None:
    found = [*problems]
    if found:
        raise DescriptionError(document.path, found)


def _wrong_versions(pins: Path) -> Iterator[str]:
    text = pins.read_text(encoding="utf-8")
    for name in _PINNED:
        pin = re.search(rf"^{name}==(\S+)", text, re.MULTILINE)
        if pin is None or pin[1] != version(name):
            yield f"{pins}: {name} {version(name)} is installed, and the pin is {pin[1] if pin else 'missing'}"


def _unknown_settings(config: Path) -> Iterator[str]:
    """Find a misspelt key, in whose place the generator would take its default."""
    for name in sorted(read(config).root.keys() - ConfigFile.model_fields.keys()):
        yield f"{config}: the generator has no setting {name!r}"


def _parsed(document: Document, root: dict[str, Any], config: Config) -> GeneratorData:
    """Let the generator read the rewritten description; whatever it complains of is a failure."""
    # Its errors name parts of the description by objects that hide their text from code that is generated.
    with mock.patch.object(UntrustedString, "__str__", UntrustedString.get_untrusted_value):
        try:
            data = GeneratorData.from_dict(root, config=config)
        except Exception as error:  # noqa: BLE001 - it goes on into what it could not read
            data = GeneratorError(header=f"{type(error).__name__}:", detail=str(error))
        if isinstance(data, GeneratorError):
            raise DescriptionError(document.path, [outcome.complaint(document, data)])
        groups = data.endpoint_collections_by_tag.values()
        errors = [*data.errors, *(error for group in groups for error in group.parse_errors)]
        _stop_at(document, [outcome.complaint(document, error) for error in errors])
    outcome.join_arrays(document, data)
    _stop_at(document, outcome.find(document, data, config))
    return data


def _render(data: GeneratorData, config: Config, paths: Paths, token_type: str) -> None:
    # The generator's hooks call ruff by name, and skip it where it is not found.
    path = os.pathsep.join(filter(None, (str(Path(sys.executable).parent), os.environ.get("PATH"))))
    with mock.patch.dict(os.environ, {"PATH": path}), contextlib.redirect_stdout(io.StringIO()):
        try:
            project = generator.Project(openapi=data, config=config, custom_template_path=paths.templates)
            name = Class.from_string(string=token_type, config=config).name
            own: dict[str, Any] = {"error_models": outcome.error_models(data), "token_type": name}
            project.env.globals.update(own)
            upstream = jinja2.PackageLoader(generator.__name__)  # for a template that changes a few lines of upstream's
            ours = jinja2.FileSystemLoader(paths.templates)
            prefixed = jinja2.PrefixLoader({"upstream": upstream})
            project.env.loader = jinja2.ChoiceLoader([ours, upstream, prefixed])
            errors = project.build()
        except Exception as error:
            raise GenerationError(
                f"{paths.templates}: the generator failed: {type(error).__name__}: {error}"
            ) from error
    if errors:
        raise GenerationError("\n".join(f"{paths.config}: {error.header} {error.detail}" for error in errors))


def _finish(folder: Path, description: Path) -> None:
    for name in ("__pycache__", ".ruff_cache"):
        for cache in list(folder.rglob(name)):
            shutil.rmtree(cache)
    for module in folder.rglob("*.py"):
        code = module.read_text(encoding="utf-8")
        takes_json = module.relative_to(folder).parts[0] in _JSON_FOLDERS and module.name != "__init__.py"
        module.write_text(HEADER + (_JSON_HEADER if takes_json else "") + code, encoding="utf-8")
    (folder / "py.typed").touch()
    values = {name: version(name) for name in _PINNED}
    values["description"] = hashlib.sha256(description.read_bytes()).hexdigest()
    (folder / "README.md").write_text(_README.format_map(values), encoding="utf-8")
