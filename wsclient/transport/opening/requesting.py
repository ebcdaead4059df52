"""The last phase of a client: the request for a WebSocket, and the server's reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wsclient.ground.stored_error import detached
from wsclient.protocol.client_handshake import ClientHandshake
from wsclient.protocol.connection import Role
from wsclient.protocol.events import Failure, FailureKind, Opened, Stage
from wsclient.transport.failures import failure_from, reason_of
from wsclient.transport.opening.milestones import Established
from wsclient.transport.opening.phase import Phase

if TYPE_CHECKING:
    from wsclient.transport.descriptor import Descriptor
    from wsclient.transport.opening.attempt import Attempt
    from wsclient.transport.opening.milestones import Reached

__all__ = ["Requesting"]

_READ_SIZE: Final = 65536


class Requesting(Phase):
    """Sends the request and waits for the server's reply."""

    stage = Stage.HANDSHAKE
    too_late = "{place} took the connection, but did not answer the request within {seconds:g} s"

    def __init__(self, reached: Reached) -> None:
        """Sends nothing yet."""
        super().__init__(str(reached.place), reached.settings)
        self._attempt = reached.attempt
        self._stream = reached.stream
        self._handshake: ClientHandshake | None = None
        self._unsent = memoryview(b"")
        self._broken: OSError | None = None

    @property
    def descriptor(self) -> Descriptor | None:
        """The stream's, once the request has left."""
        return None if self._handshake is None or self._unsent or self._broken else self._stream.descriptor

    @property
    def refusal(self) -> Failure | None:
        """The refusal of a server that has not finished the page that says why."""
        return None if self._handshake is None else self._handshake.pending_failure

    def step(self, now: float) -> Established | Failure | None:
        """Sends what is unsent, and reads once."""
        if self._handshake is None:
            try:
                self._handshake = _handshake(self._attempt)
            except (OSError, NotImplementedError) as error:
                detail = f"this machine gives no random numbers: {reason_of(error)}"
                return Failure(stage=self.stage, kind=FailureKind.SYSTEM, detail=detail, cause=error)
            self._unsent = memoryview(self._handshake.request)
        return self._go_on(self._handshake)

    def close(self) -> None:
        """Closes the connection."""
        self._stream.close()

    def _go_on(self, handshake: ClientHandshake) -> Established | Failure | None:
        self._send()
        try:
            data = self._stream.receive(_READ_SIZE)
        except OSError as error:
            return self._lost(error)
        if data is None:
            return self._lost(self._broken) if self._broken else None
        if not data:
            return handshake.receive_eof()
        outcome = handshake.receive_data(data)
        if isinstance(outcome, Opened):
            return Established(self._stream, Role.CLIENT, outcome, handshake.trailing_data, handshake.deflate)
        return outcome

    def _send(self) -> None:
        # An error here need not be the end: a server that refuses at once has sent its reply already.
        try:
            while self._unsent and (sent := self._stream.send(self._unsent)):
                self._unsent = self._unsent[sent:]
            self._stream.flush()
        except OSError as error:
            self._broken = detached(error)
            self._unsent = memoryview(b"")

    def _lost(self, error: OSError) -> Failure:
        return self.refusal or failure_from(error, self.stage, self.place)


def _handshake(attempt: Attempt) -> ClientHandshake:
    request = attempt.request
    return ClientHandshake(
        request.url,
        request.subprotocols,
        request.headers,
        random_bytes=attempt.outside.random_bytes,
        offers_deflate=attempt.offers_deflate,
    )
