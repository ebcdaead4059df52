from __future__ import annotations

import os
import socket

import pytest

from tests.support.openings import attempt
from wsclient.transport.opening.attempt import Outside
from wsclient.transport.opening.resolver import TlsOptions
from wsclient.transport.opening.route import Place, Route


def test_outside_is_the_real_world_by_default() -> None:
    outside = Outside()
    assert outside.socket_factory is socket.socket
    assert outside.random_bytes is os.urandom


def test_an_attempt_goes_straight_to_the_server() -> None:
    assert attempt("wss://game.example/").route == Route((Place("game.example", 443, is_secure=True),))


@pytest.mark.parametrize(
    ("url", "options", "tls"),
    [
        pytest.param("ws://a/", {}, None, id="ws"),
        pytest.param("wss://a/", {}, TlsOptions(verify=True), id="wss"),
        pytest.param("wss://a/", {"verify_ssl": False}, TlsOptions(verify=False), id="unverified"),
        pytest.param(
            "wss://a/", {"trusted_certificate": "ca.pem"}, TlsOptions(trusted_certificate="ca.pem"), id="trusting one"
        ),
    ],
)
def test_tls_is_prepared_if_the_route_needs_it(url: str, options: dict[str, object], tls: TlsOptions | None) -> None:
    assert attempt(url, **options).tls_options == tls


def test_compression_is_offered_as_the_settings_were_at_the_beginning() -> None:
    started = attempt(compression=True)
    started.settings.compression = False
    assert started.offers_deflate


@pytest.mark.parametrize(
    ("handshake", "connect", "seconds"),
    [(10.0, 0.0, 10.0), (10.0, 2.0, 2.0), (1.0, 2.0, 1.0), (0.0, 2.0, 2.0), (0.0, 0.0, 0.0)],
)
def test_name_and_tcp_have_the_shorter_of_two_limits(handshake: float, connect: float, seconds: float) -> None:
    started = attempt(handshake_timeout=handshake)
    limited = started.replace(request=started.request.replace(connect_timeout=connect))
    assert limited.seconds_to_connect == seconds
