"""FramePath: how a short frame leaves a connection that rests, with one system call and nothing around it.

A message to a thousand clients meets a thousand connections that have done nothing since the last one. Each object on
the usual way of a frame is one that has to be fetched from memory then, and that costs more than what is done with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.ground.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FramePath"]


class FramePath(Value):
    """What a caller needs who knows that the connection rests: open, with nothing to send, read or decide.

    It appends a frame to `waiting`. If nothing else has happened since, `send` may write it, and whoever wrote it
    takes it out of `waiting`; otherwise the usual way finds it there.

    Attributes:
        waiting: the queue of the connection.
        send: writes without waiting; returns how many bytes were taken, and raises OSError if none can be.
        end: the size from which on a message has no plain frame here.
    """

    waiting: list[bytes]
    send: Callable[[bytes], int]
    end: int
