"""Queues one message for many clients, whose frame is made only once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wsclient.ground.error import Error
from wsclient.protocol.outgoing import plain_frame
from wsclient.transport.trace import is_tracing
from wsclient.websocket.link import WriteMode, is_utf8

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wsclient.transport.listener import Listener
    from wsclient.transport.watchlist import Entry, Watchlist
    from wsclient.websocket.served_client import ServedClient, ServedLink, Totals

__all__ = ["queue_for_each"]

_TEXT: Final = WriteMode.WRITE_MODE_TEXT  # looked up once, see link.py
_OK: Final = Error.OK


def queue_for_each(
    clients: Iterable[ServedClient],
    payload: bytes,
    is_text: bool | None,
    totals: Totals,
    watchlist: Watchlist[ServedClient | Listener],
    queue_alone: Callable[[ServedLink, bytes, bool], Error],
) -> Error:
    """Queues a message for each of these clients, without writing it.

    The thousand system calls for that belong in `poll()`.

    Args:
        clients: the receivers.
        payload: the message.
        is_text: True if it is text; None for the write mode of each client.
        totals: the memory that the clients share.
        watchlist: the list in which they are woken.
        queue_alone: queues it for a client that needs a different frame, or that may have no room.

    Returns:
        The first error.
    """
    receivers, first_error, size = [*clients], _OK, len(payload)
    binary = plain_frame(payload, is_text=False)
    text = plain_frame(payload, is_text=True) if is_text is not False and is_utf8(payload) else b""
    is_sure = bool(binary) and not is_tracing() and totals.spend(size * len(receivers))
    woken: list[Entry[ServedClient | Listener]] = []
    # A hot loop, whose cost is the memory that it touches. So it only reads what it changes of a resting client, which
    # has room, because nothing waits.
    for client in receivers:
        link, entry = client.link, client.entry
        frame = text if (link.write_mode is _TEXT if is_text is None else is_text) else binary
        if is_sure and frame and link.is_open:
            if size < client.plain_end and entry.is_ready is False and not entry.is_awake:
                client.waiting.append(frame)
                link.sent_messages += 1
                link.sent_bytes += size
                woken.append(entry)
                continue
            if link.queue_frame(frame, size):
                watchlist.wake(entry)
                continue
        error = queue_alone(link, payload, link.is_text_mode if is_text is None else is_text)
        first_error = first_error or error
    watchlist.wake_for_frame(woken)
    return first_error
