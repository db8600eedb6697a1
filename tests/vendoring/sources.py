"""What the vendor command copies in tests: the real package, or the least that makes one."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import devrev_auth_client

PACKAGE = Path(devrev_auth_client.__file__).parent
DESCRIPTION_SHA256 = hashlib.sha256(b"a description").hexdigest()


def least(folder: Path, version: str = "1.0.0", **files: str) -> Path:
    """The least that makes a package to copy: quick to write and to compare. `files` are its modules, by name."""
    package = folder / "sdk"
    shutil.copytree(PACKAGE / "_vendoring", package / "_vendoring", ignore=shutil.ignore_patterns("__pycache__"))
    (package / "generated").mkdir()
    texts = {
        "LICENSE": "A licence.\n",
        "__init__.py": "",
        "_version.py": f'__version__ = "{version}"\n',
        "generated/README.md": f"Made from a description, sha256 {DESCRIPTION_SHA256}.\n",
        "generated/py.typed": "",
        "errors.py": "class SomeError(Exception):\n    pass\n",
        "vendor.py": (PACKAGE / "vendor.py").read_text("utf-8"),
    }
    for name, text in (texts | {f"{name}.py": text for name, text in files.items()}).items():
        (package / name).write_text(text, encoding="utf-8")
    return package


def real(folder: Path, version: str) -> Path:
    """The real package as it might be in another version."""
    package = folder / "devrev_auth_client"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (package / "_version.py").write_text(f'"""The version."""\n\n__version__ = "{version}"\n', encoding="utf-8")
    return package


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path; no folder has no files."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
