"""Describes an attempt to connect when it starts.

It has the request, the settings, and the parts of the system that it may use.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Final

from wsclient.ground.value import Value
from wsclient.protocol.arguments import merge_headers
from wsclient.transport.clock import wall_clock
from wsclient.transport.opening.blame import OF_CLIENT
from wsclient.transport.opening.environment import ProxyEnvironment
from wsclient.transport.opening.resolver import Question, Resolver, TlsOptions
from wsclient.transport.opening.route import Place, Route
from wsclient.transport.readiness import Readiness

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.redirect import RedirectChain
    from wsclient.protocol.url import URL
    from wsclient.transport.base import OpeningRequest, Settings

__all__ = ["Attempt", "Outside"]

_NO_TLS: Final = TlsOptions()
_FAMILIES: Final = {
    "any": (socket.AF_INET, socket.AF_INET6),
    "ipv4": (socket.AF_INET,),
    "ipv6": (socket.AF_INET6,),
}


class Outside(Value):
    """The parts of the system that an attempt uses. Tests pass their own."""

    resolver: Resolver = Resolver()
    environment: ProxyEnvironment = ProxyEnvironment()
    readiness: Readiness = Readiness()
    socket_factory: Callable[[int, int], socket.socket] = socket.socket
    random_bytes: Callable[[int], bytes] = os.urandom
    wall_clock: Callable[[], float] = wall_clock  # seconds since 1970, for cookies


class Attempt(Value):
    """Everything that stays the same from the lookup to the server's reply.

    Attributes:
        request: the connection to open.
        settings: the user's; read each time they are needed.
        outside: the parts of the system that it may use.
        route: the way to the server.
        offers_deflate: True if compression is offered, even if the setting changes meanwhile.
        redirects: the addresses so far; None if redirects are not followed.
        redirected_by: the numeric address of the server that sent the last redirect; "" if none did, or if unknown.
    """

    request: OpeningRequest
    settings: Settings
    outside: Outside
    route: Route
    offers_deflate: bool
    redirects: RedirectChain | None
    redirected_by: str = ""

    @classmethod
    def of(cls, request: OpeningRequest, settings: Settings, outside: Outside) -> Attempt:
        """Returns an attempt to reach the server of the request.

        It goes through the proxy that the user has set, if any. The modules that some settings need are imported now,
        because a frame is too short for that.
        """
        if settings.handshake_headers:
            request = request.replace(headers=merge_headers(request.headers, settings.handshake_headers))
        if settings.compression:
            from wsclient.protocol import compression, deflate  # noqa: F401, PLC0415 - see above
        route = _route(Place.of(request.url, settings.tls_server_name), settings)
        redirects = _redirects(request.url, settings.max_redirects) if settings.max_redirects else None
        return cls(request, settings, outside, route, settings.compression, redirects)

    def redirected(self, url: URL, by: str) -> Attempt:
        """Returns the attempt that continues at another address.

        Its route is chosen again.

        Args:
            url: as `RedirectChain.follow` returned it.
            by: the numeric address of the server that redirected; "" if unknown.
        """
        from wsclient.protocol.redirect import headers_for  # noqa: PLC0415 - loaded by `of`

        request = self.request
        server = Place.of(url, self.route.server.tls_name if url.host == request.url.host else "")
        return self.replace(
            request=request.replace(
                url=url, headers=headers_for(request.url, url, request.headers), connect_timeout=0.0
            ),
            route=_route(server, self.settings),
            redirected_by=by,
        )

    @property
    def question(self) -> Question:
        """Returns the facts to find out before TCP is connected."""
        settings, environment = self.settings, self.outside.environment
        server = self.route.server
        asks = settings.proxy is None and not server.socket_path and environment.may_have_proxy(server)
        is_plain = not (asks or self.route.is_secure)
        tls = _NO_TLS if is_plain else TlsOptions(settings.verify_ssl, settings.trusted_certificate)
        return Question(self.route, tls, environment if asks else None, _families(settings))

    @property
    def seconds_to_connect(self) -> float:
        """Returns the time limit for name lookup and TCP together; 0 for none."""
        limits = (self.settings.handshake_timeout, self.request.connect_timeout)
        return min((seconds for seconds in limits if seconds > 0.0), default=0.0)


def _redirects(url: URL, limit: int) -> RedirectChain:
    from ipaddress import ip_address  # noqa: F401, PLC0415 - see `Attempt.of`
    from urllib.parse import urljoin  # noqa: F401, PLC0415 - the same

    from wsclient.protocol.redirect import RedirectChain  # noqa: PLC0415 - the same

    return RedirectChain(url, limit)


def _route(server: Place, settings: Settings) -> Route:
    proxy = settings.proxy
    if not proxy or server.socket_path:
        return Route((server,))
    from wsclient.transport.opening import tunnelling  # noqa: F401, PLC0415 - see `Attempt.of`

    return Route((Place.of_proxy(proxy, OF_CLIENT), server))


def _families(settings: Settings) -> tuple[int, ...]:
    """Returns the families of addresses that may be used."""
    families: tuple[int, ...] = _FAMILIES[settings.address_family]
    if settings.local_address:
        local = socket.AF_INET6 if ":" in settings.local_address else socket.AF_INET
        families = tuple(family for family in families if family == local)
    return families
