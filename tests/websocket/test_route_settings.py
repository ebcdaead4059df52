"""The settings of the way to the server: each has its default, its range and its types, and reaches the transport."""

from __future__ import annotations

import pytest

from tests.support.fake_transport import FakeNetwork
from wsclient.ground.error import Error
from wsclient.websocket.client import WebSocketClient


@pytest.fixture
def network() -> FakeNetwork:
    return FakeNetwork()


@pytest.fixture
def client(network: FakeNetwork):
    with WebSocketClient(transport=network) as client:
        yield client


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

    assert client.proxy_headers == network.latest.settings.proxy_headers == (("X-Team", "7"),)
    with pytest.raises(ValueError, match="control character"):
        client.proxy_headers = {"X": "a\r\nb"}
