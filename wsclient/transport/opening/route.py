"""The way to a server: the places that a connection leads through, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.ground.value import Value

if TYPE_CHECKING:
    from wsclient.protocol.url import URL

__all__ = ["Place", "Route"]


class Place(Value):
    """A host and a port.

    Attributes:
        host: a name, or a numeric address without brackets.
        port: 1-65535.
        is_secure: whether TLS is spoken there.
        tls_name: the name that its certificate must have; "" for the host's.
    """

    host: str
    port: int
    is_secure: bool = False
    tls_name: str = ""

    @classmethod
    def of(cls, url: URL) -> Place:
        """Returns the place that a URL names."""
        return cls(url.host, url.port, url.is_secure)

    def __str__(self) -> str:
        """Host and port, for messages."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Route(Value):
    """The places on the way: proxies first, the server last. TCP leads to the first of them."""

    hops: tuple[Place, ...]

    @property
    def first(self) -> Place:
        """The place that TCP leads to."""
        return self.hops[0]

    @property
    def server(self) -> Place:
        """The place that the URL names."""
        return self.hops[-1]

    @property
    def is_secure(self) -> bool:
        """True if TLS is spoken to any of the places."""
        return any(place.is_secure for place in self.hops)
