"""The tests from the built wheel, on every Python that is supported, with the lowest and the newest dependencies.

    make test-matrix
    make test-matrix ARGS="--session 'tests-3.12(newest)'"
    make release-check                                      builds the last commit for a release, then the same

A Python that is not on this machine is skipped, and the summary says so.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PINS = {"lowest": "lowest.txt", "newest": "dev.txt"}

# The lowest pins have no development tools, so what is tested of those is left to the newest. Regeneration and the
# links in the documents are about the source folder itself: `make test` does those.
TESTS = {
    "lowest": ("tests/unit", "tests/behaviour", "tests/faults", "tests/contract", "tests/cli", "tests/testing"),
    "newest": ("tests", "--ignore=tests/regeneration", "--ignore=tests/docs"),
}

# What would be imported or tested in place of the wheel, or takes no part in testing.
NOT_COPIED = ("devrev_auth_client", "build", "dist", "__pycache__", ".*")

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv"
nox.options.envdir = "build/nox"
nox.options.download_python = "never"
nox.options.sessions = ["tests"]
nox.options.error_on_missing_interpreters = False

# pyenv keeps its Pythons in folders of their own; what it has on PATH refuses versions that are not active.
_pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
_folders = [sorted(_pyenv.glob(f"versions/{version}.*/bin"))[-1:] for version in PYTHONS]
os.environ["PATH"] = os.pathsep.join([*(str(folder) for found in _folders for folder in found), os.environ["PATH"]])


@nox.session(python=PYTHONS)
@nox.parametrize("pins", [nox.param(name, id=name) for name in PINS])
def tests(session: nox.Session, pins: str) -> None:
    """Run the tests where the package is nowhere but installed."""
    wheels = sorted((ROOT / "dist").glob("*.whl"))
    if len(wheels) != 1:
        session.error("dist/ must hold one wheel: run `make build`")
    if not (ROOT / "requirements" / PINS[pins]).exists():
        session.error(f"{PINS[pins]} is missing: run `make lock`")
    session.install("--require-hashes", "-r", str(ROOT / "requirements" / PINS[pins]))
    session.install("--no-deps", str(wheels[0]))

    folder = Path(session.create_tmp()) / "repository"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
    session.chdir(folder)
    session.run("python", "-c", "import devrev_auth_client as sdk; assert 'site-packages' in sdk.__file__, sdk")
    session.run("python", "-m", "pytest", "-q", "-n", "3", *TESTS[pins], *session.posargs)


@nox.session(venv_backend="none")
def release(session: nox.Session) -> None:
    """Build the last commit into dist/, twice, look it over, and list what it needs in an SBOM."""
    # Without this variable the build backend dates every file alike: same commit, same bytes, on every machine.
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    work, dist = ROOT / "build" / "release", ROOT / "dist"
    for folder in (work, dist):
        shutil.rmtree(folder, ignore_errors=True)
    built = [_build(session, work / name, mask) for name, mask in (("one", 0o022), ("two", 0o077))]
    if built[0] != built[1]:
        session.error(f"two builds of one commit differ: compare them in {work}")
    shutil.copytree(work / "one" / "dist", dist)
    wheel, sdist = (str(next(dist.glob(kind))) for kind in ("*.whl", "*.tar.gz"))
    session.chdir(work / "one")  # where the package is as it was committed
    session.run("check-wheel-contents", "--package", "devrev_auth_client", wheel)
    session.run("twine", "check", "--strict", wheel, sdist)
    session.run(
        "pyroma", "--min", "10", "--skip-tests", "AuthorEmail,Url", sdist
    )  # there is no page or address to name
    pins = ("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--constraint", "requirements/dev.txt")
    session.run("uv", "pip", "compile", "--quiet", *pins, "pyproject.toml", "--output-file", "runtime.txt")
    form = ("--output-reproducible", "--of", "JSON", "--output-file", str(dist / "sbom.cdx.json"))
    session.run("cyclonedx-py", "requirements", *form, "runtime.txt")


def _build(session: nox.Session, clone: Path, mask: int) -> dict[str, bytes]:
    """Build in a clone whose path, times and permissions are its own, and return the files by name."""
    before = os.umask(mask)
    session.run("git", "clone", "--quiet", "--no-local", str(ROOT), str(clone), external=True)
    for path in clone.rglob("*"):
        os.utime(path, (10**9 + mask, 10**9 + mask))
    session.run("python", "-m", "build", "--no-isolation", "--outdir", str(clone / "dist"), str(clone), silent=True)
    os.umask(before)
    return {path.name: path.read_bytes() for path in (clone / "dist").iterdir()}
