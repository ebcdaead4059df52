"""FramePath: sends a short frame on a resting connection by one system call.

A message to a thousand clients uses a thousand connections that have done nothing since the last one. Each object on
the usual way of a frame has to be fetched from memory then, which takes longer than the work itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.ground.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FramePath"]


class FramePath(Value):
    """The parts of a connection that a caller needs while it rests.

    It is open, with nothing to send, read or decide.

    The caller appends a frame to `waiting`. If nothing else happens meanwhile, it may write the frame by `send`, and
    has to remove it from `waiting` then. If not, the frame is sent in the usual way.

    Attributes:
        waiting: the queue of the connection.
        send: writes without waiting; returns how many bytes were taken, and raises OSError if none can be.
        end: the smallest size of a message that has no plain frame here.
    """

    waiting: list[bytes]
    send: Callable[[bytes], int]
    end: int
