"""Drives the attempt loop in the calling thread: fetches, waits and sends, and decides nothing of its own."""

from __future__ import annotations

import contextvars
import threading
import time
from typing import Any

from ._attempt_loop import Next
from ._call import Call, Shared
from ._credentials import Secret, token_callable_failed
from ._operations import Response
from ._outcomes import Answer, Cause, Failure, Outcome
from ._sync_connections import SyncConnections
from ._wire import NotedBody

SyncShared = Shared[SyncConnections[Any], threading.Event]


def pause(seconds: float, event: threading.Event | None = None) -> None:
    """Wait so many seconds, or until the event is set."""
    if event is None:
        time.sleep(min(seconds, threading.TIMEOUT_MAX))
    else:
        event.wait(min(seconds, threading.TIMEOUT_MAX))


def run(shared: SyncShared, call: Call) -> Response[Any]:
    """Return the call's response or raise what its loop raises."""
    loop = call.loop().run()
    step = next(loop)
    while True:
        outcome = _attempt(shared, call, step)
        try:
            step = loop.send(outcome)
        except StopIteration as over:
            response: Response[Any] = over.value
            return response


def _attempt(shared: SyncShared, call: Call, step: Next) -> Outcome:
    begun = call.clock()
    if step.wait:
        shared.surroundings.pause(step.wait)
    token = shared.source.fixed or _ask_for_token(shared, call, step)
    if isinstance(token, Failure):
        return token
    outcome: Outcome | None = None
    while outcome is None:
        permit: int | Failure | None = shared.gate.enter()
        if permit is None:
            permit = _pass_gate(shared, call)
        if isinstance(permit, Failure):
            return permit
        outcome = _send(shared, call, token, permit, begun)
    return outcome


def _ask_for_token(shared: SyncShared, call: Call, step: Next) -> Secret | Failure:
    given: list[object] = []

    def ask() -> None:
        try:
            given.append(shared.source.ask())
        except BaseException as error:  # noqa: BLE001  # the user's callable may raise anything; this thread ends here
            given.append(token_callable_failed(type(error)))

    # A thread of its own, because nothing else can leave a callable that hangs.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(ask,), name="devrev-token", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:  # no more threads, or the interpreter is shutting down
        return call.token(token_callable_failed(type(error)), step)
    thread.join(min(max(0.0, call.time_left()), threading.TIMEOUT_MAX))
    return call.token(given[0], step) if given else call.out_of_time("while the token callable was asked")


def _pass_gate(shared: SyncShared, call: Call) -> int | Failure:
    waiter = shared.gate.join(call.deadline)
    try:
        while (due := shared.gate.next_pause(waiter)) is not None:
            event, seconds = due
            shared.surroundings.pause(seconds, event)
    except BaseException:
        shared.gate.leave(waiter)
        raise
    return call.refused_by_gate() if waiter.permit is None else waiter.permit


def _send(shared: SyncShared, call: Call, token: Secret, permit: int, begun: float) -> Outcome | None:
    """Return what one sending met, or `None` where the gate closed while a connection was waited for."""
    transport: Any = None
    body: NotedBody | None = None
    answer: Answer | None = None
    failed: Exception | None = None
    overdue = Cause.OUT_OF_TIME
    whole = False  # whether the transport is as good as before
    waited = 0.0
    try:
        transport = shared.connections.acquire(call.time_left())
        if transport is not None and not shared.gate.is_open(permit):
            whole = True
            return None
        if transport is not None:
            waited = call.clock() - begun
            seconds, overdue = call.bound()
            received = None
            if seconds > 0:
                request, body = call.request(token, seconds)
                received = shared.connections.exchange(transport, request, seconds)
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
                (shared.connections.release if whole else shared.connections.discard)(transport)
    # Only here: an interruption in a handler would refer to what is handled.
    failure = None if failed is None else call.failed(failed, token)
    del failed
    return answer or call.no_answer(failure, overdue, body, waited)
