"""Addresses of proxies, and the tunnels that they lead to."""

from __future__ import annotations

from typing import Any

import pytest

from wsclient.protocol.connect_tunnel import ConnectTunnel
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.proxy import Proxy
from wsclient.protocol.socks import Socks4Tunnel, Socks5Tunnel
from wsclient.protocol.tunnel import Target

TARGET = Target("game.example", 9000)


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        pytest.param("http://p.example", Proxy("http", "p.example", 80), id="http"),
        pytest.param("HTTPS://P.example/", Proxy("https", "p.example", 443), id="https"),
        pytest.param("socks5://p.example", Proxy("socks5", "p.example", 1080), id="socks5"),
        pytest.param("socks5h://p.example", Proxy("socks5h", "p.example", 1080), id="socks5h"),
        pytest.param("socks4a://me@p.example", Proxy("socks4a", "p.example", 1080, "me", ""), id="socks4a"),
        pytest.param("http://[::1]:3128", Proxy("http", "::1", 3128), id="ipv6"),
        pytest.param("p.example:3128", Proxy("http", "p.example", 3128), id="no-scheme"),
        pytest.param("http://u%40x:p%3Aw@p:81", Proxy("http", "p", 81, "u@x", "p:w"), id="credentials"),
        pytest.param("http://ü.example", Proxy("http", "xn--tda.example", 80), id="idna"),
    ],
)
def test_is_read(text: str, proxy: Proxy) -> None:
    assert Proxy.parse(text) == proxy


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("ftp://p.example", "ftp:// is no scheme of a proxy: use one of http://, https://", id="scheme"),
        pytest.param("socks4://p.example", "socks4:// is no scheme", id="socks4"),
        pytest.param("http://", "the host is empty", id="no-host"),
        pytest.param("", "the host is empty", id="empty"),
        pytest.param("http://p:99999", "port 99999", id="port"),
        pytest.param("http://u%0a:p@h", "control character", id="control-character"),
        pytest.param("socks5://:secret@h", "user name for a SOCKS proxy has 1-255 bytes", id="socks-no-user"),
        pytest.param("socks5h://u@h", "password for a SOCKS proxy has 1-255 bytes", id="socks-no-password"),
        pytest.param(f"socks5://u:{'x' * 256}@h", "1-255 bytes", id="socks-long-password"),
        pytest.param("socks4a://u:secret@h", "takes no password", id="socks4a-password"),
    ],
)
def test_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Proxy.parse(text)

    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", [b"http://p", 5, None], ids=["bytes", "int", "none"])
def test_must_be_text(value: Any) -> None:
    with pytest.raises(TypeError, match="a proxy must be a str"):
        Proxy.parse(value)


def test_shows_no_credentials() -> None:
    proxy = Proxy.parse("http://user:secret@[::1]:3128")

    assert str(proxy) == "http://[::1]:3128"
    assert repr(proxy) == "<Proxy http://[::1]:3128>"


@pytest.mark.parametrize(
    ("text", "is_secure", "resolves"),
    [
        pytest.param("http://p", False, True, id="http"),
        pytest.param("https://p", True, True, id="https"),
        pytest.param("socks5://p", False, False, id="socks5"),
        pytest.param("socks5h://p", False, True, id="socks5h"),
        pytest.param("socks4a://p", False, True, id="socks4a"),
    ],
)
def test_knows_which_side_looks_the_name_up(text: str, is_secure: bool, resolves: bool) -> None:
    proxy = Proxy.parse(text)

    assert (proxy.is_secure, proxy.resolves) == (is_secure, resolves)


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        pytest.param("http://u:p@h", ConnectTunnel, b"\r\nProxy-Authorization: Basic dTpw\r\nX: y\r\n", id="http"),
        pytest.param("https://h", ConnectTunnel, b"CONNECT game.example:9000 ", id="https"),
        pytest.param("socks5://u:p@h", Socks5Tunnel, b"\5\1\2", id="socks5"),
        pytest.param("socks5h://h", Socks5Tunnel, b"\5\1\0", id="socks5h"),
        pytest.param("socks4a://me@h", Socks4Tunnel, b"me\0game.example\0", id="socks4a"),
    ],
)
def test_leads_to_a_tunnel(text: str, kind: type, message: bytes) -> None:
    tunnel = Proxy.parse(text).tunnel_to(TARGET, (("X", "y"),))

    assert isinstance(tunnel, kind)
    assert message in tunnel.next_message()
