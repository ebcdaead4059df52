"""Logs the frames of open connections, one DEBUG line each.

A line has the kind, the length and up to 64 bytes of the payload.

The lines are written only if the logger `wsclient.frames` itself has a level of DEBUG or lower. The levels of
`wsclient` and of the root logger do not count: some programs set the root to DEBUG, and would print each message.
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
    """Returns True if the lines were requested. If not, none may be created."""
    return 0 < FRAMES.level <= logging.DEBUG


def trace_sent(kind: str, payload: bytes) -> None:
    """Logs one frame or message that is sent."""
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
