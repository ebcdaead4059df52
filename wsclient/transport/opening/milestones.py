"""The results that one phase of an opening passes to the next."""

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
"""Puts TLS on a stream. Call it with the stream and the name that the certificate must have."""


class Found(Value):
    """The addresses of the first place of the route are known.

    Attributes:
        secure: puts TLS on a stream; None if TLS is not used on the way.
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
        is_secured: True if TLS is already used on the stream.
    """

    attempt: Attempt
    stream: Stream
    secure: Secure | None = None
    hop: int = 0
    is_secured: bool = False

    @property
    def place(self) -> Place:
        """Returns the place that was reached."""
        return self.attempt.route.hops[self.hop]

    @property
    def following(self) -> Place:
        """Returns the place after this one, which the proxy is asked for."""
        return self.attempt.route.hops[self.hop + 1]

    @property
    def is_server(self) -> bool:
        """Returns True if no other place follows this one."""
        return self.hop + 1 == len(self.attempt.route.hops)

    @property
    def needs_tls(self) -> bool:
        """True if nothing but TLS can be spoken now."""
        return self.place.is_secure and not self.is_secured

    @property
    def settings(self) -> Settings:
        """Returns the settings of the attempt."""
        return self.attempt.settings


class Redirected(Value):
    """The server redirects the request to another address, which is allowed.

    Attributes:
        attempt: the attempt to reach the new address.
    """

    attempt: Attempt


class Accepted(Value):
    """A listening socket has accepted a connection.

    Attributes:
        stream: leads to the client; must be closed by the receiver.
        settings: the settings of the server.
        secure: puts TLS on the stream; None for plain TCP.
        is_secured: True if TLS is already used on the stream.
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
        """Returns the address of the client."""
        return Place(*self.stream.remote_address)


class Established(Value):
    """The connection is open for frames.

    Attributes:
        stream: must be closed by the receiver.
        role: the role of this side.
        opened: the result of the handshake.
        trailing_data: the first frames, if any arrived together with the handshake.
        deflate: the agreed compression; None if messages are not compressed.
        response_headers: the headers of the server's reply, on a client.
    """

    stream: Stream
    role: Role
    opened: Opened
    trailing_data: bytes
    deflate: Agreement | None
    response_headers: Headers = ()


Milestone = Found | Reached | Redirected | Accepted
"""The results that lead to another phase."""
