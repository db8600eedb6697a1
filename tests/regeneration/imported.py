"""Imports a copy of the package under a name of its own, beside the real one."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType


@contextmanager
def imported(package: Path, name: str) -> Iterator[ModuleType]:
    """Import a package folder as `name`; all it imports of itself is relative."""
    spec = importlib.util.spec_from_file_location(
        name, package / "__init__.py", submodule_search_locations=[str(package)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        yield module
    finally:
        for loaded in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
            del sys.modules[loaded]


def part(package: ModuleType, path: str) -> ModuleType:
    """A module of such a package."""
    return importlib.import_module(f"{package.__name__}.{path}")
