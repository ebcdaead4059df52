"""Tests the settings of the way to the server.

Each has its default, range and types, and reaches the transport.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wsclient.ground.error import Error
from wsclient.protocol.events import Ended
from wsclient.protocol.http11 import ResponseHead
from wsclient.protocol.url import URL
from wsclient.transport.clock import wall_clock

if TYPE_CHECKING:
    from tests.support.fake_transport import FakeNetwork
    from wsclient.websocket.client import WebSocketClient

# Proxies


@pytest.mark.parametrize("proxy", [None, "", "http://me:secret@p.example:3128", "socks5h://p", "p.example:3128"])
def test_a_proxy_may_be(proxy: str | None, client: WebSocketClient) -> None:
    assert client.proxy is None

    client.proxy = proxy

    assert client.proxy == proxy


@pytest.mark.parametrize(
    "proxy",
    [
        pytest.param("ftp://p", id="scheme"),
        pytest.param("http://me:se%0acret@p", id="control character"),
        pytest.param(f"socks5://me:{'x' * 300}@p", id="password of 300 bytes"),
        pytest.param("socks4a://me:secret@p", id="socks4a with a password"),
        pytest.param("http://", id="no host"),
    ],
)
def test_a_proxy_may_not_be(proxy: str, client: WebSocketClient) -> None:
    with pytest.raises(ValueError, match=r"\S") as caught:
        client.proxy = proxy

    assert client.proxy is None
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("proxy", [1, b"http://p", ["p"]], ids=repr)
def test_a_proxy_is_text(proxy: object, client: WebSocketClient) -> None:
    with pytest.raises(TypeError, match="proxy"):
        client.proxy = proxy


def test_a_proxy_is_refused_while_not_disconnected(client: WebSocketClient) -> None:
    client.proxy = "http://p"
    client.connect_to_url("ws://host")

    client.proxy = "http://other:secret@q"

    assert client.proxy == "http://p"
    assert client.last_error is not None
    assert client.last_error.error is Error.ERR_ALREADY_IN_USE
    assert "secret" not in repr(client.last_error)


def test_headers_for_a_proxy_are_checked_as_others_are(client: WebSocketClient, network: FakeNetwork) -> None:
    assert client.proxy_headers == ()

    client.proxy_headers = ["X-Team: 7"]
    client.connect_to_url("ws://host")

    assert client.proxy_headers == ("X-Team: 7",)
    assert network.latest.settings.proxy_headers == (("X-Team", "7"),)
    with pytest.raises(ValueError, match="control character"):
        client.proxy_headers = {"X": "a\r\nb"}


# Addresses and names


@pytest.mark.parametrize(
    ("name", "default", "value", "kept"),
    [
        pytest.param("local_address", "", "192.0.2.7", "192.0.2.7", id="local_address"),
        pytest.param("local_address", "", "::1", "::1", id="local_address, IPv6"),
        pytest.param("address_family", "any", "ipv4", "ipv4", id="ipv4"),
        pytest.param("address_family", "any", "ipv6", "ipv6", id="ipv6"),
        pytest.param("tls_server_name", "", "Game.example", "game.example", id="tls_server_name"),
        pytest.param("subprotocol_required", True, False, False, id="subprotocol_required"),
        pytest.param("max_redirects", 0, 3, 3, id="max_redirects"),
        pytest.param("keep_cookies", False, True, True, id="keep_cookies"),
        pytest.param("handshake_headers", (), {"A": "b"}, ("A: b",), id="handshake_headers"),
    ],
)
def test_a_setting_has_a_default_and_can_be_put_back(
    name: str, default: object, value: object, kept: object, client: WebSocketClient
) -> None:
    assert getattr(client, name) == default

    setattr(client, name, value)
    assert getattr(client, name) == kept

    setattr(client, name, getattr(client, name))
    assert getattr(client, name) == kept
    setattr(client, name, default)
    assert getattr(client, name) == default


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("local_address", "localhost"),
        ("local_address", "192.0.2.7:80"),
        ("address_family", "IPv4"),
        ("address_family", ""),
        ("tls_server_name", "a b"),
        ("tls_server_name", "a.example:443"),
        ("tls_server_name", "a.example/x"),
        ("max_redirects", -1),
        ("handshake_headers", ["no colon"]),
        ("handshake_headers", ["A: b\r\nC: d"]),
    ],
)
def test_a_value_that_cannot_be_is_refused(name: str, value: object, client: WebSocketClient) -> None:
    before = getattr(client, name)
    with pytest.raises(ValueError, match=r"\S"):
        setattr(client, name, value)

    assert getattr(client, name) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("local_address", 5), ("tls_server_name", None), ("max_redirects", "1"), ("max_redirects", True)],
)
def test_a_value_of_another_type_is_refused(name: str, value: object, client: WebSocketClient) -> None:
    with pytest.raises(TypeError, match=name):
        setattr(client, name, value)


def test_headers_of_the_handshake_may_change_while_connected(client: WebSocketClient, network: FakeNetwork) -> None:
    client.connect_to_url("ws://host")

    client.handshake_headers = ["Authorization: Bearer new"]

    assert network.latest.settings.handshake_headers == (("Authorization", "Bearer new"),)


# Cookies


def test_cookies_are_returned_and_cleared(client: WebSocketClient, network: FakeNetwork) -> None:
    assert client.get_cookies() == {}
    client.clear_cookies()
    client.keep_cookies = True
    client.connect_to_url("ws://host")
    cookies = network.latest.settings.cookies
    assert cookies is not None

    cookies.receive(URL.parse("ws://host"), ResponseHead("1.1", (("Set-Cookie", "a=b"),), 101, ""), wall_clock())

    assert client.get_cookies() == {"a": "b"}
    client.keep_cookies = False
    assert network.latest.settings.cookies is None
    client.clear_cookies()
    assert client.get_cookies() == {}


# The server's reply


def test_the_headers_of_the_reply_stay_until_the_next_attempt(client: WebSocketClient, network: FakeNetwork) -> None:
    assert client.get_response_headers() == []
    client.connect_to_url("ws://host")
    network.latest.headers = (("X-Server", "7"),)
    network.latest.open_now()
    client.poll()

    assert client.get_response_headers() == [("X-Server", "7")]
    network.latest.feed(Ended(was_clean=False))
    client.poll()
    assert client.get_response_headers() == [("X-Server", "7")]
    client.connect_to_url("ws://host")
    assert client.get_response_headers() == []
