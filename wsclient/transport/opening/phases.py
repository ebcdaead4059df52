"""The four things an attempt waits for: name, TCP, TLS, HTTP. Each knows what it needs, and what comes after it."""

from __future__ import annotations

import logging
import os
import socket
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final

from wsclient.ground.stored_error import detached
from wsclient.ground.value import Value
from wsclient.protocol.events import Failure, FailureKind, Opened, Stage
from wsclient.protocol.handshake import ClientHandshake
from wsclient.transport.failures import failure_from, reason_of
from wsclient.transport.opening.race import Race
from wsclient.transport.opening.resolver import Resolver, TlsOptions
from wsclient.transport.readiness import Readiness

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.deflate import Agreement
    from wsclient.transport.base import OpeningRequest, Settings
    from wsclient.transport.opening.resolver import Resolved
    from wsclient.transport.stream.stream import Stream
    from wsclient.transport.stream.tls_stream import TlsStream

__all__ = ["Attempt", "Connecting", "Established", "Outside", "Phase", "Requesting", "Resolving", "Securing"]

_log: Final = logging.getLogger("wsclient")

_READ_SIZE: Final = 65536
_MAX_WARNED: Final = 256  # servers; arbitrary

# The servers that were said to go unchecked, so that each is said once and not at every reconnection.
_warned: Final[set[str]] = set()


class Outside(Value):
    """What of the world an attempt uses; tests bring their own."""

    resolver: Resolver = Resolver()
    readiness: Readiness = Readiness()
    socket_factory: Callable[[int, int], socket.socket] = socket.socket
    random_bytes: Callable[[int], bytes] = os.urandom


class Attempt(Value):
    """What stays the same from the lookup to the reply."""

    request: OpeningRequest
    settings: Settings
    outside: Outside
    offers_deflate: bool = False  # whatever becomes of the setting meanwhile

    @property
    def place(self) -> str:
        """Host and port, for messages."""
        url = self.request.url
        return f"[{url.host}]:{url.port}" if ":" in url.host else f"{url.host}:{url.port}"


class Established(Value):
    """A connection on which frames may flow.

    Attributes:
        stream: the way to the server; the taker's to close.
        opened: what was agreed.
        trailing_data: the first frames, where some came behind the reply.
        deflate: how messages are compressed; None: not at all.
    """

    stream: Stream
    opened: Opened
    trailing_data: bytes
    deflate: Agreement | None


class Phase(ABC):
    """Waits for one thing.

    Attributes:
        stage: what it is called when it fails.
        too_late: the words for a phase that took too long.
    """

    stage: ClassVar[Stage]
    too_late: ClassVar[str]

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt

    @abstractmethod
    def step(self, now: float) -> Phase | Established | Failure | None:
        """Looks whether it has come, without waiting.

        Args:
            now: seconds, on a clock that does not run backwards.

        Returns:
            The next phase, or the end of them all; None while there is hope.
        """

    @property
    def refusal(self) -> Failure | None:
        """What is known already of a failure that is still coming to its end."""
        return None

    @abstractmethod
    def close(self) -> None:
        """Lets go of everything at once. May be called twice."""


class Resolving(Phase):
    """Waits for the lookup thread."""

    stage = Stage.RESOLVE
    too_late = "the name {host!r} was not looked up within {seconds:g} s"

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(attempt)
        url, settings = attempt.request.url, attempt.settings
        tls = TlsOptions(settings.verify_ssl, settings.trusted_certificate) if url.is_secure else None
        self._lookup = attempt.outside.resolver.start(url.host, url.port, tls)

    def step(self, now: float) -> Phase | Failure | None:
        """Looks whether the name was found."""
        outcome = self._lookup.outcome
        if outcome is None or isinstance(outcome, Failure):
            return outcome
        return Connecting(self._attempt, outcome)

    def close(self) -> None:
        """Nothing to do: the thread's answer will find nobody."""


class Connecting(Phase):
    """Waits for the first address to answer."""

    stage = Stage.CONNECT
    too_late = "{place} did not answer within {seconds:g} s"

    def __init__(self, attempt: Attempt, found: Resolved) -> None:
        super().__init__(attempt)
        self._secure = found.secure
        self._race = Race(
            found.addresses,
            host=attempt.request.url.host,
            port=attempt.request.url.port,
            readiness=attempt.outside.readiness,
            socket_factory=attempt.outside.socket_factory,
        )
        _log.info("%s: connecting", attempt.place)

    def step(self, now: float) -> Phase | Failure | None:
        """Looks whether an address answered."""
        outcome = self._race.step(now)
        if outcome is None or isinstance(outcome, Failure):
            return outcome
        outcome.set_no_delay(self._attempt.settings.no_delay)
        _log.info("%s: connected, to %s port %d", self._attempt.place, *outcome.remote_address)
        if self._secure is None:
            return Requesting.start(self._attempt, outcome)
        return Securing.start(self._attempt, outcome, self._secure)

    def close(self) -> None:
        """Closes what has not won."""
        self._race.close()


class Securing(Phase):
    """Waits until TLS is agreed on."""

    stage = Stage.TLS
    too_late = "{place} took the connection, but TLS was not agreed on within {seconds:g} s; it may not speak TLS there"

    def __init__(self, attempt: Attempt, stream: TlsStream) -> None:
        super().__init__(attempt)
        self._stream = stream

    @classmethod
    def start(cls, attempt: Attempt, stream: Stream, secure: Callable[[Stream], TlsStream]) -> Phase | Failure:
        """Begins, on a connected stream."""
        settings = attempt.settings
        if not settings.verify_ssl and isinstance(settings.trusted_certificate, str | bytes | None):
            _warn_unverified(attempt.place)  # a context of the user's own decides for itself
        try:
            return cls(attempt, secure(stream))
        except OSError as error:
            stream.close()
            return failure_from(error, cls.stage, attempt.place)

    def step(self, now: float) -> Phase | Failure | None:
        """Takes the handshake as far as it goes."""
        try:
            if not self._stream.handshake():
                return None
        except OSError as error:
            return failure_from(error, self.stage, self._attempt.place)
        _log.info("%s: secured, by %s", self._attempt.place, self._stream.version)
        return Requesting.start(self._attempt, self._stream)

    def close(self) -> None:
        """Closes the connection."""
        self._stream.close()


class Requesting(Phase):
    """Sends the request and waits for the server's reply."""

    stage = Stage.HANDSHAKE
    too_late = "{place} took the connection, but did not answer the request within {seconds:g} s"

    def __init__(self, attempt: Attempt, stream: Stream, handshake: ClientHandshake) -> None:
        super().__init__(attempt)
        self._stream = stream
        self._handshake = handshake
        self._unsent = memoryview(handshake.request)
        self._broken: OSError | None = None

    @classmethod
    def start(cls, attempt: Attempt, stream: Stream) -> Phase | Failure:
        """Makes the request, for a stream on which it can be sent."""
        request = attempt.request
        try:
            handshake = ClientHandshake(
                request.url,
                request.subprotocols,
                request.headers,
                random_bytes=attempt.outside.random_bytes,
                offers_deflate=attempt.offers_deflate,
            )
        except (OSError, NotImplementedError) as error:
            stream.close()
            detail = f"this machine gives no random numbers: {reason_of(error)}"
            return Failure(stage=cls.stage, kind=FailureKind.SYSTEM, detail=detail, cause=error)
        return cls(attempt, stream, handshake)

    @property
    def refusal(self) -> Failure | None:
        """What a server said that refuses, but has not finished the page that says why."""
        return self._handshake.pending_failure

    def step(self, now: float) -> Established | Failure | None:
        """Sends what is unsent, and reads once."""
        self._send()
        try:
            data = self._stream.receive(_READ_SIZE) if self._stream.may_receive() else None
        except OSError as error:
            return self._lost(error)
        if data is None:
            return self._lost(self._broken) if self._broken else None
        if not data:
            return self._handshake.receive_eof()
        outcome = self._handshake.receive_data(data)
        if isinstance(outcome, Opened):
            return Established(self._stream, outcome, self._handshake.trailing_data, self._handshake.deflate)
        return outcome

    def close(self) -> None:
        """Closes the connection."""
        self._stream.close()

    def _send(self) -> None:
        # What breaks here need not be the end: a server that refuses at once has sent its reply already.
        try:
            while self._unsent and (sent := self._stream.send(self._unsent)):
                self._unsent = self._unsent[sent:]
            self._stream.flush()
        except OSError as error:
            self._broken = detached(error)
            self._unsent = memoryview(b"")

    def _lost(self, error: OSError) -> Failure:
        return self.refusal or failure_from(error, self.stage, self._attempt.place)


def _warn_unverified(place: str) -> None:
    if place in _warned:
        return
    if len(_warned) >= _MAX_WARNED:
        _warned.clear()
    _warned.add(place)
    _log.warning("%s: verify_ssl is off, so this may be anybody: neither certificate nor host name is checked", place)
