"""Which version follows from what changed.

The rule, after semantic versioning: what may break a caller is a major step, what only adds is a minor one, all else a
patch. From 1.0.0 on these raise the first, second and third number. Before it, a major step raises the second number,
and a minor one or a patch the third: `~=0.2.1` takes what keeps working.
"""

from collections.abc import Sequence
from pathlib import Path

from packaging.version import Version

from . import releases
from .changes import Change, Weight, changes
from .listing import listing
from .releases import Release

STEPS = {Weight.BREAKING: "major", Weight.COMPATIBLE: "minor", Weight.NONE: "patch"}


def after(version: Version, weight: Weight) -> Version:
    """Return the version that follows one by the step that a weight asks for."""
    major, minor, patch = version.major, version.minor, version.micro
    if weight is Weight.BREAKING:
        return Version(f"{major + 1}.0.0") if major else Version(f"0.{minor + 1}.0")
    if weight is Weight.COMPATIBLE and major:
        return Version(f"{major}.{minor + 1}.0")
    return Version(f"{major}.{minor}.{patch + 1}")


def weight_of(found: Sequence[Change]) -> Weight:
    """Return the heaviest of some changes."""
    return max((change.weight for change in found), default=Weight.NONE)


def describe(last: Release, found: Sequence[Change]) -> str:
    """Say what changed for callers since the last release, and the step that follows."""
    weight = weight_of(found)
    step, version = STEPS[weight], after(last.version, weight)
    ending = (
        f"That asks for a {step} step, {version} or later: see devrev_auth_client/_version.py and CHANGELOG.md."
        if found
        else f"Released as it is, it would be a {step} step, {version}."
    )
    return "\n".join([f"Public API since {last.version}, the last release:", *_lines(found), ending])


def describe_run(root: Path, package: Path, before: str | None) -> str:
    """Say what generating meant for callers: since the last release or, before the first one, by this run."""
    last = releases.last(root, package.name)
    now = listing(package)
    if last is not None:
        return describe(last, changes(last.api, now))
    if before is None:
        return "The package has its generated part again. There is no release yet to compare it with."
    found = changes(before, now)
    step = STEPS[weight_of(found)]
    lines = ["Public API, by this run (there is no release yet to compare it with):", *_lines(found)]
    return "\n".join([*lines, f"After a release that would be a {step} step; before the first none is needed."])


def _lines(found: Sequence[Change]) -> list[str]:
    return [f"  {change}" for change in found] or ["  no difference"]
