"""Describes the way to a server, through the places that lead there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.ground.escape import escape
from wsclient.ground.value import Value

if TYPE_CHECKING:
    from wsclient.protocol.proxy import Proxy
    from wsclient.protocol.url import URL

__all__ = ["Place", "Route"]


class Place(Value):
    """A host and a port.

    Attributes:
        host: a name, or a numeric address without brackets.
        port: 1-65535.
        is_secure: True if it uses TLS.
        tls_name: the name that its certificate must have; "" for that of the host.
        proxy: the proxy that listens there; None for a server.
        origin: the origin of the proxy's address, for messages: "client.proxy", or the name of a variable.
        address: the numeric address to pass to a proxy; "" if the proxy looks up the host itself.
        socket_path: of a Unix domain socket; "" for TCP.
    """

    host: str
    port: int
    is_secure: bool = False
    tls_name: str = ""
    proxy: Proxy | None = None
    origin: str = ""
    address: str = ""
    socket_path: str = ""

    @classmethod
    def of(cls, url: URL, tls_name: str = "") -> Place:
        """Returns the place that a URL names."""
        return cls(url.host, url.port, url.is_secure, tls_name, socket_path=url.socket_path)

    @classmethod
    def of_proxy(cls, proxy: Proxy, origin: str) -> Place:
        """Returns the place of a proxy."""
        return cls(proxy.host, proxy.port, proxy.is_secure, proxy=proxy, origin=origin)

    def __str__(self) -> str:
        """Returns the host and port, or the path of a socket, for messages."""
        if self.socket_path:
            return escape(self.socket_path, 120)
        place = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        return place if self.proxy is None else f"the proxy {place}"


class Route(Value):
    """The places on the way: first the proxies, then the server.

    TCP leads to the first of them.
    """

    hops: tuple[Place, ...]

    @property
    def first(self) -> Place:
        """Returns the place that TCP leads to."""
        return self.hops[0]

    @property
    def server(self) -> Place:
        """Returns the place that the URL names."""
        return self.hops[-1]

    @property
    def is_secure(self) -> bool:
        """Returns True if TLS is spoken to any of the places."""
        return self.hops[-1].is_secure or (len(self.hops) > 1 and any(place.is_secure for place in self.hops))
