"""The walls inside the package: imports run one way and are relative; httpx enters through one module a room."""

import ast
import re
import sys
from pathlib import Path

import devrev_auth_client

PACKAGE = Path(devrev_auth_client.__file__).parent

# Each imports only from those before it. A folder is one room; inside it, imports are its own affair.
# fmt: off
ROOMS = [
    "_httpx", "_version", "errors", "token_types", "_json", "generated", "_runtime", "_transport", "retry",
    "_credentials", "token_claims", "_rate_headers", "_options", "_location", "_admission", "_sending", "_response",
    "_failures", "_decision", "_requests", "_error_responses", "_operations", "_state", "_call", "_base_client",
    "_async_client", "_sync_client", "__init__", "testing", "pytest_plugin", "cli", "vendor",
]
# fmt: on
# What these may import of the package, where that is less than all that comes before them.
ONLY: dict[str, set[str]] = {
    "_runtime": set(),
    "_transport": {"_runtime"},
    "generated": {"token_types"},
    "testing": {"token_types"},
    "pytest_plugin": {"testing", "_async_client", "_sync_client", "retry"},
    "cli": {"__init__", "errors"},
    "vendor": {"_version"},
}
NOT_IMPORTED = {"testing", "cli", "vendor", "pytest_plugin"}
LIBRARIES = {"anyio", "attr", "attrs", "h11", "httpcore", "sniffio"}
OF_ROOM = {
    "testing": {"httpx", "uvicorn"},
    "pytest_plugin": {"pytest"},
    "cli": {"httpx", "rich", "typer"},
    "generated": {"httpx", "dateutil"},
}


def imports_of(file: Path) -> list[tuple[int, str]]:
    """The line and what it imports: a room of the package as `.room`, anything else by its top name."""
    found: list[tuple[int, str]] = []
    folder = file.relative_to(PACKAGE).parent.parts
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found += [(node.lineno, f"{node.module}.{name.name}") for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = folder[: len(folder) - node.level + 1]
            path = [*above, *(node.module or "").split(".")] if node.module else list(above)
            # `from .. import TokenType` takes a public name, `from .. import errors` a module.
            for name in node.names:
                module = path[0] if path else name.name if name.name in ROOMS else "__init__"
                found.append((node.lineno, f".{module}"))
    return found


def test_imports_run_one_way() -> None:
    found: list[str] = []
    for file in sorted(PACKAGE.rglob("*.py")):
        where = file.relative_to(PACKAGE)
        room = where.with_suffix("").parts[0]
        assert room in ROOMS, f"{where}: no room of the map"
        before = set(ROOMS[: ROOMS.index(room)]) - NOT_IMPORTED - ({"generated"} if room != "_operations" else set())
        allowed = ONLY.get(room, before) | {room} | ({"testing"} if room == "pytest_plugin" else set())
        libraries = LIBRARIES | OF_ROOM.get(room, set())
        libraries |= {"httpx"} if file.name == "_httpx.py" else set()
        for line, name in imports_of(file):
            top = name.split(".")[0]
            if name.startswith("."):
                wrong = name[1:] not in allowed
            else:
                wrong = name.startswith("importlib.metadata") or top not in {*sys.stdlib_module_names, *libraries}
            if wrong:
                found.append(f"{where}:{line}: imports {name}")
    assert found == []


def test_every_room_is_in_the_map_that_people_read() -> None:
    words = set(re.findall(r"\w+", devrev_auth_client.__doc__ or ""))
    assert set(ROOMS) - {"__init__"} - words == {"_version"}


def test_the_version_is_a_literal() -> None:
    """A copy in another repository has no installed distribution to ask."""
    text = (PACKAGE / "_version.py").read_text("utf-8")
    assert re.search(r'^__version__ = "(\d+\.\d+\.\d+)"$', text, re.MULTILINE)
