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
    """Raised for what goes wrong above the system's own errors: in TLS.

    Attributes:
        kind: what it means.
        detail: in words, without the place; safe to show.
        hint: what to try, in a whole sentence; "" if the kind says enough.
    """

    def __init__(self, kind: FailureKind, detail: str, hint: str = "") -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.hint = hint


class StreamFailure(OSError):
    """Raised by a stream that knows the whole failure: that of a proxy which ends what it has agreed to.

    Attributes:
        failure: what it means.
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
        """A callable that returns whether `receive` would bring something: truthy for data, end or error.

        It says nothing of what is held inside already: see `has_more`. It may be kept until `close`. If it raises
        `OSError`, the system cannot say, which says nothing of the stream.
        """

    @property
    def descriptor(self) -> Descriptor | None:
        """What becomes ready when `receive` would bring something; None if only asking shows it."""
        return None

    @property
    @abstractmethod
    def has_more(self) -> bool:
        """Whether the last `receive` stopped at its limit, so that another need not ask first."""

    @property
    def has_partial(self) -> bool:
        """Whether the last `receive` took bytes from the network that are no data yet: part of a record of TLS."""
        return False

    def may_receive(self) -> bool:
        """Whether `receive` is worth a call: something is there, or the system cannot say. Never raises."""
        try:
            return self.has_more or bool(self.is_readable())
        except OSError:
            return True  # if something is wrong with the stream itself, `receive` says what

    @abstractmethod
    def receive(self, max_bytes: int) -> bytes | None:
        """Takes what has arrived.

        Returns:
            None for nothing now, b"" for the end of the stream.

        Raises:
            OSError: the connection broke.
        """

    @abstractmethod
    def send(self, data: bytes | memoryview) -> int:
        """Sends as much as fits.

        Returns:
            How many bytes were taken; 0 for none now.

        Raises:
            OSError: the connection broke.
        """

    @property
    def held(self) -> int:
        """How many bytes that `send` took still wait in here; 0 if it takes none that do not leave at once."""
        return 0

    @property
    def undelivered(self) -> int:
        """How many bytes that `send` took the other side could not read if the stream ended now.

        Those that are held in here, and in TLS the whole records that these belong to.
        """
        return self.held

    @abstractmethod
    def flush(self) -> bool:
        """Passes on what `send` took and still holds.

        Returns:
            Whether all of it is the system's now.

        Raises:
            OSError: the connection broke.
        """

    @abstractmethod
    def finish(self) -> None:
        """Ends gracefully, as far as that goes without waiting, and closes. Never raises."""

    @abstractmethod
    def close(self) -> None:
        """Closes at once. May be called twice; never raises."""

    @property
    @abstractmethod
    def remote_address(self) -> tuple[str, int]:
        """Numeric address and port of the other side."""

    def set_user_timeout(self, seconds: float) -> None:
        """Limits how long the system waits for what was sent to be acknowledged; 0 for its default. Never raises."""
        return

    @abstractmethod
    def set_no_delay(self, enabled: bool) -> None:
        """Sends small packets at once (TCP_NODELAY), if there is such a choice. Never raises."""
