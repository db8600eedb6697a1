"""Version and changelog follow what changed since the last release: by a record, or by a tag."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.version import Version

from tools.check_version import main, problems
from tools.public_api import releases
from tools.public_api.changes import Weight
from tools.public_api.steps import after, describe_run

API = "def kept() -> None: ...\ndef old(a: int) -> None: ...\n"
BROKEN = API.replace("def old(a: int) -> None: ...\n", "")
ADDED = API + "def new() -> None: ...\n"


@dataclass
class Project:
    """A repository with a package, a version and a changelog."""

    root: Path

    def write(self, *, version: str | None = None, api: str | None = None, changelog: str | None = None) -> None:
        package = self.root / "devrev_auth_client"
        if version is not None:
            (package / "_version.py").write_text(f'__version__ = "{version}"\n', "utf-8")
        if api is not None:
            (package / "__init__.py").write_text(api, "utf-8")
        if changelog is not None:
            (self.root / "CHANGELOG.md").write_text(f"# Changelog\n\n{changelog}\n", "utf-8")

    def git(self, *arguments: str) -> None:
        identity = ("-c", "user.name=n", "-c", "user.email=e@example.invalid", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True, capture_output=True)  # noqa: S603, S607

    def release(self, tag: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", tag)
        self.git("tag", tag)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """One that is about to release 0.1.0."""
    made = Project(tmp_path)
    for folder in ("devrev_auth_client", "tools"):
        (tmp_path / folder).mkdir()
    made.write(version="0.1.0", api=API, changelog="## [Unreleased]\n\n- The first.")
    made.git("init", "--quiet")
    return made


@pytest.fixture
def released(project: Project) -> Project:
    """One that has released 0.1.0, with its record."""
    project.write(changelog="## [0.1.0] - 2026-01-02\n\n- The first.")
    assert main(["--record"], project.root) == 0
    project.release("v0.1.0")
    assert problems(project.root) == []
    return project


@pytest.mark.parametrize(
    ("version", "breaking", "compatible", "none"),
    [
        ("0.1.0", "0.2.0", "0.1.1", "0.1.1"),
        ("0.9.9", "0.10.0", "0.9.10", "0.9.10"),
        ("1.2.3", "2.0.0", "1.3.0", "1.2.4"),
    ],
)
def test_the_rule(version: str, breaking: str, compatible: str, none: str) -> None:
    found = [str(after(Version(version), weight)) for weight in (Weight.BREAKING, Weight.COMPATIBLE, Weight.NONE)]
    assert found == [breaking, compatible, none]


def test_before_the_first_release_only_a_changelog_is_asked_for(project: Project) -> None:
    assert problems(project.root) == []
    project.write(version="7.0.0", api=BROKEN)
    assert problems(project.root) == []
    project.write(changelog="## [Unreleased]\n")
    (problem,) = problems(project.root)
    assert problem.startswith("CHANGELOG.md: has nothing under `## [7.0.0]` or `## [Unreleased]`")
    (project.root / "CHANGELOG.md").unlink()
    assert len(problems(project.root)) == 1


def test_a_change_without_a_new_version(released: Project) -> None:
    released.write(api=BROKEN, changelog="## [Unreleased]\n\n- `old` is gone.")
    version, told = problems(released.root)
    assert version == "devrev_auth_client/_version.py: says 0.1.0; after 0.1.0 and a major change comes 0.2.0 or 1.0.0"
    assert "  ! old: removed\n" in told
    assert "That asks for a major step, 0.2.0 or later" in told


@pytest.mark.parametrize(
    ("api", "version", "fits"),
    [
        (BROKEN, "0.1.1", False),
        (BROKEN, "0.2.0", True),
        (BROKEN, "1.0.0", True),
        (BROKEN, "0.3.0", False),  # nothing was 0.2.0
        (ADDED, "0.1.1", True),
        (ADDED, "0.2.0", True),
        (ADDED, "0.1.2", False),
        (ADDED, "0.0.9", False),
        (API, "0.1.0", True),
        (API, "0.1.1", True),
        (API, "0.1.1.dev1", True),
    ],
)
def test_the_version_follows_the_change(released: Project, api: str, version: str, fits: bool) -> None:
    released.write(api=api, version=version, changelog="## [Unreleased]\n\n- `old`, `new`")
    assert (problems(released.root) == []) is fits


@pytest.mark.parametrize(
    "heading", ["## [0.2.0] - 2026-02-03", "## 0.2.0", "## v0.2.0", "## [Unreleased]", "## Unreleased"]
)
def test_the_changelog_names_what_changed(released: Project, heading: str) -> None:
    older = "\n\n## [0.1.0]\n\n- The first, with `old` and `new`."
    released.write(api=BROKEN + "def new() -> None: ...\n", version="0.2.0", changelog=f"{heading}\n\n- More.{older}")
    one, other, _ = problems(released.root)
    assert one == f"CHANGELOG.md: `{heading}` does not mention `new` (added as new() -> None)"
    assert other == f"CHANGELOG.md: `{heading}` does not mention `old` (removed)"
    released.write(changelog=f"{heading}\n\n- `new` takes the place of `old`.{older}")
    assert problems(released.root) == []


def test_a_change_under_the_heading_of_the_last_release_does_not_count(released: Project) -> None:
    released.write(api=ADDED, version="0.1.1", changelog="## [0.1.0]\n\n- `new`")
    assert problems(released.root)[0].startswith("CHANGELOG.md: has nothing under")


def test_without_tags_the_record_counts(released: Project) -> None:
    """As in a shallow clone, or in an sdist that was unpacked."""
    released.git("tag", "--delete", "v0.1.0")
    assert problems(released.root) == []
    released.write(api=BROKEN, changelog="## [Unreleased]\n\n- `old`")
    assert "says 0.1.0" in problems(released.root)[0]


def test_without_git_the_record_counts(released: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert problems(released.root) == []
    released.write(api=BROKEN, changelog="## [Unreleased]\n\n- `old`")
    assert "says 0.1.0" in problems(released.root)[0]


def test_a_tag_without_a_record_counts_and_asks_for_one(released: Project, capsys: pytest.CaptureFixture[str]) -> None:
    released.write(api=BROKEN, version="0.2.0", changelog="## [0.2.0]\n\n- `old` is gone.")
    released.release("v0.2.0")
    assert problems(released.root) == [
        "tools/: the release v0.2.0 left no record; run `make record-release TAG=v0.2.0` and commit"
    ]
    released.write(api=BROKEN + "def new() -> None: ...\n", version="0.2.1", changelog="## [0.2.1]\n\n- `new`")
    assert main(["--record", "v0.2.0"], released.root) == 0
    assert problems(released.root) == []
    record = releases.recorded(released.root)
    assert record is not None
    assert (str(record.version), "new" in record.api) == ("0.2.0", False)


def test_a_tag_elsewhere_does_not_count(released: Project) -> None:
    """Whoever works on 0.1 need not know of 0.2."""
    released.git("checkout", "--quiet", "-b", "next")
    released.write(version="0.2.0")
    released.release("v0.2.0")
    released.git("checkout", "--quiet", "-")
    released.git("tag", "version-nine")
    assert releases.tagged(released.root) == Version("0.1.0")
    assert problems(released.root) == []


def test_a_record_is_made_for_a_version_that_the_changelog_names(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--record"], project.root) == 1
    assert "CHANGELOG.md: has no `## [0.1.0]`; rename `## [Unreleased]`" in capsys.readouterr().err
    assert main(["--record", "v9.9.9"], project.root) == 1
    assert "git has no tag v9.9.9" in capsys.readouterr().err


def test_a_record_that_says_no_version_is_a_failure(released: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (released.root / "tools" / "released-api.txt").write_text(API, "utf-8")
    assert main([], released.root) == 1
    assert "released-api.txt:1: does not say which version" in capsys.readouterr().err


def test_generating_tells_what_changed_since_the_release(released: Project) -> None:
    package = released.root / "devrev_auth_client"
    assert "Released as it is, it would be a patch step, 0.1.1." in describe_run(released.root, package, None)
    released.write(api=ADDED)
    text = describe_run(released.root, package, None)
    assert text.startswith("Public API since 0.1.0, the last release:\n  + new: added as new() -> None\n")
    assert "a minor step, 0.1.1 or later" in text


def test_before_the_first_release_generating_tells_what_the_run_changed(project: Project) -> None:
    package = project.root / "devrev_auth_client"
    text = describe_run(project.root, package, BROKEN)
    assert "there is no release yet" in text
    assert "  + old: added as old(a: int) -> None\n" in text
    assert "has its generated part again" in describe_run(project.root, package, None)
