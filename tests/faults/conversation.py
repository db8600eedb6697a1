"""What happens on one connection of the faulty server, from accepting to its end."""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.actions import Action, Respond, When
from tests.faults.request import NotHTTPError, Request, read_body, read_head
from tests.faults.script import Script
from tests.faults.wire import End, Wire


@dataclass
class Conversation:
    """Takes request after request and does with each what the script says.

    ``script`` is asked for the script in force each time, ``begun`` is called when an action begins, and ``received``
    with each request, read as far as its action wants.
    """

    wire: Wire
    tls: ssl.SSLContext | None
    script: Callable[[], Script]
    begun: Callable[[], None]
    received: Callable[[Request], None]

    async def run(self) -> None:
        """Go through to the end of the connection. Any way in which the client breaks it off raises."""
        if (action := self.script().take_if(When.ON_CONNECT)) is not None:
            await self._act_unread(action)
            return
        if self.tls is not None and await self.wire.readable():
            if (action := self.script().take_if(When.IN_HANDSHAKE)) is not None:
                await self._act_unread(action)
                return
            await self.wire.start_tls(self.tls)
        end = End.KEEP
        while end is End.KEEP and self.wire.reading and await self.wire.readable():
            end = await self._exchange(time.monotonic())
        await self.wire.end(end)

    async def _act_unread(self, action: Action) -> None:
        self.wire.reading = False
        self.begun()
        await self.wire.end(await action.act(self.wire))

    async def _exchange(self, arrived: float) -> End:
        script = self.script()
        action = script.take()
        self.wire.reading = False
        self.begun()
        if action is not None and action.when is When.BEFORE_READING:
            return await action.act(self.wire)
        try:
            request = await read_head(self.wire, arrived)
        except NotHTTPError:
            return await Respond(400, close=True).perform(self.wire)
        if action is None or action.when is When.AFTER_REQUEST:
            request = await read_body(self.wire, request)
            self.wire.reading = True
        self.received(request)
        return await (action or script.decide(request)).act(self.wire)
