"""Returns what a `Connection` makes of bytes, in a form to compare.

The form does not depend on how the bytes are cut.
"""

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
    """Returns everything that the connection wants to send.

    If it is closing, it is told that all has been sent.
    """
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
    """Returns the events of a new connection for these pieces, for `every_way`.

    The data that it wants to send at the end is included.
    """

    def feed(pieces: list[bytes]) -> list[object]:
        connection = make()
        events: list[object] = []
        for piece in pieces:
            connection.receive_data(piece)
            events += told(connection)
        return events

    return feed


def talk(sender: Connection, receiver: Connection) -> list[object]:
    """Passes everything that the sender wants to send to the receiver, in pieces.

    Returns the events of the receiver.
    """
    events: list[object] = []
    while sender.has_data_to_send:
        receiver.receive_data(bytes(sender.data_to_send()))
        events += told(receiver)
    return events
