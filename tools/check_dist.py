"""Looks into the sdist and the wheel that `make build` made; run as `python -m tools.check_dist dist`.

The wheel holds the package folder as it stands here, its metadata, and nothing else. The sdist holds that folder too,
and what `make test` needs.
"""

import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "devrev_auth_client"

_METADATA = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
_TOP = ("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "generator-config.yaml")
_FILES = {*_TOP, "pyproject.toml", "mkdocs.yml"}
_FOLDERS = ("docs", "examples", "openapi", "requirements", "tests", "tools")


def files_in(folder: str) -> set[str]:
    """List a folder's files by their path here, without what Python and tools leave behind."""
    paths = [path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()]
    return {path.as_posix() for path in paths if not any(_is_left_behind(part) for part in path.parts)}


def _is_left_behind(part: str) -> bool:
    return part == "__pycache__" or part.startswith(".")


def problems(dist: Path) -> Iterator[str]:
    """Yield what is missing from the two archives or does not belong there."""
    wheels, sdists = list(dist.glob("*.whl")), list(dist.glob("*.tar.gz"))
    if len(wheels) != 1 or len(sdists) != 1:
        yield f"{dist} must hold one wheel and one sdist"
        return
    with zipfile.ZipFile(wheels[0]) as wheel:
        names = set(wheel.namelist())
    metadata = {name for name in names if ".dist-info/" in name}
    yield from _compare(wheels[0].name, names - metadata, files_in(PACKAGE))
    yield from _compare(wheels[0].name, {name.partition("/")[2] for name in metadata}, _METADATA)
    with tarfile.open(sdists[0]) as sdist:
        names = {member.name.partition("/")[2] for member in sdist.getmembers() if member.isfile()}
    expected = _FILES.union(files_in(PACKAGE), *map(files_in, _FOLDERS))
    left_behind = {name for name in names if any(_is_left_behind(part) for part in name.split("/"))}
    yield from _compare(sdists[0].name, (names & expected) | left_behind - {".gitignore"}, expected)


def _compare(archive: str, held: set[str], expected: set[str]) -> Iterator[str]:
    yield from (f"{archive} lacks {name}" for name in sorted(expected - held))
    yield from (f"{archive} should not hold {name}" for name in sorted(held - expected))


def main() -> int:
    """Check the folder of the command line; the exit status is 1 where something is wrong."""
    found = list(problems(Path(sys.argv[1])))
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
