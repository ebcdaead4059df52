"""Collects the exceptions of handlers, and raises them when all handlers have run."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["add_note", "call_all", "call_noting", "log_and_forget", "raise_all"]

logger: Final = logging.getLogger("wsclient.signals")


def add_note(error: Exception, declaration: str) -> None:
    """Adds a note to a handler's exception that names the signal."""
    note = f"in a handler of {declaration}"
    if note not in getattr(error, "__notes__", ()):  # the handler may raise an exception that it has raised before
        error.add_note(note)


def call_noting(declaration: str, call: Callable[[], object]) -> None:
    """Makes a call; adds the note to the exception that it raises."""
    try:
        call()
    except Exception as error:
        add_note(error, declaration)
        raise


def call_all(calls: Iterable[Callable[[], object]], earlier: Exception | None = None) -> None:
    """Makes all calls, then raises their exceptions together with `earlier`.

    It raises nothing if there are none.
    """
    errors: list[Exception] = []
    for call in calls:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - raised when the other calls have been made
            errors.append(error)
        except BaseException:
            log_and_forget(errors)
            raise
    if errors:
        if earlier is not None:
            errors.insert(0, earlier)
        raise_all(errors)


def raise_all(errors: list[Exception], words: str = "several handlers raised") -> NoReturn:
    """Raises a single error as it is, several as a group, and empties the list.

    `words` is the message of the group.

    The frames in the tracebacks of the errors refer to the list. If it were not emptied, this cycle would keep
    everything in those frames alive, including the object itself, until the garbage collector runs.
    """
    try:
        if len(errors) == 1:
            raise errors[0]
        raise ExceptionGroup(words, tuple(errors)) from None
    finally:
        errors.clear()


def log_and_forget(errors: list[Exception]) -> None:
    """Logs errors that will not be raised.

    An exception that is not an `Exception` has left before they could be.
    """
    for error in errors:
        logger.error("a handler raised, and then the program was told to stop", exc_info=error)
    errors.clear()
