"""Drives the attempt loop with `await`, for asyncio and trio: fetches, waits, sends, and decides nothing of its own."""

from __future__ import annotations

import inspect
from collections.abc import Coroutine
from typing import Any

import anyio
import sniffio

from ._async_connections import AsyncConnections
from ._attempt_loop import Next
from ._call import Call, Shared
from ._credentials import Secret, token_callable_failed
from ._operations import Response
from ._outcomes import Answer, Cause, Failure, Outcome
from ._signal import Signal
from ._wire import NotedBody

AsyncShared = Shared[AsyncConnections[Any], Signal]


def pause(seconds: float, event: Signal | None = None) -> Coroutine[Any, Any, object]:
    """Wait so many seconds, or until the event is set."""
    return (event or Signal()).wait(seconds)


async def run(shared: AsyncShared, call: Call) -> Response[Any]:
    """Return the call's response or raise what its loop raises."""
    loop = call.loop().run()
    step = next(loop)
    while True:
        outcome = await _attempt(shared, call, step)
        try:
            step = loop.send(outcome)
        except StopIteration as over:
            response: Response[Any] = over.value
            return response


async def _attempt(shared: AsyncShared, call: Call, step: Next) -> Outcome:
    begun = call.clock()
    if step.wait:
        await shared.surroundings.pause(step.wait)
    token = shared.source.fixed or await _ask_for_token(shared, call, step)
    if isinstance(token, Failure):
        return token
    outcome: Outcome | None = None
    while outcome is None:
        permit: int | Failure | None = shared.gate.enter()
        if permit is None:
            permit = await _pass_gate(shared, call)
        if isinstance(permit, Failure):
            return permit
        outcome = await _send(shared, call, token, permit, begun)
    return outcome


async def _ask_for_token(shared: AsyncShared, call: Call, step: Next) -> Secret | Failure:
    import asyncio  # only here: it takes long, and trio programs have no use for it

    given: object = None
    task = asyncio.current_task() if sniffio.current_async_library() == "asyncio" else None
    cancellations = task.cancelling() if task is not None else 0
    with anyio.move_on_after(call.time_left()) as scope:
        try:
            given = shared.source.ask()
            if inspect.isawaitable(given):
                given = await given
        except asyncio.CancelledError as error:
            # A task that the callable awaits may have been cancelled; this one was not, unless it was asked to end.
            if task is None or scope.cancel_called or task.cancelling() > cancellations:
                raise
            given = token_callable_failed(type(error))
        except Exception as error:  # noqa: BLE001  # the user's callable may raise anything
            given = token_callable_failed(type(error))
    if scope.cancelled_caught:
        return call.out_of_time("while the token callable was awaited")
    return call.token(given, step)


async def _pass_gate(shared: AsyncShared, call: Call) -> int | Failure:
    waiter = shared.gate.join(call.deadline)
    try:
        while (due := shared.gate.next_pause(waiter)) is not None:
            event, seconds = due
            await shared.surroundings.pause(seconds, event)
    except BaseException:
        shared.gate.leave(waiter)
        raise
    return call.refused_by_gate() if waiter.permit is None else waiter.permit


async def _send(shared: AsyncShared, call: Call, token: Secret, permit: int, begun: float) -> Outcome | None:
    """Return what one sending met, or `None` where the gate closed while a connection was waited for."""
    transport: Any = None
    body: NotedBody | None = None
    answer: Answer | None = None
    failed: Exception | None = None
    overdue = Cause.OUT_OF_TIME
    whole = False  # whether the transport is as good as before
    waited = 0.0
    try:
        transport = await shared.connections.acquire(call.time_left())
        if transport is not None and not shared.gate.is_open(permit):
            whole = True
            return None
        if transport is not None:
            waited = call.clock() - begun
            seconds, overdue = call.bound()
            received = None
            if seconds > 0:
                request, body = call.request(token)
                received = await shared.connections.exchange(transport, request, seconds)
            if received is not None:
                answer = call.answer(received, token, waited)
            whole = body is None or (answer is not None and answer.unreadable is None)
    except Exception as error:  # noqa: BLE001  # whatever a transport raises, the caller gets ours
        failed = error
    except BaseException as stopped:  # noqa: BLE001  # a cancellation, or Ctrl-C
        # The frames below hold the request as it is sent, and whoever shows local variables would show the token.
        # So do those of what was being handled when it came.
        stopped.__context__ = None
        raise stopped.with_traceback(None)  # noqa: B904  # it is the one that was caught
    finally:
        try:
            call.settle(permit, answer)
        finally:
            if transport is not None:
                await (shared.connections.release if whole else shared.connections.discard)(transport)
    # Only here: an interruption in a handler would refer to what is handled.
    failure = None if failed is None else call.failed(failed, token)
    del failed
    return answer or call.no_answer(failure, overdue, body, waited)
