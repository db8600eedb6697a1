"""Builds the release from the last commit into dist/, twice, and looks it over; `make release-check` runs it.

The environment is that of requirements/release.txt. Uncommitted changes are not part of a release.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "devrev_auth_client"

# Without this variable the build backend dates every file alike: same commit, same bytes, on every machine.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}


class ReleaseError(Exception):
    """The release is not fit to go out. The text says why."""


def run(*command: str | Path, cwd: Path = ROOT, umask: int = -1) -> str:
    """Run a command and return its standard output."""
    arguments = [str(part) for part in command]
    done = subprocess.run(
        arguments, cwd=cwd, env=_ENVIRONMENT, umask=umask, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise ReleaseError(f"{done.stdout}\n{' '.join(arguments)}: exit status {done.returncode}")
    return done.stdout


def tool(name: str) -> Path:
    """Find a tool of this environment."""
    return Path(sys.executable).with_name(name)


def build(folder: Path) -> dict[str, bytes]:
    """Build sdist and wheel from two clones that differ in all that must not matter; return the files, by name.

    The clones differ in path, time and permissions; in the first the wheel is built from the sdist, as installers
    do, and in the second from the clone.
    """
    plans: list[tuple[int, list[tuple[str, ...]]]] = [(0o022, [()]), (0o077, [("--wheel",), ("--sdist",)])]
    results: list[dict[str, bytes]] = []
    for number, (umask, forms) in enumerate(plans):
        clone, out = folder / f"clone{number}", folder / f"out{number}"
        run("git", "clone", "--quiet", "--no-local", ROOT, clone, umask=umask)
        seconds = 10**9 + number * 10**8
        for path in clone.rglob("*"):
            os.utime(path, (seconds, seconds))
        for form in forms:
            run(sys.executable, "-m", "build", "--no-isolation", *form, "--outdir", out, clone, umask=umask)
        results.append({file.name: file.read_bytes() for file in out.iterdir()})
    one, two = results
    differing = [name for name in sorted(one.keys() | two.keys()) if one.get(name) != two.get(name)]
    if differing:
        raise ReleaseError(f"two builds of one commit differ: {', '.join(differing)}; compare them in {folder}")
    return one


def write_sbom(wheel: Path, folder: Path, target: Path) -> None:
    """Write a CycloneDX SBOM: this package, and the newest of its dependencies that it is tested with.

    It is taken from an environment in which nothing else is installed, and says nothing of this machine.
    """
    pins, python = folder / "runtime.txt", folder / "runtime" / "bin" / "python"
    compile_ = ("pip", "compile", "--quiet", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links")
    run(tool("uv"), *compile_, "pyproject.toml", "--constraint", "requirements/dev.txt", "--output-file", pins)
    run(tool("uv"), "venv", "--quiet", "--python", sys.executable, folder / "runtime")
    install = ("pip", "install", "--quiet", "--python", python)
    run(tool("uv"), *install, "--require-hashes", "--requirements", pins)
    # By name from a folder, not by path, which the installed package would remember and the SBOM repeat.
    links = ("--no-index", "--find-links", wheel.parent)
    run(tool("uv"), *install, "--no-deps", *links, PACKAGE)
    # The tool knows no version that a build backend finds out.
    project, dynamic = folder / "pyproject.toml", 'dynamic = ["version"]'
    before, _, after = (ROOT / "pyproject.toml").read_text("utf-8").partition(dynamic)
    project.write_text(f'{before}version = "{wheel.name.split("-")[1]}"{after}', encoding="utf-8")
    form = ("--output-reproducible", "--of", "JSON", "--mc-type", "library", "--pyproject", project)
    run(tool("cyclonedx-py"), "environment", *form, "--output-file", target, python)
    if str(Path.home()) in (text := target.read_text("utf-8")) or str(ROOT) in text:
        raise ReleaseError(f"{target} has a path of this machine in it")


def main() -> int:
    """Build and check; the exit status is 1 if anything is wrong."""
    work, dist = ROOT / "build" / "release", ROOT / "dist"
    for folder in (work, dist):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    try:
        if run("git", "status", "--porcelain").strip():
            print("Uncommitted changes are left out: what is built is the last commit.", file=sys.stderr)
        for name, content in build(work).items():
            (dist / name).write_bytes(content)
        (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
        print(f"built twice, the same bytes: {wheel.name}, {sdist.name}")
        run(sys.executable, "-m", "tools.check_dist", dist, cwd=work / "clone0")
        print("they hold what they should")
        print(run(tool("check-wheel-contents"), wheel).strip())
        print(run(tool("twine"), "check", "--strict", wheel, sdist).strip())
        # There is no public page and no mail address to name.
        print(run(tool("pyroma"), "--min", "10", "--skip-tests", "AuthorEmail,Url", sdist).strip())
        write_sbom(wheel, work, dist / "sbom.cdx.json")
        print("the SBOM is dist/sbom.cdx.json")
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
