"""The example that audits many tokens, as a run of it goes: killed, held up, on a terminal, and for 10,000 ids."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
from pathlib import Path

import pytest

from devrev_auth_client.testing import FakeDevRev, FakeUser, Fault
from tests.examples.audits import SECRET, Audit, issued, rows_in
from tests.examples.programs import PATIENCE, command, environment, run, started, wait_until


def test_a_killed_run_loses_no_row_and_the_next_one_reads_what_is_missing(
    fake: FakeDevRev, user: FakeUser, variables: dict[str, str], audit: Audit, out: Path, tmp_path: Path
) -> None:
    ids = issued(fake, user, 60)
    ids_file = tmp_path / "ids"
    ids_file.write_text("\n".join(ids), encoding="ascii")
    limit = fake.inject(Fault.too_many_requests(300), requests=range(41, 1000))
    with started(command("audit_tokens.py", str(ids_file), str(out)), **variables) as running:
        wait_until(lambda: out.exists() and out.read_bytes().count(b"\n") > 40)
        assert running.stop(signal.SIGKILL) == -signal.SIGKILL
    before = rows_in(out)
    assert len(before) == 40
    with out.open("a", encoding="ascii") as file:
        file.write(f"{ids[-1]},act")  # the half of a row that a full disk or a lost machine leaves

    limit.stop()
    fake.requests.clear()
    done = audit(ids)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "60 of 60")
    rows = rows_in(out)
    assert rows[:40] == before
    assert sorted(row["id"] for row in rows) == sorted(ids)
    assert {row["status"] for row in rows} == {"active"}
    # Those that were on their way when the first run was killed may still come in.
    assert {request.body["token_id"] for request in fake.requests} == set(ids) - {row["id"] for row in before}
    fake.requests.clear()
    assert audit(ids).returncode == 0
    assert fake.requests == []


def test_a_rate_limit_is_waited_for(tmp_path: Path) -> None:
    """This waits for a window of a second to end: the program has no clock to hand in."""
    fake = FakeDevRev(rate_limit=20, rate_window=1)
    user = fake.add_user()
    ids = issued(fake, user, 30)
    variables = {"stdin": "\n".join(ids), "DEVREV_TOKEN": fake.issue_token(user, secret=SECRET).secret}
    with fake.serve() as base_url:
        done = run("audit_tokens.py", "-", str(tmp_path / "out.csv"), DEVREV_BASE_URL=base_url, **variables)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "30 of 30")
    statuses = [request.status for request in fake.requests]
    assert statuses.count(200) == 30
    assert statuses.count(429) <= 10 + 1  # those that were on their way, and perhaps a probe


def on_a_terminal(arguments: list[str], **variables: str) -> tuple[int, str]:
    """Run the program with standard error on a terminal; return its exit status and what was shown."""
    main, side = pty.openpty()
    process = subprocess.Popen(  # noqa: S603  # our own program
        command("audit_tokens.py", *arguments), env=environment({"TERM": "xterm-256color"} | variables), stderr=side
    )
    os.close(side)
    shown = b""
    while select.select([main], [], [], PATIENCE)[0]:
        try:
            shown += os.read(main, 65_536)
        except OSError:  # how Linux says that nobody has the other side open
            break
    os.close(main)
    return process.wait(PATIENCE), shown.decode()


def test_a_terminal_shows_a_bar(
    fake: FakeDevRev, user: FakeUser, variables: dict[str, str], out: Path, tmp_path: Path
) -> None:
    ids_file = tmp_path / "ids"
    ids_file.write_text("\n".join(issued(fake, user, 5)), encoding="ascii")
    status, shown = on_a_terminal([str(ids_file), str(out)], **variables)
    assert status == 0
    assert "━━━" in shown
    assert "5 of 5" in shown
    assert "100%" in shown


def test_a_terminal_without_rich_is_told_what_to_install(
    fake: FakeDevRev, user: FakeUser, variables: dict[str, str], out: Path, tmp_path: Path
) -> None:
    (tmp_path / "rich.py").write_text("raise ModuleNotFoundError", encoding="ascii")
    ids_file = tmp_path / "ids"
    ids_file.write_text(issued(fake, user, 1)[0], encoding="ascii")
    status, shown = on_a_terminal([str(ids_file), str(out)], PYTHONPATH=str(tmp_path), **variables)
    assert status == 2
    assert "a progress bar needs rich: pip install rich" in shown
    assert "Traceback" not in shown


@pytest.mark.slow
def test_ten_thousand_ids_take_little_memory(
    fake: FakeDevRev, user: FakeUser, variables: dict[str, str], tmp_path: Path
) -> None:
    ids = issued(fake, user, 10_000)

    def memory_for(count: int) -> float:
        """Return the peak of its memory in MiB."""
        ids_file, out = tmp_path / "ids", tmp_path / f"{count}.csv"
        ids_file.write_text("\n".join(ids[:count]), encoding="ascii")
        line = command("audit_tokens.py", str(ids_file), str(out))
        process = subprocess.Popen(line, env=environment(variables), stderr=subprocess.DEVNULL)  # noqa: S603
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)  # nobody else can wait for it any more
        assert (process.returncode, len(rows_in(out))) == (0, count)
        return usage.ru_maxrss / 1024

    assert memory_for(10_000) - memory_for(100) < 10
