"""What a `Connection` makes of bytes, in a form that tests can compare: whichever way the bytes are cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wsclient.protocol.connection import Connection, Role
from wsclient.protocol.events import Messages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Message", "all_sent", "feeding", "talk", "told"]


class Message(NamedTuple):
    """One message, whatever run of messages it came in."""

    payload: bytes
    is_text: bool = False


def told(connection: Connection) -> Iterator[object]:
    """Everything that the connection has to tell, in order, messages one by one."""
    while True:
        for event in connection.next_events():
            if isinstance(event, Messages):
                assert event.payloads, "an empty run of messages"
                yield from (Message(payload, is_text) for payload, is_text in event.each())
            else:
                yield event
        if not connection.has_undecoded:
            return


def all_sent(connection: Connection) -> bytes:
    """Everything that the connection wants to send. A connection that is closing is told that it has left."""
    pieces = []
    while connection.has_data_to_send:
        piece = connection.data_to_send()
        assert piece, "said that it has something to send, and gave nothing"
        pieces.append(piece)
    assert connection.data_to_send() == b""
    if connection.is_closing:
        connection.data_sent()
    return b"".join(pieces)


def feeding(make: Callable[[], Connection] = lambda: Connection(Role.CLIENT)) -> Callable[[list[bytes]], list[object]]:
    """For `every_way`: what a new connection tells about the pieces, with what it had to send at the end."""

    def feed(pieces: list[bytes]) -> list[object]:
        connection = make()
        events: list[object] = []
        for piece in pieces:
            connection.receive_data(piece)
            events += told(connection)
        return events

    return feed


def talk(sender: Connection, receiver: Connection) -> list[object]:
    """Brings everything that the sender wants to send to the receiver, piece by piece, and tells what that told."""
    events: list[object] = []
    while sender.has_data_to_send:
        receiver.receive_data(bytes(sender.data_to_send()))
        events += told(receiver)
    return events
