"""Reads a copy of the package with `ast` and lists where it breaks through one of its walls."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "devrev_auth_client"

# The layer map: a module imports only from rows above its own, and in its own row from those to its left.
LAYERS = {
    "leaves": ("errors token_types _version _json", "generated"),
    "policy": ("retry", "_credentials _rate_headers", "token_claims", "_outcomes", "_rate_gate", "_attempt_loop"),
    "operations": ("_refusals _requests _operations _own_token",),
    "connections": (
        "_fork _wire _signal _deadline _readable",
        "_lane_book _route _http11",
        "_asyncio_network _async_network _async_lane",
        "_sync_network _sync_lane",
        "_async_connections _sync_connections",
    ),
    "clients": ("_urls _settings", "_call _base_client", "_async_driver _async_client", "_sync_driver _sync_client"),
}
ROWS = [row.split() for rows in LAYERS.values() for row in rows]
ORDER = [module for row in ROWS for module in row] + ["__init__"]

# What ships with the client and is no part of it, from the outside in: a module imports only from rows after its own,
# and in its own row from those to its right. Of the client, the fake may use TokenType; the pytest plugin has both.
FAKE_ROWS = [
    "testing",
    "_fake.devrev",
    "_fake.accounts _fake.misbehaviour",
    "_fake.transport",
    "_fake.slow_stream",
    "_fake.server",
    "_fake.core",
    "_fake.api _fake.quota",
    "_fake.telling",
    "_fake.journal",
    "_fake.injection",
    "_fake.faults",
    "_fake.delivery _fake.foreign",
    "_fake.answers",
    "_fake.records",
    "_fake.bearer _fake.clock",
]
PLUGIN = ["pytest_plugin"]
VENDORING = ["vendor", "_vendoring.swap", "_vendoring.source", "_vendoring.report", "_vendoring.stamp"]
CLI_ROWS = [
    "cli",
    "_cli.app",
    "_cli.command_line",
    "_cli.calling",
    "_cli.endings",
    "_cli.waits",
    "_cli.cards",
    "_cli.token_in_hand",
    "_cli.arguments",
    "_cli.words _cli.screen",
]
FAKE = " ".join(FAKE_ROWS).split()
CLI = " ".join(CLI_ROWS).split()
CLI_USES = {"_credentials", "_version", "_operations", "_sync_client", "_urls", "errors", "retry", "token_claims"}
CLI_USES |= {"token_types"}
ISLANDS = [
    ("the pytest plugin", PLUGIN, {"testing", "_async_client", "_sync_client", "retry"}),
    ("the fake", FAKE, {"token_types"}),
    ("the vendoring command", VENDORING, set[str]()),
    ("the command line", CLI, CLI_USES),
]
OUTSIDE = {module for _, modules, _ in ISLANDS for module in modules}

# What stands side by side in the order and still has nothing to do with one another.
APART = [
    ("errors token_types _version _json", " ".join(LAYERS["leaves"])),
    ("_refusals _requests _operations _own_token", " ".join(LAYERS["connections"])),
    (
        "_async_network _async_lane _async_connections _async_driver _async_client",
        "_sync_network _sync_lane _sync_connections _sync_driver _sync_client",
    ),
]
STRANGERS = {pair for one, other in APART for pair in product(one.split(), other.split())}
STRANGERS |= {(other, one) for one, other in STRANGERS}

FOLDERS = {"_cli", "_fake", "_vendoring"}
DEPENDENCIES = {"anyio", "attr", "attrs", "h11", "httpcore", "httpx", "sniffio"}
# Decisions: whatever they need of these is handed in.
PURE = {"_rate_headers", "_rate_gate", "_attempt_loop"}
IMPURE = {"anyio", "asyncio", "h11", "httpcore", "os", "random", "secrets", "socket", "time", "trio"}


@dataclass(frozen=True)
class Import:
    """One imported thing: `target` is a module below the package or, where `foreign`, any other."""

    module: str
    line: int
    target: str
    foreign: bool


def violations(package: Path) -> list[str]:
    """List what breaks a wall, as `module:line: what`."""
    modules = {_dotted(package, path): path for path in sorted(package.rglob("*.py"))}
    found = [problem for name, path in modules.items() for problem in _dynamic(name, path)]
    imports = [item for name, path in modules.items() for item in _imports(name, path)]
    for item in imports:
        reason = _foreign_reason(item) if item.foreign else _inner_reason(item)
        if reason:
            found.append(f"{item.module}:{item.line}: {reason}")
    found += [f"{name}:1: is in no layer" for name in modules if _unit(name) not in {*ORDER, *OUTSIDE, *FOLDERS}]
    return found


@cache
def _nodes(code: str) -> list[ast.Import | ast.ImportFrom | ast.Attribute | ast.Call]:
    """Give the nodes that can import or call."""
    kinds = (ast.Import, ast.ImportFrom, ast.Attribute, ast.Call)
    return [node for node in ast.walk(ast.parse(code)) if isinstance(node, kinds)]


def _unit(dotted: str) -> str:
    """Name what the maps list: a module, the whole of `generated`, or a module of another folder."""
    parts = dotted.split(".")
    return ".".join(parts[:2] if parts[0] in FOLDERS else parts[:1])


def _dotted(package: Path, path: Path) -> str:
    parts = path.relative_to(package).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def _dynamic(module: str, path: Path) -> Iterator[str]:
    """Find imports that are no import statement."""
    for node in _nodes(path.read_text("utf-8")):
        if isinstance(node, ast.Attribute) and node.attr == "metadata" and ast.unparse(node.value) == "importlib":
            yield f"{module}:{node.lineno}: asks for the installed distribution"
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        # The models' own __init__ imports by names that the generator wrote beside it.
        is_table = module == "generated.models" and called == "import_module"
        if called in {"__import__", "import_module", "importlib.import_module"} and not is_table:
            yield f"{module}:{node.lineno}: imports by a name that nobody can check"


def _imports(module: str, path: Path) -> Iterator[Import]:
    is_package = path.name == "__init__.py"
    parents = [] if module == "__init__" else module.split(".")
    if parents and not is_package:
        parents = parents[:-1]
    for node in _nodes(path.read_text("utf-8")):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, node.lineno, alias.name, foreign=True)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                yield Import(module, node.lineno, f"{node.module}.{alias.name}", foreign=True)
        elif isinstance(node, ast.ImportFrom):
            up = node.level - 1
            base = parents[: len(parents) - up] if up <= len(parents) else ["<above the package>"]
            base += node.module.split(".") if node.module else []
            for alias in node.names:
                yield Import(module, node.lineno, ".".join([*base, alias.name]), foreign=False)


def _foreign_reason(item: Import) -> str | None:
    top = item.target.partition(".")[0]
    if top == NAME:
        return "an absolute import of the package: a copy under another name would not find it"
    if item.target.startswith("importlib.metadata") or top == "pkg_resources":
        return "asks for the installed distribution"
    if item.module in PURE and top in IMPURE:
        return f"a pure module imports {top}"
    allowed = DEPENDENCIES | ({"uvicorn"} if item.module == "_fake.server" else set())
    allowed |= {"pytest"} if item.module == "pytest_plugin" else set()
    allowed |= {"rich", "typer"} if item.module.startswith("_cli.") else set()
    if top not in sys.stdlib_module_names and top not in allowed:
        return f"imports {top}, which is no dependency"
    return None


def _inner_reason(item: Import) -> str | None:
    importer, target = _unit(item.module), _unit(item.target)
    if target not in {*ORDER, *OUTSIDE}:
        return f"imports {item.target}, which is in no layer"
    if importer == "generated":
        return None if target in {"generated", "token_types"} else f"generated code imports {target}"
    if target == "generated":
        return None if importer == "_operations" else "imports generated code, which only _operations does"
    for name, modules, allowed in ISLANDS:
        if importer in modules:
            inward = target in modules and modules.index(importer) < modules.index(target)
            return None if inward or target in allowed else f"{name} imports {target}"
        if target in modules:
            return f"imports {target}, which is no part of the client"
    if (importer, target) in STRANGERS:
        return f"imports {target}, with which it has nothing to do"
    if ORDER.index(target) >= ORDER.index(importer):
        return f"imports {target}, which stands above it"
    return None
