"""Adapters to other loops: asyncio and pygame.

`async for` iterates over a client's messages, and signals become pygame events.
"""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Any
from weakref import ref

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from wsclient.core.object import Object
    from wsclient.websocket.client import WebSocketClient

__all__ = ["aiter_messages", "post_events"]


async def aiter_messages(client: WebSocketClient, *, interval: float = 1 / 60) -> AsyncGenerator[str | bytes, None]:
    """Polls the client, and yields its messages until the connection ends.

        client.connect_to_url("ws://game.example")
        async for message in aiter_messages(client):
            print(message)

    It ends after the last message was read, if nothing connects again: a `reconnect_policy` lets it continue. Other
    tasks run between two messages, and may poll the client too. Messages that `message_received` passes to handlers
    are not yielded.

    Args:
        client: after its `connect_to_url`.
        interval: seconds between two polls if there is nothing to read.

    Raises:
        ConnectionError: the attempt or the connection failed; with the text of `last_error`.
        Exception: raised by a handler of a signal.
    """
    while True:
        client.poll()
        message = client.get_message()
        if message is not None:
            yield message
        elif _has_ended(client):
            break
        # After a message too: otherwise a server that sends faster than the program reads would starve all other
        # tasks.
        await asyncio.sleep(0.0 if message is not None else interval)
    # A refused call is not a failure of the connection.
    if client.last_error is not client.last_refusal:
        raise ConnectionError(str(client.last_error))


def post_events(client: Object) -> int:
    """Makes each signal of the client post a pygame event; returns its type.

        NETWORK = post_events(client)
        while running:
            client.poll()
            for event in pygame.event.get():
                if event.type == NETWORK and event.signal == "message_received":
                    print(*event.args)

    An event has the attributes `signal` (its name), `client`, and `args` (a tuple). All clients share one type, and
    calling this again for a client changes nothing. Since `message_received` is connected, messages of a
    `WebSocketClient` are in its events, and `get_message()` does not return them.

    Args:
        client: a client, a server, or any other object with signals.

    Raises:
        ImportError: pygame is not installed.
    """
    poster = _poster()
    for each in client.get_signal_list():
        signal = str(each["name"])
        if not client.is_connected(signal, poster.post):
            client.connect(signal, poster.post, [ref(client), signal])  # weak: a client must not keep itself alive
    return poster.type


def _has_ended(client: WebSocketClient) -> bool:
    is_connected = client.get_connection_status() != client.CONNECTION_DISCONNECTED
    return not is_connected and client.time_to_reconnect < 0.0


class _Poster:
    """Posts events of one type.

    There is one for all clients, so that a second connection is noticed.
    """

    def __init__(self) -> None:
        try:
            from pygame import event  # noqa: PLC0415 - only programs that call post_events() need pygame
        except ImportError as error:
            raise ImportError("post_events() needs pygame: pip install pygame-ce") from error
        self._event = event
        self.type: int = event.custom_type()

    def post(self, *emitted: Any) -> None:  # noqa: ANN401 - the arguments of any signal
        """Posts an event for one emission.

        Its arguments come first, then the client and the signal, which were bound.
        """
        *args, client, signal = emitted
        self._event.post(self._event.Event(self.type, signal=signal, client=client(), args=tuple(args)))


_poster = cache(_Poster)
