"""The results that one phase of an opening hands to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wsclient.ground.value import Value
from wsclient.transport.opening.route import Place

if TYPE_CHECKING:
    from wsclient.protocol.connection import Role
    from wsclient.protocol.deflate import Agreement
    from wsclient.protocol.events import Opened
    from wsclient.protocol.fields import Headers
    from wsclient.transport.base import Settings
    from wsclient.transport.opening.attempt import Attempt
    from wsclient.transport.opening.race import Address
    from wsclient.transport.stream.stream import Stream
    from wsclient.transport.stream.tls_stream import TlsStream

__all__ = ["Accepted", "Established", "Found", "Milestone", "Reached", "Redirected", "Secure"]

Secure = Callable[["Stream", str], "TlsStream"]
"""Puts TLS on a stream, to be called with the name that the certificate must have."""


class Found(Value):
    """The first place of the route has addresses.

    Attributes:
        secure: puts TLS on a stream; None if no TLS is spoken on the way.
    """

    attempt: Attempt
    addresses: tuple[Address, ...]
    secure: Secure | None = None


class Reached(Value):
    """A stream leads to one of the places of the route.

    Attributes:
        stream: must be closed by the receiver.
        secure: as in `Found`.
        hop: the number of the place, from 0.
        is_secured: whether TLS is spoken to it already.
    """

    attempt: Attempt
    stream: Stream
    secure: Secure | None = None
    hop: int = 0
    is_secured: bool = False

    @property
    def place(self) -> Place:
        """The place that was reached."""
        return self.attempt.route.hops[self.hop]

    @property
    def following(self) -> Place:
        """The place after this one, which a proxy is asked for."""
        return self.attempt.route.hops[self.hop + 1]

    @property
    def is_server(self) -> bool:
        """True if no other place follows this one."""
        return self.hop + 1 == len(self.attempt.route.hops)

    @property
    def needs_tls(self) -> bool:
        """True if nothing but TLS can be spoken now."""
        return self.place.is_secure and not self.is_secured

    @property
    def settings(self) -> Settings:
        """The settings of the attempt."""
        return self.attempt.settings


class Redirected(Value):
    """The server redirects the request to another address, and may do so.

    Attributes:
        attempt: to the new address.
    """

    attempt: Attempt


class Accepted(Value):
    """A listening socket was connected to.

    Attributes:
        stream: leads to the client; the receiver's to close.
        settings: of the server that listens.
        secure: puts TLS on the stream; None for plain TCP.
        is_secured: whether TLS is spoken already.
    """

    stream: Stream
    settings: Settings
    secure: Secure | None = None
    is_secured: bool = False

    @property
    def needs_tls(self) -> bool:
        """True if nothing but TLS can be spoken now."""
        return self.secure is not None and not self.is_secured

    @property
    def place(self) -> Place:
        """The address of the client."""
        return Place(*self.stream.remote_address)


class Established(Value):
    """The connection is open for frames.

    Attributes:
        stream: must be closed by the receiver.
        role: which side of the connection this is.
        opened: the result of the handshake.
        trailing_data: the first frames, if some arrived together with the handshake.
        deflate: how messages are compressed; None if they are not.
        response_headers: the headers of the server's reply, on a client's side.
    """

    stream: Stream
    role: Role
    opened: Opened
    trailing_data: bytes
    deflate: Agreement | None
    response_headers: Headers = ()


Milestone = Found | Reached | Redirected | Accepted
"""The results that another phase follows."""
