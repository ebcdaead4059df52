"""The last phase of a server: the client's request, and the reply to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wsclient.protocol.connection import Role
from wsclient.protocol.deflate import accept_offer
from wsclient.protocol.events import Failure, FailureKind, Opened, Stage
from wsclient.protocol.server_handshake import Request, ServerHandshake, rejection
from wsclient.transport.descriptor import NOTHING
from wsclient.transport.failures import failure_from
from wsclient.transport.opening.milestones import Established
from wsclient.transport.opening.phase import READ_SIZE, Phase, resting_on

if TYPE_CHECKING:
    from wsclient.protocol.deflate import Agreement
    from wsclient.protocol.fields import Headers
    from wsclient.transport.base import Settings
    from wsclient.transport.descriptor import Descriptor
    from wsclient.transport.stream.stream import Stream

__all__ = ["Answering"]


# RFC 9110 sections 15.5.9 and 15.6.4.
_REQUEST_TIMEOUT: Final = 408
_SERVICE_UNAVAILABLE: Final = 503


class Answering(Phase):
    """Waits for a request and for the program's answer, and sends the reply.

    `step` returns the request once, when it is complete and valid. Then call `accept` or `reject`, at any
    time before the opening has taken too long. An invalid request is rejected automatically.
    """

    stage = Stage.HANDSHAKE
    too_late = "{place} connected, but its request was not whole and answered within {seconds:g} s"

    def __init__(self, stream: Stream, settings: Settings) -> None:
        """Starts nothing yet.

        Args:
            stream: the stream to the client, with TLS if it is used.
            settings: the settings of the server.
        """
        address, port = stream.remote_address
        super().__init__(f"[{address}]:{port}" if ":" in address else f"{address}:{port}", settings)
        self._stream = stream
        self._handshake = ServerHandshake()
        self._request: Request | None = None
        self._unsent: memoryview | None = None  # the reply; None before the answer
        self._verdict: Opened | Failure | None = None
        self._deflate: Agreement | None = None

    @property
    def descriptor(self) -> Descriptor | None:
        """The stream's descriptor until the request is complete, and `NOTHING` until it is answered."""
        if self._unsent is not None:
            return None
        return resting_on(self._stream) if self._request is None else NOTHING

    def accept(self, subprotocol: str = "", headers: Headers = ()) -> None:
        """Opens the connection.

        Args:
            subprotocol: one of those that the client asked for, or "" for none.
            headers: more headers, as `check_headers` returns them.

        Raises:
            RuntimeError: there is no request, or it was answered.
            InvalidArgument: the client did not ask for that subprotocol.
        """
        request = self._unanswered()
        extensions = None
        if self.settings.compression and (found := accept_offer(request.extensions.split(","))):
            extensions, self._deflate = found
        self._answer(self._handshake.accept(subprotocol, extensions, headers), Opened(subprotocol))

    def reject(self, status: int, headers: Headers = (), body: bytes = b"") -> None:
        """Refuses the request. `step` returns the failure when the reply has been sent.

        Args:
            status: the HTTP status, 200-599.
            headers: more headers, as `check_headers` returns them.
            body: a page with the reason, or b"".

        Raises:
            RuntimeError: there is no request, or it was answered.
        """
        self._unanswered()
        detail = f"the request of {self.place} was rejected with {status}"
        self._answer(rejection(status, headers, body), self._failure(detail, status))

    def step(self, now: float) -> Request | Established | Failure | None:
        """Reads once if the request is incomplete, and writes the reply if there is one."""
        try:
            asked = self._read() if self._request is None and self._unsent is None else None
            return asked if self._unsent is None else self._write(self._unsent)
        except OSError as error:
            if isinstance(self._verdict, Failure):
                return self._verdict
            return failure_from(error, self.stage, self.place)

    def give_up(self, seconds: float) -> Failure:
        """Refuses the request as well as possible without waiting.

        Returns the failure.
        """
        if self._unsent is None:
            status = _REQUEST_TIMEOUT if self._request is None else _SERVICE_UNAVAILABLE
            self._answer(rejection(status), self._failure("", status))
            self.step(0.0)
        return super().give_up(seconds)

    def close(self) -> None:
        """Closes the connection."""
        self._stream.close()

    def _read(self) -> Request | Failure | None:
        data = self._stream.receive(READ_SIZE)
        if data is None:
            return None
        if not data:
            return self._failure(f"{self.place} ended the connection before its request was whole")
        outcome = self._handshake.receive_data(data)
        if isinstance(outcome, Failure):
            self._answer(self._handshake.refuse(outcome), outcome)
            return None
        self._request = outcome
        return outcome

    def _write(self, unsent: memoryview) -> Established | Failure | None:
        while unsent and (sent := self._stream.send(unsent)):
            unsent = unsent[sent:]
        self._unsent = unsent
        if unsent or not self._stream.flush():
            return None
        if isinstance(self._verdict, Opened):
            trailing_data = self._handshake.trailing_data
            return Established(self._stream, Role.SERVER, self._verdict, trailing_data, self._deflate)
        self._stream.finish()
        return self._verdict

    def _unanswered(self) -> Request:
        if self._request is None:
            raise RuntimeError("there is no request to answer")
        if self._unsent is not None:
            raise RuntimeError("this request has been answered")
        return self._request

    def _answer(self, reply: bytes, verdict: Opened | Failure) -> None:
        self._unsent = memoryview(reply)
        self._verdict = verdict

    def _failure(self, detail: str, status: int | None = None) -> Failure:
        kind = FailureKind.LOST if status is None else FailureKind.HTTP_STATUS
        return Failure(stage=self.stage, kind=kind, detail=detail, http_status=status)
