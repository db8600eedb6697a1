"""An SDK in two versions, and a host that has nothing yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vendoring.host import Host, sdk


@pytest.fixture(scope="session")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sdk(tmp_path_factory.mktemp("old"), "1.9.0")


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sdk(tmp_path_factory.mktemp("new"), "1.10.0", errors="ADDED = True")


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "host")
