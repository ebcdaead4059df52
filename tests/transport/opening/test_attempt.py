from __future__ import annotations

import os
import socket

import pytest

from tests.support.fake_network import FakeNetwork
from tests.support.openings import attempt
from wsclient.protocol.proxy import Proxy
from wsclient.protocol.url import URL
from wsclient.transport.opening.attempt import Outside
from wsclient.transport.opening.environment import ProxyEnvironment
from wsclient.transport.opening.resolver import TlsOptions
from wsclient.transport.opening.route import Place, Route


def test_outside_is_the_real_world_by_default() -> None:
    outside = Outside()
    assert outside.socket_factory is socket.socket
    assert outside.random_bytes is os.urandom


def test_an_attempt_connects_directly_to_the_server() -> None:
    assert attempt("wss://game.example/").route == Route((Place("game.example", 443, is_secure=True),))


@pytest.mark.parametrize(
    ("url", "options", "tls"),
    [
        pytest.param("ws://a/", {}, TlsOptions(), id="ws"),
        pytest.param("wss://a/", {}, TlsOptions(verify=True), id="wss"),
        pytest.param("wss://a/", {"verify_ssl": False}, TlsOptions(verify=False), id="unverified"),
        pytest.param(
            "wss://a/", {"trusted_certificate": "ca.pem"}, TlsOptions(trusted_certificate="ca.pem"), id="trusting one"
        ),
    ],
)
def test_the_lookup_knows_what_to_trust(url: str, options: dict[str, object], tls: TlsOptions) -> None:
    assert attempt(url, **options).question.tls == tls


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


def test_an_attempt_goes_through_the_proxy_of_the_client() -> None:
    started = attempt("ws://localhost/", proxy=Proxy.parse("http://p.example"))

    assert [str(place) for place in started.route.hops] == ["the proxy p.example:80", "localhost:80"]
    assert started.question.environment is None


@pytest.mark.parametrize(
    ("proxy", "url", "asks"),
    [
        pytest.param(None, "ws://game.example/", True, id="environment"),
        pytest.param(None, "ws://localhost/", False, id="this computer"),
        pytest.param("", "ws://game.example/", False, id="never one"),
    ],
)
def test_the_environment_is_asked_if_the_client_has_no_setting(proxy: str | None, url: str, asks: bool) -> None:
    environment = ProxyEnvironment(variables={"http_proxy": "http://p"}, has_system_settings=False)
    started = attempt(url, outside=FakeNetwork().outside().replace(environment=environment), proxy=proxy)

    assert (started.question.environment is environment) is asks


def test_a_unix_socket_uses_no_proxy() -> None:
    environment = ProxyEnvironment(variables={"http_proxy": "http://p"}, has_system_settings=False)
    outside = FakeNetwork().outside().replace(environment=environment)

    assert attempt("ws+unix:///run/a.sock", outside=outside).question.environment is None
    assert len(attempt("ws+unix:///run/a.sock", proxy=Proxy.parse("http://p")).route.hops) == 1


@pytest.mark.parametrize(
    ("family", "local", "families"),
    [
        ("any", "", (socket.AF_INET, socket.AF_INET6)),
        ("ipv4", "", (socket.AF_INET,)),
        ("ipv6", "", (socket.AF_INET6,)),
        ("any", "192.0.2.7", (socket.AF_INET,)),
        ("any", "2001:db8::7", (socket.AF_INET6,)),
        ("ipv6", "192.0.2.7", ()),
    ],
)
def test_the_families_are_those_that_both_settings_leave(family: str, local: str, families: tuple[int, ...]) -> None:
    assert attempt(address_family=family, local_address=local).question.families == families


def test_a_name_for_tls_stays_with_its_host() -> None:
    started = attempt("wss://192.0.2.1/", tls_server_name="game.example")

    assert started.route.server.tls_name == "game.example"
    assert started.redirected(URL.parse("wss://192.0.2.1:444/"), "").route.server.tls_name == "game.example"
    assert started.redirected(URL.parse("wss://other.example/"), "").route.server.tls_name == ""
