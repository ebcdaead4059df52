"""Bytes to and from the other side, as the transport sees them: plain, encrypted or, in tests, in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.events import Failure, FailureKind
    from wsclient.transport.descriptor import Descriptor

__all__ = ["Stream", "StreamError", "StreamFailure"]


class StreamError(OSError):
    """Raised for errors above the system's own: those of TLS.

    Attributes:
        kind: its kind.
        detail: in words, without the place; safe to show.
        hint: what to try, as a full sentence; "" if the kind says enough.
    """

    def __init__(self, kind: FailureKind, detail: str, hint: str = "") -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.hint = hint


class StreamFailure(OSError):
    """Raised by a stream that knows the complete failure: a proxy has ended a tunnel that it agreed to.

    Attributes:
        failure: the failure to report.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class Stream(ABC):
    """An ordered, non-blocking stream of bytes in both directions. Failures raise `OSError`."""

    __slots__ = ()

    @property
    @abstractmethod
    def is_readable(self) -> Callable[[], object]:
        """A callable that returns whether `receive` would return something: truthy for data, end or error.

        It does not cover data that is held inside already: see `has_more`. It may be kept until `close`. If it raises
        `OSError`, the system cannot answer, which says nothing about the stream.
        """

    @property
    def descriptor(self) -> Descriptor | None:
        """The descriptor that becomes ready when `receive` would return something; None if only asking shows it."""
        return None

    @property
    @abstractmethod
    def has_more(self) -> bool:
        """True if the last `receive` stopped at its limit, so that the next need not ask first."""

    @property
    def has_partial(self) -> bool:
        """True if the last `receive` took bytes from the network that are not data yet: part of a TLS record."""
        return False

    def may_receive(self) -> bool:
        """True if `receive` is worth a call: something is there, or the system cannot answer. Never raises."""
        try:
            return self.has_more or bool(self.is_readable())
        except OSError:
            return True  # if something is wrong with the stream itself, `receive` reports it

    @abstractmethod
    def receive(self, max_bytes: int) -> bytes | None:
        """Takes received data.

        Returns:
            The data; None if there is none now, b"" at the end of the stream.

        Raises:
            OSError: the connection broke.
        """

    @abstractmethod
    def send(self, data: bytes | memoryview) -> int:
        """Sends as much as fits.

        Returns:
            The number of bytes taken; 0 if none can be taken now.

        Raises:
            OSError: the connection broke.
        """

    @property
    def held(self) -> int:
        """The bytes taken by `send` that still wait in here; always 0 if it takes only bytes that leave immediately."""
        return 0

    @property
    def undelivered(self) -> int:
        """Returns how many bytes taken by `send` the other side could not read if the stream ended now.

        These are the bytes held in here, and in TLS the whole records that they belong to.
        """
        return self.held

    @abstractmethod
    def flush(self) -> bool:
        """Passes on the bytes that `send` took and that are still held.

        Returns:
            True if the system has all of them now.

        Raises:
            OSError: the connection broke.
        """

    @abstractmethod
    def finish(self) -> None:
        """Ends gracefully, as far as possible without waiting, and closes. Never raises."""

    @abstractmethod
    def close(self) -> None:
        """Closes immediately. May be called twice; never raises."""

    @property
    @abstractmethod
    def remote_address(self) -> tuple[str, int]:
        """Numeric address and port of the other side."""

    def set_user_timeout(self, seconds: float) -> None:
        """Limits the system's wait for acknowledgement of sent data; 0 for its default. Never raises."""
        return

    @abstractmethod
    def set_no_delay(self, enabled: bool) -> None:
        """Sends small packets immediately (TCP_NODELAY), if there is such an option. Never raises."""
