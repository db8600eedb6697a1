# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.auth_tokens_get_request import AuthTokensGetRequest
from ...models.auth_tokens_get_response import AuthTokensGetResponse
from ...models.error import Error
from ...models.error_bad_request import ErrorBadRequest
from ...models.error_forbidden import ErrorForbidden
from ...models.error_internal_server_error import ErrorInternalServerError
from ...models.error_request_entity_too_large import ErrorRequestEntityTooLarge
from ...models.error_too_many_requests import ErrorTooManyRequests
from ...types import Response


def _get_kwargs(
    *,
    body: AuthTokensGetRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/auth-tokens.get",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> (
    AuthTokensGetResponse
    | Error
    | ErrorBadRequest
    | ErrorForbidden
    | ErrorInternalServerError
    | ErrorRequestEntityTooLarge
    | ErrorTooManyRequests
    | None
):
    if response.status_code == 200:
        response_200 = AuthTokensGetResponse.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ErrorBadRequest.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Error.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ErrorForbidden.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Error.from_dict(response.json())

        return response_404

    if response.status_code == 413:
        response_413 = ErrorRequestEntityTooLarge.from_dict(response.json())

        return response_413

    if response.status_code == 429:
        response_429 = ErrorTooManyRequests.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = ErrorInternalServerError.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = Error.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[
    AuthTokensGetResponse
    | Error
    | ErrorBadRequest
    | ErrorForbidden
    | ErrorInternalServerError
    | ErrorRequestEntityTooLarge
    | ErrorTooManyRequests
]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: AuthTokensGetRequest,
) -> Response[
    AuthTokensGetResponse
    | Error
    | ErrorBadRequest
    | ErrorForbidden
    | ErrorInternalServerError
    | ErrorRequestEntityTooLarge
    | ErrorTooManyRequests
]:
    """Get Auth Token

     Gets the token metadata corresponding to the given token ID under the given Dev organization.

    Args:
        body (AuthTokensGetRequest): Asks for the metadata of one token.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AuthTokensGetResponse | Error | ErrorBadRequest | ErrorForbidden | ErrorInternalServerError | ErrorRequestEntityTooLarge | ErrorTooManyRequests]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: AuthTokensGetRequest,
) -> (
    AuthTokensGetResponse
    | Error
    | ErrorBadRequest
    | ErrorForbidden
    | ErrorInternalServerError
    | ErrorRequestEntityTooLarge
    | ErrorTooManyRequests
    | None
):
    """Get Auth Token

     Gets the token metadata corresponding to the given token ID under the given Dev organization.

    Args:
        body (AuthTokensGetRequest): Asks for the metadata of one token.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AuthTokensGetResponse | Error | ErrorBadRequest | ErrorForbidden | ErrorInternalServerError | ErrorRequestEntityTooLarge | ErrorTooManyRequests
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: AuthTokensGetRequest,
) -> Response[
    AuthTokensGetResponse
    | Error
    | ErrorBadRequest
    | ErrorForbidden
    | ErrorInternalServerError
    | ErrorRequestEntityTooLarge
    | ErrorTooManyRequests
]:
    """Get Auth Token

     Gets the token metadata corresponding to the given token ID under the given Dev organization.

    Args:
        body (AuthTokensGetRequest): Asks for the metadata of one token.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AuthTokensGetResponse | Error | ErrorBadRequest | ErrorForbidden | ErrorInternalServerError | ErrorRequestEntityTooLarge | ErrorTooManyRequests]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: AuthTokensGetRequest,
) -> (
    AuthTokensGetResponse
    | Error
    | ErrorBadRequest
    | ErrorForbidden
    | ErrorInternalServerError
    | ErrorRequestEntityTooLarge
    | ErrorTooManyRequests
    | None
):
    """Get Auth Token

     Gets the token metadata corresponding to the given token ID under the given Dev organization.

    Args:
        body (AuthTokensGetRequest): Asks for the metadata of one token.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AuthTokensGetResponse | Error | ErrorBadRequest | ErrorForbidden | ErrorInternalServerError | ErrorRequestEntityTooLarge | ErrorTooManyRequests
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
