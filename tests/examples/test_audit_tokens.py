"""The example that audits many tokens: a row for each id, whatever happens to it or to the run."""

import csv
import signal
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from devrev_auth_client import ConfigurationError
from devrev_auth_client.testing import FakeDevRev, FakeUser, Fault, IssuedToken
from tests.examples.conftest import SECRET, example
from tests.programs import Ended, Program, python, run, wait_until

Audit = Callable[..., Ended]


@pytest.fixture
def own(fake: FakeDevRev, user: FakeUser) -> IssuedToken:
    return fake.issue_token(user, secret=SECRET)


@pytest.fixture
def variables(base_url: str, own: IssuedToken) -> dict[str, str]:
    return {"DEVREV_TOKEN": own.secret, "DEVREV_BASE_URL": base_url}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.csv"


@pytest.fixture
def audit(variables: dict[str, str], out: Path) -> Audit:
    """Audit ids on standard input; the token in use is never shown."""

    def run_it(ids: list[str], *options: str) -> Ended:
        done = run(*example("audit_tokens.py", "-", str(out), *options), stdin="\n".join(ids), variables=variables)
        assert SECRET not in done.text
        return done

    return run_it


def issued(fake: FakeDevRev, user: FakeUser, count: int) -> list[str]:
    return [fake.issue_token(user).id for _ in range(count)]


def saved(folder: Path, ids: list[str]) -> str:
    file = folder / "ids"
    file.write_text("\n".join(ids), encoding="ascii")
    return str(file)


def rows_in(out: Path) -> list[dict[str, str]]:
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_id_has_a_row_and_a_failed_one_does_not_stop_the_rest(
    fake: FakeDevRev, user: FakeUser, audit: Audit, out: Path
) -> None:
    active, expired, revoked = ids = issued(fake, user, 3)
    fake.expire_token(expired)
    fake.revoke_token(revoked)
    done = audit([*ids, "no-such-token", "", active])
    assert (done.status, done.out) == (1, "")
    assert done.err.splitlines()[-1] == "4 of 4"
    rows = {row["id"]: row for row in rows_in(out)}
    statuses = {token_id: row["status"] for token_id, row in rows.items()}
    assert statuses == {active: "active", expired: "expired", revoked: "revoked", "no-such-token": ""}
    assert rows[active]["owner"] == "ada@example.com"
    assert rows[active]["expires_at"].startswith("20")
    assert [rows[token_id]["error"] for token_id in ids] == ["", "", ""]
    assert rows["no-such-token"]["error"].startswith("NotFoundError: auth_tokens_get: 404 not_found")
    assert len(fake.requests) == 4


def test_failed_ids_are_read_again_when_asked_for(fake: FakeDevRev, user: FakeUser, audit: Audit, out: Path) -> None:
    ids = issued(fake, user, 3)
    fake.respond_next(403)
    assert audit(ids).status == 1
    assert audit(ids).status == 1  # it is still so
    assert len(fake.requests) == 3
    assert audit(ids, "--retry-failed") == (0, "", "2 of 3\n3 of 3\n")
    assert len(fake.requests) == 4
    rows = rows_in(out)
    assert len(rows) == 4
    last = {row["id"]: row["error"] for row in rows}
    assert last == dict.fromkeys(ids, "")


def test_an_end_of_its_own_token_stops_it_and_is_no_row(
    fake: FakeDevRev, user: FakeUser, own: IssuedToken, audit: Audit, out: Path
) -> None:
    fake.revoke_token(own.id)
    done = audit(issued(fake, user, 3))
    assert done.status == 2
    assert done.err.splitlines()[-1].startswith("auth_tokens_get: 401 unauthenticated")
    assert out.read_text("ascii") == "id,status,owner,expires_at,error\n"


def test_a_token_among_the_ids_is_refused_before_anything_is_sent(
    fake: FakeDevRev, user: FakeUser, audit: Audit, out: Path
) -> None:
    jwt = fake.issue_token(user).secret
    refused = audit(["don:identity:dvrv-us-1:devo/1:token/1", jwt])
    assert refused == (2, "", "id 2 is a token, not an id; nothing was sent\n")
    assert not out.exists()
    assert fake.requests == []


@pytest.mark.parametrize("content", ["my notes", "my notes\n", "don:identity:dvrv-us-1:devo/1:token/1\n"])
def test_a_file_that_is_something_else_is_left_alone(out: Path, content: str) -> None:
    out.write_text(content, encoding="ascii")
    with pytest.raises(ConfigurationError, match="it was left unchanged"):
        import_module("examples.audit_tokens").rows_before(out)
    assert out.read_text("ascii") == content


def test_what_is_not_usable_is_said_without_a_traceback(out: Path) -> None:
    missing = run(*example("audit_tokens.py", "a-token-in-the-wrong-place", str(out)))
    assert missing == (2, "", "No such file or directory\n")
    without = run(*example("audit_tokens.py", "-", str(out)), stdin="id")
    assert without.status == 2
    assert "DEVREV_TOKEN" in without.err
    assert "Traceback" not in without.err


def test_names_that_others_chose_cannot_break_the_file_or_be_formulas(
    fake: FakeDevRev, audit: Audit, out: Path
) -> None:
    for name in ["=HYPERLINK(1)", 'two\nlines, "quoted"', "half a \ud83d character"]:
        fake.respond_next(json={"token": {"id": "x", "created_by": {"type": "x", "id": "u", "display_name": name}}})
    assert audit(["one", "two", "three"]).status == 0
    owners = {row["owner"] for row in rows_in(out)}
    assert owners == {"'=HYPERLINK(1)", 'two lines, "quoted"', "half a ? character"}
    assert len(out.read_text("utf-8").splitlines()) == 4


def test_a_killed_run_loses_no_row_and_the_next_one_reads_what_is_missing(
    fake: FakeDevRev, user: FakeUser, variables: dict[str, str], audit: Audit, out: Path, tmp_path: Path
) -> None:
    ids = issued(fake, user, 60)
    limit = fake.inject(Fault.too_many_requests(300), requests=range(41, 1000))
    with Program(*example("audit_tokens.py", saved(tmp_path, ids), str(out)), variables=variables) as running:
        wait_until(lambda: out.exists() and out.read_bytes().count(b"\n") > 40)
        running.stopped(signal.SIGKILL)
    before = rows_in(out)
    assert len(before) == 40
    with out.open("a", encoding="ascii") as file:
        file.write(f"{ids[-1]},act")  # the half of a row that a full disk or a lost machine leaves

    limit.stop()
    fake.requests.clear()
    done = audit(ids)
    assert (done.status, done.err.splitlines()[-1]) == (0, "60 of 60")
    rows = rows_in(out)
    assert rows[:40] == before
    assert sorted(row["id"] for row in rows) == sorted(ids)
    assert {row["status"] for row in rows} == {"active"}
    # Those that were on their way when the first run was killed may still come in.
    assert {request.body["token_id"] for request in fake.requests} == set(ids) - {row["id"] for row in before}
    fake.requests.clear()
    assert audit(ids).status == 0
    assert fake.requests == []


@pytest.mark.parametrize(
    ("rich", "status", "shown"),
    [
        ("is installed", 0, ["━━━", "5 of 5", "100%"]),
        ("is missing", 2, ["a progress bar needs rich: pip install rich"]),
    ],
)
def test_a_terminal_shows_a_bar(
    fake: FakeDevRev,
    user: FakeUser,
    variables: dict[str, str],
    out: Path,
    tmp_path: Path,
    rich: str,
    status: int,
    shown: list[str],
) -> None:
    if rich == "is missing":
        (tmp_path / "rich.py").write_text("raise ModuleNotFoundError", encoding="ascii")
    line = example("audit_tokens.py", saved(tmp_path, issued(fake, user, 5)), str(out))
    with Program(*line, terminal=True, variables=variables | {"PYTHONPATH": str(tmp_path)}) as running:
        done = running.ended()
    assert done.status == status
    assert [text for text in [*shown, "Traceback"] if text not in done.out] == ["Traceback"]


MEASURED = """
import atexit, resource, runpy, sys
atexit.register(lambda: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
runpy.run_path(sys.argv.pop(1), run_name="__main__")
"""


@pytest.mark.slow
def test_ten_thousand_ids_take_little_memory(
    fake: FakeDevRev, user: FakeUser, variables: dict[str, str], tmp_path: Path
) -> None:
    ids = issued(fake, user, 10_000)

    def memory_for(count: int) -> float:
        out = tmp_path / f"{count}.csv"
        _, _, _, *program = example("audit_tokens.py", saved(tmp_path, ids[:count]), str(out))
        done = python("-c", MEASURED, *program, variables=variables)
        assert (done.status, len(rows_in(out))) == (0, count)
        return int(done.out) / 1024

    assert memory_for(10_000) - memory_for(100) < 10
