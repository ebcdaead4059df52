"""Wraps the stream to a proxy as a stream to the place behind it.

Only its first bytes, and an end before them, differ from the stream to the proxy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.transport.stream.stream import Stream, StreamFailure

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.events import Failure
    from wsclient.transport.descriptor import Descriptor

__all__ = ["TunnelStream"]


class TunnelStream(Stream):
    """A stream to the place behind a proxy.

    When the first byte from that place has arrived, the inner stream's `receive` replaces this one. So a connection
    through a proxy costs no more calls than any other.

    Args:
        inner: the stream to the proxy, which has agreed.
        early: the data received after the proxy's answer.
        failure: the failure for an end before the first byte.
    """

    # No slots: the inner stream's methods replace those of the class.

    def __init__(self, inner: Stream, early: bytes, failure: Failure) -> None:
        self._inner = inner
        self._early = early
        self._failure = failure
        self.send = inner.send  # type: ignore[method-assign]
        self.flush = inner.flush  # type: ignore[method-assign]

    def receive(self, max_bytes: int) -> bytes | None:
        """Returns received data, until the first byte has arrived; see `Stream.receive`.

        Raises:
            StreamFailure: the proxy has ended or broken the connection.
        """
        if self._early:
            data, self._early = self._early[:max_bytes], self._early[max_bytes:]
        else:
            data = self._receive_from_proxy(max_bytes) or b""
        if data and not self._early:
            self.receive = self._inner.receive  # type: ignore[method-assign]
        return data or None

    def send(self, data: bytes | memoryview) -> int:
        """Sends on the inner stream; see `Stream.send`."""
        return self._inner.send(data)

    def flush(self) -> bool:
        """Passes on data held by the inner stream; see `Stream.flush`."""
        return self._inner.flush()

    def _receive_from_proxy(self, max_bytes: int) -> bytes | None:
        try:
            data = self._inner.receive(max_bytes)
        except OSError as error:
            raise StreamFailure(self._failure.replace(cause=error)) from error
        if data == b"":
            raise StreamFailure(self._failure)
        return data

    @property
    def is_readable(self) -> Callable[[], object]:
        """Returns the inner stream's callable.

        Data received with the proxy's answer is shown by `has_more` instead.
        """
        return self._inner.is_readable

    @property
    def descriptor(self) -> Descriptor | None:
        """Returns the inner stream's descriptor.

        Returns None while data received with the proxy's answer waits in here.
        """
        return None if self._early else self._inner.descriptor

    @property
    def has_more(self) -> bool:
        """Returns True if data may be left here or in the inner stream."""
        return bool(self._early) or self._inner.has_more

    @property
    def has_partial(self) -> bool:
        """The inner stream's."""
        return self._inner.has_partial

    @property
    def held(self) -> int:
        """The inner stream's."""
        return self._inner.held

    @property
    def remote_address(self) -> tuple[str, int]:
        """Returns the address of the proxy."""
        return self._inner.remote_address

    def finish(self) -> None:
        """Finishes the inner stream."""
        self._inner.finish()

    def close(self) -> None:
        """Closes the inner stream."""
        self._inner.close()

    def set_user_timeout(self, seconds: float) -> None:
        """Sets it on the inner stream."""
        self._inner.set_user_timeout(seconds)

    def set_no_delay(self, enabled: bool) -> None:
        """Sets it on the inner stream."""
        self._inner.set_no_delay(enabled)
