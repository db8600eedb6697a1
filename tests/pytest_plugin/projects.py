"""What the tests of the pytest plugin need for the runs that they start."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import devrev_auth_client

# Plugins of this environment that have nothing to do with ours, and take long to load.
UNRELATED = ("cacheprovider", "cov", "hypothesispytest")
WITHOUT_UNRELATED = [word for name in UNRELATED for word in ("-p", f"no:{name}")]

# What a run inside this process imports is forgotten after it. Modules of two imports do not know each other's classes,
# so that all are imported here, but for the one under test and for those that nothing else uses.
for found in pkgutil.iter_modules(devrev_auth_client.__path__, "devrev_auth_client."):
    if found.name.rpartition(".")[2] not in {"pytest_plugin", "cli", "_cli"}:
        import_module(found.name)
