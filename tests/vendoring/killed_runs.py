"""Kills runs of the vendor command and looks at what they leave; a program of its own, because it forks.

    python -I killed_runs.py OLD NEW WORK exchanged|renamed

OLD and NEW are two versions of a package; NEW's command makes and renews copies in WORK. A run is killed before each
of its steps that change something, as Python's audit events show them, and then at random moments. Prints, as JSON, how
often each state was found.
"""

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

OLD, NEW, WORK = map(Path, sys.argv[1:4])
sys.path.insert(0, str(NEW.parent))
if TYPE_CHECKING:
    from devrev_auth_client import vendor
    from devrev_auth_client._vendoring import swap
else:  # NEW's
    from sdk import vendor
    from sdk._vendoring import swap

EXCHANGED = sys.argv[4] == "exchanged"
if not EXCHANGED:
    vars(swap)["_exchange"] = lambda one, other: False

# What is written outlives its process all the same; only a power cut takes away what was not forced to disk.
vars(os)["fsync"] = lambda handle: None

RANDOM_KILLS = 25
# To exchange folders is a call of a C function, which is looked up right before.
CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "fcntl.flock", "ctypes.dlsym")
PARTS = {".copy.vendor-fresh", ".copy.vendor-previous"}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def make(copy: Path) -> None:
    vendor.copy(copy)


def renew(copy: Path) -> None:
    vendor.update(copy)


def steps() -> Iterator[Callable[[], None]]:
    """Ways to die: before the first step that changes something, before the second, and so on without end."""
    number = 0
    while True:
        number += 1
        left = [number]

        def die_at(event: str, arguments: Any, left: list[int] = left) -> None:
            if event.startswith(CHANGES) or (event == "open" and "x" in str(arguments[1])):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        yield partial(sys.addaudithook, die_at)


def killed(run: Callable[[Path], None], copy: Path, prepare: Callable[[], None], seconds: float | None = None) -> bool:
    """Run it in a child that is killed; False if it was done before."""
    child = os.fork()
    if child == 0:
        try:
            prepare()
            run(copy)
        except BaseException as error:
            os.write(2, repr(error).encode())
            os._exit(1)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def main() -> None:
    vendor.copy(WORK / "old", source=OLD)
    vendor.copy(WORK / "new")
    old, new = contents(WORK / "old"), contents(WORK / "new")
    found: Counter[str] = Counter()
    host = WORK / "host"
    copy = host / "copy"

    def state() -> str:
        assert {path.name for path in host.iterdir()} <= {"copy", *PARTS}
        if not copy.exists():
            return "none"
        left = contents(copy)
        return "old" if left == old else "new" if left == new else "mixed"

    def try_one(run: Callable[[Path], None], prepare: Callable[[], None], seconds: float | None = None) -> bool:
        """Start from the old copy or from none, kill, look, and let the next run put everything right."""
        vendor.copy(copy, source=OLD) if run is renew else host.mkdir(exist_ok=True)
        died = killed(run, copy, prepare, seconds)
        after = state()
        found[f"{run.__name__}: {after}"] += 1
        if run is make and after == "none":
            make(copy)
        else:
            renew(copy)
        assert state() == "new"
        assert [path.name for path in host.iterdir()] == ["copy"]
        copy.rename(WORK / f"done{sum(found.values())}")
        return died

    # A new copy is made the same way in both.
    for run in (make, renew) if EXCHANGED else (renew,):
        for prepare in steps():
            if not try_one(run, prepare):
                break
        begun = time.monotonic()
        try_one(run, lambda: None)
        duration = time.monotonic() - begun
        for _ in range(RANDOM_KILLS):
            try_one(run, lambda: None, random.uniform(0, duration))
    sys.stdout.write(json.dumps(found))


main()
