"""Makes attempts for the phases of an opening, in an invented network."""

from __future__ import annotations

from typing import Any

from tests.support.fake_network import FakeNetwork, FakeResolver
from wsclient.protocol.url import URL
from wsclient.transport.base import OpeningRequest, Settings
from wsclient.transport.opening.attempt import Attempt, Outside

__all__ = ["attempt"]


def attempt(
    url: str = "ws://game.example/",
    *,
    network: FakeNetwork | None = None,
    resolver: FakeResolver | None = None,
    outside: Outside | None = None,
    headers: tuple[tuple[str, str], ...] = (),
    **options: Any,
) -> Attempt:
    """Returns an attempt to open a URL.

    Args:
        url: with its scheme.
        network: the network to use; a black hole by default.
        resolver: who looks up names.
        outside: all of the world, in place of both.
        headers: of the request.
        options: of the settings.
    """
    outside = outside or (network or FakeNetwork()).outside(resolver)
    settings = Settings()
    for name, value in options.items():
        setattr(settings, name, value)
    return Attempt.of(OpeningRequest(URL.parse(url), (), headers), settings, outside)
