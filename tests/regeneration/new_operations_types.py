"""Never run: copied beside a package that was regenerated with further operations, and type-checked there.

A line that must fail has an ignore for each checker, and one that nothing needs is an error to both.
"""

import datetime
from typing import Any, assert_type

from devrev_auth_client.generated.api.work_files import works_export, works_import
from devrev_auth_client.generated.api.works import works_comments_replace, works_list

from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient, Unset
from devrev_auth_client.generated import AuthenticatedClient
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get
from devrev_auth_client.generated.models import (
    AuthTokensGetRequest,
    AuthTokensGetResponse,
    ErrorBadRequest,
    ErrorInternalServerError,
    ErrorTooManyRequests,
    UserSummary,
    Work,
    WorkComment,
    WorkConflict,
    WorksListResponse,
    WorkStage,
    WorkType,
)
from devrev_auth_client.generated.types import File, Response


async def through_the_async_client(client: AsyncDevRevAuthClient) -> None:
    got = await client.call(auth_tokens_get, body=AuthTokensGetRequest(token_id="don:1"))
    assert_type(got, AuthTokensGetResponse)
    # The errors that all operations share are raised. A model of this operation's own might be a success, for all a
    # type says; and where several types are left, mypy joins them: to `object`, from which `isinstance` leads back.
    works = await client.call(works_list, owner=["me"], stage=WorkStage.OPEN, safe_to_repeat=True)
    assert_type(works, WorksListResponse | WorkConflict)  # type: ignore[assert-type]
    if isinstance(works, WorksListResponse):
        assert_type(works.works, list[Work])
    comment = await client.call(works_comments_replace, work_id="1", index=1, body=WorkComment(text="hi"))
    assert_type(comment, WorkComment)
    assert_type(await client.call(works_export), list[Work] | str)  # type: ignore[assert-type]


def through_the_sync_client(client: DevRevAuthClient) -> None:
    works = client.call(works_list, owner=["me"])
    assert_type(works, WorksListResponse | WorkConflict)  # type: ignore[assert-type]
    assert_type(client.call(works_comments_replace, work_id="1", index=1, body=WorkComment(text="hi")), WorkComment)
    nothing: None = client.call(works_import)
    del nothing


def no_endpoint(client: DevRevAuthClient) -> None:
    client.call(datetime)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def through_the_generated_functions(client: AuthenticatedClient) -> None:
    response = works_list.sync_detailed(client=client, owner=["me"], type_=[WorkType.ISSUE], limit=5)
    parsed = response.parsed
    if isinstance(parsed, WorksListResponse):
        assert_type(parsed.works, list[Work])
        assert_type(parsed.next_cursor, None | str | Unset)
    comment = works_comments_replace.sync("1", 7, client=client, body=WorkComment(text="hi"))
    assert_type(comment, ErrorBadRequest | ErrorInternalServerError | ErrorTooManyRequests | WorkComment | None)
    works_list.sync(client=client)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    works_list.sync(client=client, owner="me")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def awaited(client: AuthenticatedClient, file: File) -> Response[Any]:
    assert_type(await works_export.asyncio(client=client, body=[WorkStage.OPEN]), list[Work] | str | None)
    return await works_import.asyncio_detailed(client=client, body=file)


def fields(work: Work) -> None:
    assert_type(work.id, str)
    assert_type(work.due, datetime.date | None | Unset)
    assert_type(work.owner, None | Unset | UserSummary)
    assert_type(work.previous_stage, None | Unset | WorkStage)
    assert_type(work.matrix, list[list[int]] | Unset)
    assert_type(work.rank, int | str | Unset)
    Work(id="1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
