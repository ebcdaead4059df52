"""The transport of a server's connection to one client."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from wsclient.protocol.connection import State
from wsclient.transport.frame_path import FramePath
from wsclient.transport.native import NativeTransport, Step
from wsclient.transport.opening.answering import Answering
from wsclient.transport.opening.course import phase_after

if TYPE_CHECKING:
    from wsclient.protocol.fields import Headers
    from wsclient.transport.opening.milestones import Accepted

__all__ = ["ServedTransport"]

_OPEN: Final = State.OPEN  # looked up once, see native.py


class ServedTransport(NativeTransport):
    """A `NativeTransport` that begins with `answer`, not with `open`."""

    def answer(self, accepted: Accepted) -> None:
        """Begins as a server, on a connection that was accepted.

        `poll` returns `Requested` when the client's request is complete; then call `accept` or `reject`.
        """
        self._advance(Step.START)
        self._begin(phase_after(accepted))

    def accept(self, subprotocol: str = "", headers: Headers = ()) -> None:
        """Opens the connection that a client has requested; see `Answering.accept`.

        Raises:
            RuntimeError: there is no request, or it was answered.
            InvalidArgument: the client did not ask for that subprotocol.
        """
        self._answering().accept(subprotocol, headers)
        self.wake()

    def reject(self, status: int, headers: Headers = (), body: bytes = b"") -> None:
        """Refuses the request of a client; see `Answering.reject`.

        Raises:
            RuntimeError: there is no request, or it was answered.
        """
        self._answering().reject(status, headers, body)
        self.wake()

    def queue_frame(self, frame: bytes, size: int) -> bool:
        """Queues a short message by its frame, made once for many.

        See `Transport.queue_frame`.
        """
        live = self._live
        if live is None or self._is_inside or self.remembers:
            return False
        self._quiet_until = -inf
        return live.queue_frame(frame, size)

    def frame_path(self) -> FramePath | None:
        """Returns how to write short frames while the connection rests.

        Returns None if its stream needs more than that.
        """
        live = self._live
        if live is None or live.plain_send is None:
            return None
        return FramePath(live.connection.waiting, live.plain_send, live.connection.plain_end)

    def frame_has_begun(self, sent: int) -> None:
        """Called when a caller of `frame_path` has written a part of a frame."""
        if self._live is not None:
            self._live.writer.has_begun(self._live.connection.waiting.pop(), sent)

    def has_only_written(self, now: float) -> bool:
        """Writes waiting data. Returns True if there was nothing else to do.

        The transport then rests as before.

        Call it instead of `poll` when nothing can be read.

        Args:
            now: the time on `clock`.
        """
        live = self._live
        if live is None or not self._waiting or self.has_more or self._is_inside:
            return False
        if live.connection.state is not _OPEN or now >= live.quiet_until:
            return False
        self._enter()
        live.write()
        self._is_inside = False
        return live.writer.is_all_out and live.writer.broken is None

    def _answering(self) -> Answering:
        if self._opening is None or not isinstance(self._opening.phase, Answering):
            raise RuntimeError("there is no request to answer")
        return self._opening.phase
