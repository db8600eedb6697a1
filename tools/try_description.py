"""Tries any OpenAPI description: what it gives, whether it type-checks, and whether every operation is carried out.

    python -m tools.try_description some.yaml [--into FOLDER]

The folder that it gives stands in a copy of the package, beside `generated`: the client calls endpoint modules of any
folder. Each operation is called through `client.call`, with requests and answers made from its schemas: optional fields
there, left out and null, each enum value and each kind of object, values and kinds that nobody listed, unknown fields.
"""

import argparse
import importlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tools.description.document import read
from tools.description.operations import operations
from tools.generator import build
from tools.paths import ROOT, GenerationError, Paths
from tools.trial import COLUMNS, PACKAGE, Outcome, Trial, module_of

__all__ = ["COLUMNS", "PACKAGE", "main", "try_out"]


def try_out(description: Path, into: Path, *, with_types: bool = True) -> Outcome:
    """Generate into a copy of the package, and try every operation; type-check it too, which takes longest.

    :raises GenerationError: the description gives nothing.
    """
    paths = Paths(description=description)
    shutil.copytree(paths.package, into / PACKAGE, ignore=shutil.ignore_patterns("__pycache__", ".generated.*"))
    for note in sorted(build(paths, into / PACKAGE / "tried", on_trial=True)):
        print(f"{description}:{note.line}: note: {note.reason}")
    document = read(description)
    outcome = Outcome(document)
    commands = _checkers(into) if with_types else {}
    checkers = {name: _start(command, into) for name, command in commands.items()}
    sys.path.insert(0, str(into))
    try:
        package = importlib.import_module(PACKAGE)
        for operation in operations(document):
            Trial(package, document, operation, outcome).run()
    finally:
        sys.path.remove(str(into))
        for name in [each for each in sys.modules if each.partition(".")[0] == PACKAGE]:
            del sys.modules[name]
    for column, checker in checkers.items():
        report = checker.communicate()[0]
        for operation in operations(document):
            file = f"{'/'.join(module_of(operation))}.py"
            errors = [line for line in report.splitlines() if "error" in line and (file in line or "/api/" not in line)]
            if checker.returncode and errors:
                outcome.add(operation, column, errors[0].strip())
    return outcome


def _checkers(into: Path) -> dict[str, list[str]]:
    (into / "pyrightconfig.json").write_text(
        json.dumps({"include": [f"{PACKAGE}/tried"], "typeCheckingMode": "strict", "pythonVersion": "3.11"})
    )
    python = Path(sys.executable)
    settings = ("--strict", "--no-pretty", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", "/dev/null")
    return {
        "mypy --strict": [sys.executable, "-m", "mypy", *settings, f"{PACKAGE}/tried"],
        "pyright strict": [str(python.with_name("pyright")), "--pythonpath", str(python), "--project", str(into)],
    }


def _start(command: list[str], folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try a description and print what came of it; the exit status is 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.try_description", description="Try an OpenAPI description.")
    parser.add_argument("description", type=Path)
    parser.add_argument("--into", type=Path, help="where to leave what was generated, for a look")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            outcome = try_out(options.description, Path(folder))
        except GenerationError as error:
            print(error, file=sys.stderr)
            return 1
        if options.into:
            shutil.copytree(Path(folder) / PACKAGE / "tried", options.into)
    print(f"{outcome}\nin {time.monotonic() - started:.0f} s")
    return 1 if outcome.failures else 0


if __name__ == "__main__":
    sys.exit(main())
