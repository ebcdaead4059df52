"""Moves bytes to and from the other side, for the transport.

They are plain, encrypted or, in tests, in memory.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.events import Failure, FailureKind
    from wsclient.transport.descriptor import Descriptor

__all__ = ["Stream", "StreamError", "StreamFailure"]


class StreamError(OSError):
    """Raised for errors of TLS, which the system does not know.

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
    """Raised by a stream that knows the complete failure.

    An example is a proxy that ends a tunnel after agreeing to it.

    Attributes:
        failure: the failure to report.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class Stream(ABC):
    """An ordered, non-blocking stream of bytes in both directions.

    If something fails, its methods raise `OSError`.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def is_readable(self) -> Callable[[], object]:
        """Returns a callable that checks if `receive` would return something.

        The callable returns a true value for data, an end or an error. It does not cover data that is already held
        inside: see `has_more`. It may be kept until `close`. If it raises `OSError`, the system cannot answer, but the
        stream may be fine.
        """

    @property
    def descriptor(self) -> Descriptor | None:
        """Returns the descriptor that is ready when `receive` would return something.

        Returns None if only asking shows it.
        """
        return None

    @property
    @abstractmethod
    def has_more(self) -> bool:
        """Returns True if the last `receive` stopped at its limit.

        The next one may then be called without asking first.
        """

    @property
    def has_partial(self) -> bool:
        """Returns True if the last `receive` took bytes that are not data yet.

        They are part of a TLS record, for example.
        """
        return False

    def may_receive(self) -> bool:
        """Returns True if `receive` is worth a call. Never raises.

        Something has arrived, or the system cannot answer.
        """
        try:
            return self.has_more or bool(self.is_readable())
        except OSError:
            return True  # if something is wrong with the stream itself, `receive` reports it

    @abstractmethod
    def receive(self, max_bytes: int) -> bytes | None:
        """Returns received data.

        Returns:
            The data; None if there is none now, b"" at the end of the stream.

        Raises:
            OSError: the connection broke.
        """

    @abstractmethod
    def send(self, data: bytes | memoryview) -> int:
        """Sends as much as fits.

        Returns:
            The number of bytes taken; 0 if none fit now.

        Raises:
            OSError: the connection broke.
        """

    @property
    def plain_send(self) -> Callable[[bytes], int] | None:
        """Returns the system call that writes, if `send` does nothing else.

        Returns None if `send` or `flush` does more.

        It raises OSError if nothing can be taken now. It may be kept until `close`.
        """
        return None

    @property
    def held(self) -> int:
        """Returns how many bytes taken by `send` are still held in here.

        Always 0 for a stream that only takes bytes that it can pass on immediately.
        """
        return 0

    @property
    def undelivered(self) -> int:
        """Returns how many bytes that `send` took an end now would lose.

        These are the bytes held in here. In TLS they include the rest of the records that are held in part, which the
        other side cannot read.
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
        """Ends as gracefully as possible without waiting, and closes. Never raises."""

    @abstractmethod
    def close(self) -> None:
        """Closes immediately. May be called twice. Never raises."""

    @property
    @abstractmethod
    def remote_address(self) -> tuple[str, int]:
        """Returns the numeric address and port of the other side."""

    def set_user_timeout(self, seconds: float) -> None:
        """Limits how long the system waits for acknowledgement of sent data.

        0 stands for the system's default. Never raises.
        """
        return

    @abstractmethod
    def set_no_delay(self, enabled: bool) -> None:
        """Sends small packets immediately (TCP_NODELAY) if enabled. Never raises.

        Does nothing if there is no such option.
        """
