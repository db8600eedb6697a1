"""A FastAPI app that looks at tokens: one client for the whole app, and an HTTP answer for each error.

    pip install fastapi uvicorn
    uvicorn --app-dir examples --no-access-log fastapi_app:app      the token comes from DEVREV_TOKEN

    GET /tokens/{token_id}          shows the token's metadata
    GET /active-tokens/{token_id}   204 for an active token, 410 for one that is not

No answer repeats what was sent to the app, since that may be a token in the place of an id, which is why there is no
access log either. None says more of an error than its kind.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from devrev_auth_client import AsyncDevRevAuthClient, AuthToken, TokenStatus, errors


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Open one client when the app starts: its connections stay warm, and all requests wait out a rate limit together.

    Ten seconds is what a caller of this app waits at most. A longer wait that DevRev asks for is passed on at once.
    """
    async with AsyncDevRevAuthClient(total_timeout=10) as client:
        app.state.devrev = client
        yield


app = FastAPI(lifespan=lifespan)


async def devrev(request: Request) -> AsyncDevRevAuthClient:
    """Give the app's client; tests can put another one in its place with `app.dependency_overrides`."""
    client: AsyncDevRevAuthClient = request.app.state.devrev
    return client


async def token(token_id: str, client: Annotated[AsyncDevRevAuthClient, Depends(devrev)]) -> AuthToken:
    """Give the metadata of the token whose id is in the path; the handler below answers where there is none."""
    return await client.get_auth_token(token_id)


async def active_token(found: Annotated[AuthToken, Depends(token)]) -> AuthToken:
    """Let only an active token pass."""
    if found.status != TokenStatus.ACTIVE:
        raise HTTPException(410, "the token is not active")
    return found


class TokenView(BaseModel):
    """What the app shows of a token. A field that DevRev left out is null."""

    id: str
    status: str | None
    type: str | None
    owner: str | None
    expires_at: datetime | None


@app.get("/tokens/{token_id:path}")
async def show_token(found: Annotated[AuthToken, Depends(token)]) -> TokenView:
    """Show what DevRev knows of a token."""
    return TokenView(
        id=found.id,
        status=found.status or None,
        type=found.requested_token_type or None,
        owner=(found.created_by.display_name or found.created_by.id) if found.created_by else None,
        expires_at=found.expires_at or None,
    )


@app.get("/active-tokens/{token_id:path}", status_code=204, dependencies=[Depends(active_token)])
async def check_token() -> None:
    """Say whether a token is active."""


def answer_to(error: errors.DevRevAuthError) -> tuple[int, str, float | None]:
    """Return the status, the text, and after how many seconds to come again."""
    match error:
        case errors.NotFoundError():
            return 404, "no such token", None
        case errors.BadRequestError() | errors.ConfigurationError():
            return 422, "that is not the id of a token", None
        case errors.TooManyRequestsError(retry_after=seconds):
            return 429, "DevRev's rate limit is used up", seconds
        case errors.ServiceUnavailableError(retry_after=seconds):
            return 503, "DevRev is unavailable", seconds
        case errors.TotalTimeoutError():
            return 504, "DevRev took too long", None
        case _:  # it failed or was not reached, or the app's own token was refused
            return 502, "DevRev gave no usable answer", None


@app.exception_handler(errors.DevRevAuthError)
async def failed(_request: Request, error: errors.DevRevAuthError) -> JSONResponse:
    """Answer for an error of the SDK, wherever in a request it was raised."""
    status, text, seconds = answer_to(error)
    headers = {"Retry-After": str(math.ceil(seconds))} if seconds is not None else None
    return JSONResponse({"detail": text}, status, headers)
