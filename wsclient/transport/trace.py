"""What goes over an open connection, one DEBUG line each: kind, length and how it begins. Never more than 64 bytes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from wsclient.ground.escape import escape
from wsclient.protocol.events import CloseReceived, Messages, PingReceived, PongReceived

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wsclient.protocol.events import Event

__all__ = ["is_tracing", "trace_received", "trace_sent"]

_log: Final = logging.getLogger("wsclient")

_SHOWN: Final = 64  # bytes


def is_tracing() -> bool:
    """Whether anybody would see the lines; nothing is to be made for them otherwise."""
    return _log.isEnabledFor(logging.DEBUG)


def trace_sent(kind: str, payload: bytes) -> None:
    """Logs one frame or message on its way out."""
    _trace(">", kind, payload)


def trace_received(events: Iterable[Event]) -> None:
    """Logs what came in."""
    for event in events:
        if isinstance(event, Messages):
            for payload, is_text in event.each():
                _trace("<", "text" if is_text else "binary", payload)
        elif isinstance(event, PingReceived):
            _trace("<", "ping", event.payload)
        elif isinstance(event, PongReceived):
            _trace("<", "pong", event.payload)
        elif isinstance(event, CloseReceived):
            _trace("<", f"close {event.code}", event.reason.encode("utf-8", "replace"))


def _trace(direction: str, kind: str, payload: bytes) -> None:
    rest = "..." if len(payload) > _SHOWN else ""
    _log.debug("%s %s %d bytes: %s%s", direction, kind, len(payload), escape(payload[:_SHOWN]), rest)
