"""The server's side of TLS in memory, with throw-away certificates."""

from __future__ import annotations

import datetime as dt
import functools
import ssl
from typing import TYPE_CHECKING

import trustme

from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    from wsclient.transport.stream.stream import Stream

__all__ = ["ServerTlsStream", "authority", "client_context", "expired_context", "server_context"]


@functools.cache
def authority() -> trustme.CA:
    """Whom the tests' clients trust."""
    return trustme.CA()


def client_context() -> ssl.SSLContext:
    """Trusts the authority alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority().configure_trust(context)
    return context


def server_context(*names: str, ca: trustme.CA | None = None) -> ssl.SSLContext:
    """Makes a server with these names; "localhost" and 127.0.0.1 by default.

    Args:
        names: host names and numeric addresses.
        ca: who signs; the authority by default.
    """
    return _context((ca or authority()).issue_cert(*(names or ("localhost", "127.0.0.1"))))


def expired_context() -> ssl.SSLContext:
    """A server whose certificate has run out."""
    past = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
    return _context(authority().issue_cert("localhost", not_after=past))


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


class ServerTlsStream(TlsStream):
    """The other end of a `TlsStream`: the same, but that it answers the handshake."""

    def __init__(self, inner: Stream, context: ssl.SSLContext) -> None:
        super().__init__(inner, context, None)
