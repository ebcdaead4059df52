from __future__ import annotations

import pytest

from wsclient.protocol.url import URL
from wsclient.transport.opening.route import Place, Route

PROXY = Place("proxy.example", 3128)
SERVER = Place("game.example", 443, is_secure=True)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        pytest.param("ws://game.example/", "game.example:80", id="name"),
        pytest.param("wss://game.example/", "game.example:443", id="default port of wss"),
        pytest.param("ws://user:secret@[::1]:9000/", "[::1]:9000", id="IPv6"),
    ],
)
def test_a_place_is_host_and_port(url: str, text: str) -> None:
    assert str(Place.of(URL.parse(url))) == text


@pytest.mark.parametrize(("url", "is_secure"), [("ws://a/", False), ("wss://a/", True)])
def test_a_place_is_as_secure_as_its_url(url: str, is_secure: bool) -> None:
    assert Place.of(URL.parse(url)).is_secure is is_secure


def test_tcp_leads_to_the_first_place_and_the_last_is_the_server() -> None:
    route = Route((PROXY, SERVER))
    assert (route.first, route.server) == (PROXY, SERVER)


@pytest.mark.parametrize(
    ("hops", "is_secure"),
    [((PROXY,), False), ((SERVER,), True), ((PROXY, SERVER), True), ((PROXY, PROXY), False)],
)
def test_a_route_needs_tls_if_any_place_does(hops: tuple[Place, ...], is_secure: bool) -> None:
    assert Route(hops).is_secure is is_secure


def test_a_unix_socket_is_named_by_its_path() -> None:
    assert str(Place.of(URL.parse("ws+unix:///run/a.sock:/x"))) == "/run/a.sock"
