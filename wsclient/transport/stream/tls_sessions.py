"""Keeps TLS sessions, so that a client can resume them.

See RFC 8446 section 2.2 and RFC 5077.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ssl import SSLContext, SSLSession

    from wsclient.transport.stream.tls_stream import TlsStream

__all__ = ["MAX_SESSIONS", "TlsSessions"]

MAX_SESSIONS: Final = 8
"""The number of places whose sessions are kept. Arbitrary; each takes a few kilobytes."""

_Place = tuple[str, int]


class TlsSessions:
    """Keeps the last session with each place.

    A place is a port and the name that the certificate must have.

    A session is only used with the context that it was made with, and a context has one set of trusted certificates. So
    a session that began without a check of the certificate never replaces a check.
    """

    def __init__(self) -> None:
        self._sessions: dict[_Place, tuple[SSLContext, SSLSession]] = {}

    def attach(self, stream: TlsStream, name: str, port: int) -> None:
        """Offers the server its last session, and keeps the next when the stream ends.

        Args:
            stream: before its handshake.
            name: the name that its certificate must have.
            port: the port of the place.
        """
        context, session = self._sessions.get((name, port), (None, None))
        if session is not None and context is stream.context:
            stream.resume(session)
        stream.on_end = partial(self._keep, (name, port))

    def _keep(self, place: _Place, stream: TlsStream) -> None:
        session = stream.session
        if session is None:
            return
        self._sessions.pop(place, None)
        self._sessions[place] = (stream.context, session)
        if len(self._sessions) > MAX_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
