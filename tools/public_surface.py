"""Lists the package's public names in tests/contract/public_surface.txt, and holds version and changelog to the list.

    python -m tools.public_surface            write the list anew, and say what changed for callers
    python -m tools.public_surface --check    fail unless version and changelog follow from what changed

The last release is the newest tag `v1.2.3` before this commit, with the list as it was committed there. What may break
a caller is a major step, what only adds a minor one, all else a patch. From 1.0.0 on they raise the first, second and
third number; before it a major step raises the second, and the others the third. griffe says which calls no longer fit
a signature. It compares no types, so that is done here.
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import griffe
from packaging.version import Version

from tools.paths import PACKAGE, ROOT

LIST = Path("tests") / "contract" / "public_surface.txt"
_SPECIAL = frozenset({"__init__", "__call__", "__enter__", "__aenter__"})
_ATTRS = frozenset({"attrs.define", "attrs.frozen", "attrs.mutable"})


def listing(package: Path) -> str:
    """Return a line for each public name below a package folder; nothing of it is imported or run."""
    loader = griffe.GriffeLoader(search_paths=[package.parent], allow_inspection=False)
    # Without `try_relative_path=False` a folder of that name in the working directory comes first.
    root = loader.load(package.name, try_relative_path=False)
    loader.resolve_aliases(implicit=False, external=False)
    return "\n".join(sorted(_members("", root))) + "\n"


def _members(prefix: str, holder: griffe.Object | griffe.Alias) -> Iterator[str]:
    members: dict[str, griffe.Object | griffe.Alias] = dict(holder.members)
    if isinstance(holder, griffe.Class):  # what a public base has is listed there
        inherited = holder.inherited_members.items()
        members.update(
            (name, each) for name, each in inherited if _is_private(each.target_path) and name not in members
        )
    for name, member in members.items():
        if isinstance(member, griffe.Module) and _is_private(f"{member.path}."):
            continue
        if name in _SPECIAL or (member.is_public and not name.startswith("__")):
            yield from _lines(prefix + name, member)


def _lines(name: str, member: griffe.Object | griffe.Alias) -> Iterator[str]:
    if isinstance(member, griffe.Alias):
        path = member.final_target.path if member.resolved else member.target_path
        if not _is_private(path):
            yield f"{name} = {path.removeprefix(f'{PACKAGE}.')}"
            return
        member = member.final_target
    if isinstance(member, griffe.Module):
        yield from _members(f"{name}.", member)
    elif isinstance(member, griffe.Class):
        kind = "attrs class" if _is_attrs(member) else "class"
        bases = [str(base) for base in member.bases if isinstance(base, str) or not _is_private(base.canonical_path)]
        yield f"{name} {kind}({', '.join(bases)})"
        yield from _members(f"{name}.", member)
    elif isinstance(member, griffe.Function):
        for parameter in [each for each in member.parameters if each.name.startswith("_")]:
            del member.parameters[parameter.name]
        yield f"{name} {'async def' if 'async' in member.labels else 'def'}{member.signature(name=' ').strip()}"
    elif isinstance(member, griffe.Attribute) and not str(member.value).startswith("TypeVar("):
        kind = " property" if "property" in member.labels else ""
        annotation = "" if member.annotation is None else f"{kind}: {member.annotation}"
        is_field = _is_attrs(member.parent) and not kind
        value = _default(member) if is_field or not annotation else None
        yield f"{name}{annotation}{'' if value is None else f' = {value}'}"


def _is_private(path: str) -> bool:
    # What a room is made of is its own affair; callers import from the room.
    return re.search(rf"\._(?!_)|{PACKAGE}\.(testing|cli|vendor)\.[a-z]+\.", path) is not None


def _is_attrs(member: griffe.Object | None) -> bool:
    decorators = member.decorators if isinstance(member, griffe.Class) else []
    return any(decorator.callable_path in _ATTRS for decorator in decorators)


def _default(attribute: griffe.Attribute) -> str | None:
    """Return an attribute's value; for an `attrs.field(...)` its default, as the class's argument has it."""
    value = attribute.value.last if isinstance(attribute.value, griffe.ExprAttribute) else attribute.value
    if not isinstance(value, griffe.ExprCall) or value.canonical_path != "attrs.field":
        return None if value is None else str(value)
    given = {each.name: str(each.value) for each in value.arguments if isinstance(each, griffe.ExprKeyword)}
    return "..." if given.get("init") == "False" else given.get("default", given.get("factory"))


@dataclass(frozen=True)
class Change:
    """One difference between two lists, for those who call the package."""

    name: str
    what: str
    is_breaking: bool

    def __str__(self) -> str:
        return f"{'!' if self.is_breaking else '+'} {self.name}: {self.what}"


def changes(before: str, after: str) -> Iterator[Change]:
    """Yield what differs between two lists, by name; of a class that came or went, the class alone."""
    old, new = (dict(re.findall(r"^([\w.]+)(.*)$", text, re.MULTILINE)) for text in (before, after))
    for name in sorted(old.keys() | new.keys()):
        was, now, holder = old.get(name, ""), new.get(name, ""), name.rpartition(".")[0]
        is_field = new.get(holder, "").startswith(" attrs class") and now.startswith(":")
        if was == now:
            continue
        if not now:
            if holder in new or holder not in old:
                yield Change(name, "removed", is_breaking=True)
        elif not was:
            if holder in old or holder not in new:
                yield Change(name, f"added{now}", is_field and " = " not in now)
        elif " def(" in was and " def(" in now:
            yield from (Change(name, what, is_breaking) for what, is_breaking in _calls(was.strip(), now.strip()))
        elif " class(" in was and " class(" in now:
            yield Change(name, f"was{was}, is{now}", not _bases(was) <= _bases(now))
        elif is_field:  # an argument too, so no other type will do
            yield Change(name, f"was{was}, is{now}", not now.startswith(f"{was} = "))
        else:
            fits = ": " in was and ": " in now and _types(now.partition(": ")[2]) <= _types(was.partition(": ")[2])
            yield Change(name, f"was{was}, is{now}", not fits)


def _calls(was: str, now: str) -> Iterator[tuple[str, bool]]:
    """Yield what a changed signature means for callers, and whether it breaks their calls."""
    if was.startswith("async") != now.startswith("async"):
        yield f"was {was.partition('(')[0]}, is {now.partition('(')[0]}", True
    before, after = (griffe.visit("api", Path("api"), f"{text.replace('def', 'def f', 1)}: ...") for text in (was, now))
    broken = [*griffe.find_breaking_changes(before, after)]
    for breakage in broken:
        parameter = breakage.old_value or breakage.new_value
        yield f"{breakage.kind.value.lower()}: {getattr(parameter, 'name', parameter)}", True
    old, new = before.functions["f"], after.functions["f"]
    taken = {each.name: str(each.annotation) for each in old.parameters}
    for name, kind in () if broken else [(each.name, str(each.annotation)) for each in new.parameters]:
        if name not in taken:
            yield f"takes {name}: {kind}", False
        elif taken[name] != kind:
            yield f"{name} takes {kind}, before {taken[name]}", not _types(taken[name]) <= _types(kind)
    given, promised = str(new.returns), str(old.returns)
    if given != promised:
        yield f"returns {given}, before {promised}", not _types(given) <= _types(promised)


def _bases(text: str) -> set[str]:
    return set(re.findall(r"[\w.]+", text.partition("(")[2]))


def _types(annotation: str) -> set[str]:
    """Return the members of a union, or the one type there is."""
    return set(re.split(r" \| (?![^\[]*\])", annotation))


def last_release(root: Path) -> tuple[Version, str] | None:
    """Return version and list of the newest release that leads to this commit, or None before the first.

    :raises ValueError: this clone does not know its releases.
    """
    tag = _git(root, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*.[0-9]*.[0-9]*").strip()
    if tag:
        return Version(tag.removeprefix("v")), _git(root, "show", f"{tag}:{LIST.as_posix()}")
    if _git(root, "rev-parse", "--is-shallow-repository").strip() == "true":
        raise ValueError("a shallow clone does not know the last release; run `git fetch --tags --unshallow`")
    return None


def _git(root: Path, *arguments: str) -> str:
    """Return what git prints, and nothing where it fails or there is no git."""
    try:
        return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def following(version: Version, found: Sequence[Change]) -> Version:
    """Return the version that follows one after some changes."""
    major, minor, patch = version.release
    if any(change.is_breaking for change in found):
        return Version(f"{major + 1}.0.0" if major else f"0.{minor + 1}.0")
    return Version(f"{major}.{minor + 1}.0" if found and major else f"{major}.{minor}.{patch + 1}")


def problems(root: Path) -> Iterator[str]:
    """Yield where version and changelog do not follow from what changed since the last release."""
    release = last_release(root)
    literal = re.search(r'^__version__ = "(.+)"$', (root / PACKAGE / "_version.py").read_text("utf-8"), re.MULTILINE)
    version = Version(Version(literal[1]).base_version if literal else "0")
    found = [*changes(release[1], listing(root / PACKAGE))] if release else []
    if release and (found or version != release[0]) and version < following(release[0], found):
        yield f"_version.py says {version}; after {release[0]} comes {following(release[0], found)} or later:"
        yield from (f"  {change}" for change in found)
    if release and not found and version == release[0]:
        return
    text = (root / "CHANGELOG.md").read_text("utf-8")
    sections = re.findall(
        rf"^## \[(?:{re.escape(str(version))}|Unreleased)\].*\n((?:(?!## ).*\n)*)", text, re.MULTILINE
    )
    if not "".join(sections).strip():
        yield f"CHANGELOG.md has nothing under `## [{version}]` or `## [Unreleased]`; say what changed"
    for change in found:
        # Who calls an operation names it; its new models come with it.
        is_new_model = not change.is_breaking and change.name.startswith("generated.models.")
        if not is_new_model and not re.search(rf"\b{change.name.rpartition('.')[2]}\b", "".join(sections)):
            yield f"CHANGELOG.md does not mention {change}"


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write or check; the exit status is 1 if the check failed."""
    try:
        if arguments == ["--check"]:
            found = [*problems(root)]
            print("\n".join(found), file=sys.stderr, end="\n" if found else "")
            return 1 if found else 0
        release, now = last_release(root), listing(root / PACKAGE)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    before = release[1] if release else (root / LIST).read_text("utf-8")
    print(f"Public surface since {f'the release {release[0]}' if release else 'the list as it was'}:")
    print("\n".join(f"  {change}" for change in changes(before, now)) or "  no difference")
    (root / LIST).write_text(now, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
