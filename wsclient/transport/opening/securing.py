"""A phase of both sides, which puts TLS on a stream."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from wsclient.protocol.events import Failure, Stage
from wsclient.transport.failures import failure_from
from wsclient.transport.opening.milestones import Accepted, Reached
from wsclient.transport.opening.phase import Phase
from wsclient.transport.stream.tls_sessions import TlsSessions

if TYPE_CHECKING:
    from wsclient.transport.base import Settings
    from wsclient.transport.descriptor import Descriptor
    from wsclient.transport.opening.milestones import Secure
    from wsclient.transport.opening.route import Place
    from wsclient.transport.stream.tls_stream import TlsStream

__all__ = ["Securing"]

_log: Final = logging.getLogger("wsclient")

_HINT: Final = "It may not speak TLS on this port: try ws:// in place of wss://, or another port."

_MAX_WARNED: Final = 256  # places; arbitrary


class Securing(Phase):
    """Waits until TLS is agreed on."""

    stage = Stage.TLS
    too_late = (
        "{place} accepted the connection, but did not complete TLS within {seconds:g} s; it may not speak TLS there"
    )

    def __init__(self, reached: Reached | Accepted, secure: Secure) -> None:
        """Starts nothing yet.

        Args:
            reached: the stream to put TLS on.
            secure: the function that puts it there.
        """
        super().__init__(str(reached.place), reached.settings)
        self._reached = reached
        self._secure = secure
        self._tls: TlsStream | None = None
        if isinstance(reached, Reached):
            _UNVERIFIED.warn(self.place, reached.settings)

    def step(self, now: float) -> Reached | Accepted | Failure | None:
        """Continues the TLS handshake as far as possible."""
        place = self._reached.place
        try:
            if self._tls is None:
                self._tls = self._begin(place)
            if not self._tls.handshake():
                return None
        except OSError as error:
            return self._failure_from(error)
        resumed = ", resumed" if self._tls.is_resumed else ""
        _log.debug("%s: secured, by %s%s", self.place, self._tls.version, resumed)
        return self._reached.replace(stream=self._tls, is_secured=True)

    @property
    def proxy(self) -> Place | None:
        """Returns the proxy that TLS is spoken to; None if it is the server."""
        place = self._reached.place
        return None if place.proxy is None else place

    @property
    def descriptor(self) -> Descriptor | None:
        """Returns the stream's descriptor when the handshake waits for the other side."""
        return self._tls.descriptor if self._tls is not None and self._tls.is_starved else None

    def close(self) -> None:
        """Closes the connection."""
        self._reached.stream.close()

    def _failure_from(self, error: OSError) -> Failure:
        failure = failure_from(error, self.stage, self.place)
        is_unanswered = self._tls is not None and self._tls.is_unanswered
        is_for_client = isinstance(self._reached, Reached) and self.proxy is None
        # As servers do that look for HTTP in the first bytes, and leave them unread.
        if is_unanswered and is_for_client and isinstance(error, ConnectionError):
            return failure.replace(hint=_HINT)
        return failure

    def _begin(self, place: Place) -> TlsStream:
        name = place.tls_name or place.host
        tls = self._secure(self._reached.stream, name)
        if isinstance(self._reached, Reached):
            settings = self.settings
            settings.tls_sessions = settings.tls_sessions or TlsSessions()
            settings.tls_sessions.attach(tls, name, place.port)
        return tls


class _Unverified:
    """Warns once of each place whose certificate is not checked.

    Reconnections do not repeat the warning.
    """

    def __init__(self) -> None:
        self._warned: set[str] = set()

    def warn(self, place: str, settings: Settings) -> None:
        # A context of the user's own decides what is checked.
        if settings.verify_ssl or not isinstance(settings.trusted_certificate, str | bytes | None):
            return
        if place in self._warned:
            return
        if len(self._warned) >= _MAX_WARNED:
            self._warned.clear()
        self._warned.add(place)
        words = "verify_ssl is off, so this may be anybody: neither certificate nor host name is checked"
        _log.warning("%s: %s", place, words)


_UNVERIFIED: Final = _Unverified()
