"""The frames of open connections in the log, one DEBUG line each: kind, length and up to 64 bytes of the payload.

Only on request: the logger `wsclient.frames` itself must have a level of DEBUG or lower. The level of the
root logger or of `wsclient` does not count. Some programs set the root to 0, and would print each message.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from wsclient.ground.escape import escape
from wsclient.protocol.events import CloseReceived, Messages, PingReceived, PongReceived

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wsclient.protocol.events import Event

__all__ = ["FRAMES", "is_tracing", "trace_received", "trace_sent"]

FRAMES: Final = logging.getLogger("wsclient.frames")
"""The logger; its `level` changes when tracing is switched on or off."""

_SHOWN: Final = 64  # bytes


def is_tracing() -> bool:
    """Returns True if the lines were requested; otherwise none must be created."""
    return 0 < FRAMES.level <= logging.DEBUG


def trace_sent(kind: str, payload: bytes) -> None:
    """Logs one frame or message on its way out."""
    _trace(">", kind, payload)


def trace_received(events: Iterable[Event]) -> None:
    """Logs received frames."""
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
    FRAMES.debug("%s %s %d bytes: %s%s", direction, kind, len(payload), escape(payload[:_SHOWN]), rest)
