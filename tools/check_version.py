"""Holds the version and the changelog to what changed for callers since the last release.

    python -m tools.check_version                     fail where they do not match
    python -m tools.check_version --record            part of a release: write down the public API of this version
    python -m tools.check_version --record v0.2.0     the same from a tag, where a release forgot to

Which step a change asks for: tools/public_api/steps.py. The changelog names each public name that changed.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.version import Version

from tools.paths import PACKAGE, ROOT
from tools.public_api import releases
from tools.public_api.changes import Change, Weight, changes
from tools.public_api.listing import listing
from tools.public_api.releases import Release
from tools.public_api.steps import STEPS, after, describe, weight_of

# Who calls an operation names it; its models come with it.
_UNMENTIONED = re.compile(r"generated\.models\.")


def current_version(root: Path) -> Version:
    """Return the version literal."""
    file = root / PACKAGE / "_version.py"
    told = re.search(r'^__version__ = "([^"]+)"$', file.read_text(encoding="utf-8"), re.MULTILINE)
    if told is None:
        raise ValueError(f'{file}: has no line __version__ = "1.2.3"')
    return Version(told[1])


def problems(root: Path) -> list[str]:
    """List where version and changelog do not match what changed since the last release."""
    last, tag, record = releases.last(root, PACKAGE), releases.tagged(root), releases.recorded(root)
    version = Version(current_version(root).base_version)
    found = changes(last.api, listing(root / PACKAGE)) if last else []
    texts = [*_wrong_version(version, last, weight_of(found)), *_wrong_changelog(root, version, last, found)]
    if tag is not None and (record is None or record.version < tag):
        texts.append(f"tools/: the release v{tag} left no record; run `make record-release TAG=v{tag}` and commit")
    if texts and last and found:
        texts.append(describe(last, found))
    return texts


def _wrong_version(version: Version, last: Release | None, weight: Weight) -> Iterator[str]:
    if last is None or (version == last.version and weight is Weight.NONE):
        return
    least = after(last.version, weight)
    steps = sorted({after(last.version, step) for step in Weight} | {Version(f"{last.version.major + 1}.0.0")})
    following = [step for step in steps if step >= least]
    if version not in following:
        yield (
            f"{PACKAGE}/_version.py: says {version}; after {last.version} and a {STEPS[weight]} change comes "
            f"{' or '.join(map(str, following))}"
        )


def _wrong_changelog(root: Path, version: Version, last: Release | None, found: Sequence[Change]) -> Iterator[str]:
    if last is not None and version == last.version and not found:
        return
    heading, section = _section(root, version)
    if not section.strip():
        yield f"CHANGELOG.md: has nothing under `## [{version}]` or `## [Unreleased]`; say what changed"
        return
    for change in found:
        if change.weight is not Weight.BREAKING and _UNMENTIONED.match(change.name):
            continue
        if not re.search(rf"\b{re.escape(change.name.rpartition('.')[2])}\b", section):
            yield f"CHANGELOG.md: `{heading}` does not mention `{change.name}` ({change.what})"


def _section(root: Path, version: Version) -> tuple[str, str]:
    """Return heading and text of the changelog's part on a version, or on what is not released yet."""
    file = root / "CHANGELOG.md"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    for name in (re.escape(str(version)), "Unreleased"):
        told = re.search(rf"^(## \[?v?{name}\]?(?![\w.]).*)\n((?:(?!## ).*\n?)*)", text, re.MULTILINE)
        if told:
            return told[1], told[2]
    return "", ""


def record(root: Path, tag: str) -> Path:
    """Write down the public API of the current version, or of a tag's.

    :raises ValueError: version and changelog do not match what changed, or there is no such tag.
    """
    if tag:
        release = releases.at_tag(root, PACKAGE, Version(tag.removeprefix("v")))
    else:
        version = current_version(root)
        wrong = problems(root)
        if str(version) not in _section(root, version)[0]:
            wrong.append(f"CHANGELOG.md: has no `## [{version}]`; rename `## [Unreleased]` for the release")
        if wrong:
            raise ValueError("\n".join(wrong))
        release = Release(version, listing(root / PACKAGE))
    return releases.record(root, PACKAGE, release)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Check or record; the exit status is 1 if that failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.check_version", description="Check the version.")
    parser.add_argument("--record", nargs="?", const="", metavar="TAG", help="write down the public API of a release")
    options = parser.parse_args(arguments)
    try:
        if options.record is not None:
            print(f"Wrote {record(root, options.record)}; commit it with the release.")
            return 0
        wrong = problems(root)
    except ValueError as error:
        wrong = [str(error)]
    for text in wrong:
        print(text, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
