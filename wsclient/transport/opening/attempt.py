"""The start of an attempt: the request, the settings, and the parts of the world that it may use."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from wsclient.ground.value import Value
from wsclient.transport.opening.blame import OF_CLIENT
from wsclient.transport.opening.environment import ProxyEnvironment
from wsclient.transport.opening.resolver import Question, Resolver, TlsOptions
from wsclient.transport.opening.route import Place, Route
from wsclient.transport.readiness import Readiness

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.transport.base import OpeningRequest, Settings

__all__ = ["Attempt", "Outside"]


class Outside(Value):
    """The parts of the world that an attempt uses; tests bring their own."""

    resolver: Resolver = Resolver()
    environment: ProxyEnvironment = ProxyEnvironment()
    readiness: Readiness = Readiness()
    socket_factory: Callable[[int, int], socket.socket] = socket.socket
    random_bytes: Callable[[int], bytes] = os.urandom


class Attempt(Value):
    """Everything that stays the same from the lookup to the server's reply.

    Attributes:
        request: what to open.
        settings: the user's; they are read again whenever they count.
        outside: what it may use of the world.
        route: the way to the server.
        offers_deflate: whether compression is offered, whatever becomes of the setting meanwhile.
    """

    request: OpeningRequest
    settings: Settings
    outside: Outside
    route: Route
    offers_deflate: bool

    @classmethod
    def of(cls, request: OpeningRequest, settings: Settings, outside: Outside) -> Attempt:
        """Returns an attempt to reach the server of the request, through the proxy that the user has set."""
        return cls(request, settings, outside, _route(Place.of(request.url), settings), settings.compression)

    @property
    def question(self) -> Question:
        """Everything that has to be found out before TCP."""
        settings, environment = self.settings, self.outside.environment
        asks = settings.proxy is None and environment.may_have_proxy(self.route.server)
        tls = TlsOptions(settings.verify_ssl, settings.trusted_certificate)
        return Question(self.route, tls, environment if asks else None)

    @property
    def seconds_to_connect(self) -> float:
        """How long name and TCP may take together; 0 for any time."""
        limits = (self.settings.handshake_timeout, self.request.connect_timeout)
        return min((seconds for seconds in limits if seconds > 0.0), default=0.0)


def _route(server: Place, settings: Settings) -> Route:
    proxy = settings.proxy
    return Route((Place.of_proxy(proxy, OF_CLIENT), server)) if proxy else Route((server,))
