"""A run that is killed, at whatever moment, leaves the old copy or the new one; the next run clears up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from devrev_auth_client import vendor
from devrev_auth_client._vendoring import swap
from tests.vendoring.sources import contents, least

DRIVER = Path(__file__).with_name("killed_runs.py")
AT_LEAST = 20


def states(tmp_path: Path, kind: str) -> dict[str, int]:
    """How often each state was found after a kill."""
    old, new = least(tmp_path / "a", "1.0.0"), least(tmp_path / "b", "2.0.0", errors="changed = True\n")
    (tmp_path / "work").mkdir()
    command = [sys.executable, "-I", str(DRIVER), str(old), str(new), str(tmp_path / "work"), kind]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, int] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
@pytest.mark.slow
def test_old_or_new_whenever_it_is_killed(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    if not swap._exchange(one, other):
        pytest.skip("this system cannot exchange two folders in one step")
    found = states(tmp_path, "exchanged")
    assert found.keys() == {"make: none", "make: new", "renew: old", "renew: new"}
    assert found["renew: old"] > AT_LEAST
    assert found["renew: new"] > AT_LEAST


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
def test_where_folders_cannot_be_exchanged_the_next_run_finds_the_old_copy(tmp_path: Path) -> None:
    """Never a mixture there either; between two renames the copy's name is free, and `renew` after it succeeded."""
    found = states(tmp_path, "renamed")
    assert found.keys() == {"renew: old", "renew: none", "renew: new"}
    assert found["renew: none"] >= 1
    assert found["renew: old"] > AT_LEAST
    assert found["renew: new"] > AT_LEAST


def test_runs_at_once_wait_for_one_another(tmp_path: Path) -> None:
    """Two sources, one copy: it is always one or the other, and nothing fails."""
    sources = [least(tmp_path / name, "1.0.0", errors=f"name = {name!r}\n") for name in ("a", "b")]
    copy = tmp_path / "host" / "sdk"
    vendor.copy(copy, source=sources[0])
    with ThreadPoolExecutor(4) as threads:
        runs = [threads.submit(vendor.update, copy, source=sources[number % 2]) for number in range(20)]
        for run in runs:
            run.result()
    expected = [contents(source) for source in sources]
    found = contents(copy)
    found.pop("vendored.json")
    assert found in expected
    assert [path.name for path in copy.parent.iterdir()] == ["sdk"]
