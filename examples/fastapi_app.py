"""A FastAPI app that reads tokens: one client for the whole app, and an HTTP response for each error.

    pip install fastapi uvicorn
    uvicorn --app-dir examples --no-access-log fastapi_app:app      the token comes from DEVREV_TOKEN

    GET /tokens/{token_id}          shows the token's metadata
    GET /active-tokens/{token_id}   204 for an active token, 410 for one that is not

No response repeats the request's path, because somebody may send a token instead of an id. For the same reason there is
no access log. Responses to errors give only the kind of error.
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
    """Open one client when the app starts. It keeps connections open, and all requests share its rate limit.

    The app's callers wait ten seconds at most. If DevRev asks for a longer wait, the app passes it on at once.
    """
    async with AsyncDevRevAuthClient(total_timeout=10) as client:
        app.state.devrev = client
        yield


app = FastAPI(lifespan=lifespan)


async def devrev(request: Request) -> AsyncDevRevAuthClient:
    """Return the app's client. Tests can replace it with `app.dependency_overrides`."""
    client: AsyncDevRevAuthClient = request.app.state.devrev
    return client


async def token(token_id: str, client: Annotated[AsyncDevRevAuthClient, Depends(devrev)]) -> AuthToken:
    """Return the metadata of the token whose id is in the path. The handler below responds to errors."""
    return await client.get_auth_token(token_id)


async def active_token(found: Annotated[AuthToken, Depends(token)]) -> AuthToken:
    """Accept only an active token."""
    if found.status != TokenStatus.ACTIVE:
        raise HTTPException(410, "the token is not active")
    return found


class TokenView(BaseModel):
    """The fields of a token that the app shows. A field that DevRev left out is null. For all of them: `to_dict()`."""

    id: str
    status: str | None
    type: str | None
    owner: str | None
    expires_at: datetime | None


@app.get("/tokens/{token_id:path}")
async def show_token(found: Annotated[AuthToken, Depends(token)]) -> TokenView:
    """Show a token's metadata."""
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
    """Return the status, the message, and the seconds after which to retry."""
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
        case _:  # DevRev failed or was not reached, or it refused the app's own token
            return 502, "DevRev gave no usable response", None


@app.exception_handler(errors.DevRevAuthError)
async def failed(_request: Request, error: errors.DevRevAuthError) -> JSONResponse:
    """Respond to an error of the SDK, wherever it was raised."""
    status, text, seconds = answer_to(error)
    headers = {"Retry-After": str(math.ceil(seconds))} if seconds is not None else None
    return JSONResponse({"detail": text}, status, headers)
