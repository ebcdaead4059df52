"""The transport of a server's connection to one client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.transport.native import NativeTransport, Step
from wsclient.transport.opening.answering import Answering
from wsclient.transport.opening.course import phase_after

if TYPE_CHECKING:
    from wsclient.protocol.fields import Headers
    from wsclient.transport.opening.milestones import Accepted

__all__ = ["ServedTransport"]


class ServedTransport(NativeTransport):
    """A `NativeTransport` that begins with `answer`, not with `open`."""

    def answer(self, accepted: Accepted) -> None:
        """Begins as a server, on a connection that a listening socket has accepted.

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

    def _answering(self) -> Answering:
        if self._opening is None or not isinstance(self._opening.phase, Answering):
            raise RuntimeError("there is no request to answer")
        return self._opening.phase
