"""Errors that are stored without the frames that they passed through."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["detached"]

_Error = TypeVar("_Error", bound=BaseException | None)


def detached(error: _Error) -> _Error:
    """Strips the tracebacks from an error to be stored and from its causes.

    Returns the error.

    A traceback holds the frames of all callers, those of the user's program among them, and so the client: stored in
    the client's own last error, it would keep the client alive until the garbage collector runs. So would the error
    that the program was handling at the time, which Python keeps as the context of every exception.
    """
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link.__context__ = link.__cause__
        link = link.__cause__
    return error
