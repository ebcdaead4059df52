"""Explains the system's errors in words, by one table."""

from __future__ import annotations

import errno
import os
from typing import Final

from wsclient.ground.stored_error import detached
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.transport.stream.stream import StreamError, StreamFailure

__all__ = ["OUT_OF_MEMORY", "failure_from", "is_more_telling", "reason_of"]

OUT_OF_MEMORY: Final = "this machine is out of memory"
"""The words for a `MemoryError`."""

_KINDS: Final = {
    errno.ECONNREFUSED: (FailureKind.REFUSED, "{place} refused the connection"),
    errno.ETIMEDOUT: (FailureKind.TIMEOUT, "{place} did not answer"),
    errno.ENETUNREACH: (FailureKind.UNREACHABLE, "there is no way to {place}: {reason}"),
    errno.EHOSTUNREACH: (FailureKind.UNREACHABLE, "there is no way to {place}: {reason}"),
    errno.ENETDOWN: (FailureKind.UNREACHABLE, "there is no way to {place}: {reason}"),
    errno.EADDRNOTAVAIL: (FailureKind.UNREACHABLE, "there is no way to {place}: {reason}"),
    errno.EAFNOSUPPORT: (FailureKind.UNREACHABLE, "there is no way to {place}: {reason}"),
    errno.EMFILE: (FailureKind.SYSTEM, "this program has too many files and sockets open: {reason}"),
    errno.ENFILE: (FailureKind.SYSTEM, "this machine has too many files and sockets open: {reason}"),
    errno.ENOBUFS: (FailureKind.SYSTEM, "this machine is short of memory for sockets: {reason}"),
    errno.ENOMEM: (FailureKind.SYSTEM, "this machine is short of memory for sockets: {reason}"),
    errno.EACCES: (FailureKind.SYSTEM, "this machine forbids connecting to {place}: {reason}"),
    errno.EPERM: (FailureKind.SYSTEM, "this machine forbids connecting to {place}: {reason}"),
    errno.ENOENT: (FailureKind.REFUSED, "there is no socket {place}"),
    errno.EAGAIN: (FailureKind.REFUSED, "{place} takes no more connections now"),
    errno.ECONNRESET: (FailureKind.LOST, "{place} reset the connection"),
    errno.EPIPE: (FailureKind.LOST, "{place} ended the connection"),
    errno.ECONNABORTED: (FailureKind.LOST, "the connection to {place} was aborted: {reason}"),
}
_OTHER: Final = (FailureKind.LOST, "the connection to {place} failed: {reason}")

# If several addresses failed in different ways, an answer from a server says more than an error of this machine, which
# says more than a silent network. Many machines have no IPv6, so that error says the least.
_TELLING: Final = (
    FailureKind.INVALID_ARGUMENT,
    FailureKind.REFUSED,
    FailureKind.LOST,
    FailureKind.SYSTEM,
    FailureKind.TIMEOUT,
    FailureKind.UNREACHABLE,
)


def failure_from(error: BaseException, stage: Stage, place: str) -> Failure:
    """Returns the failure for an error.

    Args:
        error: the exception.
        stage: the stage that the connection had reached; a TLS error always has stage TLS.
        place: host and port of the other side, safe to show.
    """
    detached(error)
    if isinstance(error, StreamFailure):
        return error.failure
    if isinstance(error, StreamError):
        detail = f"{error.detail} ({place})"
        return Failure(stage=Stage.TLS, kind=error.kind, detail=detail, cause=error, hint=error.hint)
    number = error.errno if isinstance(error, OSError) else None
    kind, words = _KINDS.get(number, _OTHER) if number is not None else _OTHER
    detail = words.format(place=place, reason=reason_of(error))
    return Failure(stage=stage, kind=kind, detail=detail, cause=error)


def is_more_telling(one: Failure, other: Failure) -> bool:
    """Returns True if `one` better explains why no address could be reached."""
    return _rank(one) < _rank(other)


def reason_of(error: BaseException) -> str:
    """Returns the system's own words for an error, without its number."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.strerror or os.strerror(error.errno)
    return str(error) or type(error).__name__


def _rank(failure: Failure) -> int:
    return _TELLING.index(failure.kind)
