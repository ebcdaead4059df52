"""Keeps TLS sessions, so that a client can resume them.

See RFC 8446 section 2.2 and RFC 5077.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from ssl import SSLContext, SSLSession

    from wsclient.transport.stream.tls_stream import TlsStream

__all__ = ["MAX_SESSIONS", "TlsSessions"]

MAX_SESSIONS: Final = 8
"""The number of places whose sessions are kept. Arbitrary; each takes a few kilobytes."""

# Each reading of a session loses seven kilobytes: https://github.com/python/cpython/issues/116810
_READING_LEAKS: Final = sys.version_info < (3, 12, 8) or sys.version_info[:3] == (3, 13, 0)

_Place = tuple[str, int]
_T = TypeVar("_T")


class TlsSessions:
    """Keeps the last session with each place.

    A place is a port and the name that the certificate must have.

    A session is only used with the context that it was made with, and a context has one set of trusted certificates. So
    a session that began without a check of the certificate never replaces a check.

    The streams that have ended are kept, and a session is read only if another connection needs it, because most
    connections have no successor.

    Args:
        reading_leaks: True if this Python leaks memory when a session is read. A session is then offered again as long
            as the server accepts it, although RFC 8446 section C.4 recommends a new one for each connection.
    """

    def __init__(self, *, reading_leaks: bool = _READING_LEAKS) -> None:
        self._reading_leaks = reading_leaks
        self._ended: dict[_Place, TlsStream] = {}
        self._sessions: dict[_Place, tuple[SSLContext, SSLSession]] = {}

    def attach(self, stream: TlsStream, name: str, port: int) -> None:
        """Offers the server its last session, and keeps the next when the stream ends.

        Args:
            stream: before its handshake.
            name: the name that its certificate must have.
            port: the port of the place.
        """
        place = (name, port)
        ended = self._ended.pop(place, None)
        if ended is not None and not (self._reading_leaks and ended.is_resumed):
            session = ended.session
            if session is not None:
                _put_last(self._sessions, place, (ended.context, session))
        context, session = self._sessions.get(place, (None, None))
        if session is not None and context is stream.context:
            stream.resume(session)
        stream.on_end = partial(self._keep, place)

    def _keep(self, place: _Place, stream: TlsStream) -> None:
        if stream.version:  # a handshake that failed leaves no session
            _put_last(self._ended, place, stream)


def _put_last(kept: dict[_Place, _T], place: _Place, value: _T) -> None:
    """Adds a value, and removes the oldest one if there are too many."""
    kept.pop(place, None)
    kept[place] = value
    if len(kept) > MAX_SESSIONS:
        del kept[next(iter(kept))]
