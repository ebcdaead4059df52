"""Tests the values that the settings of a server take.

For their effects, see test_server.py.
"""

from __future__ import annotations

import pytest

from wsclient import WebSocketServer


@pytest.fixture
def server() -> WebSocketServer:
    return WebSocketServer()


def test_the_defaults_are_godots_and_safe(server: WebSocketServer) -> None:
    assert (server.bind_ip, server.handshake_timeout, server.close_timeout) == ("*", 3.0, 5.0)
    assert (server.private_key, server.ssl_certificate, server.ca_chain) == (None, None, None)
    assert (server.max_clients, server.max_pending, server.max_clients_per_address) == (1024, 128, 0)
    assert (server.stall_timeout, server.memory_limit, server.allowed_origins) == (30.0, 256 * 1024 * 1024, None)
    assert not server.refuse_new_connections
    assert server.auto_flush
    assert not server.compression


@pytest.mark.parametrize(
    ("setter", "getter", "value"),
    [
        ("set_bind_ip", "get_bind_ip", "127.0.0.1"),
        ("set_private_key", "get_private_key", "key.pem"),
        ("set_ssl_certificate", "get_ssl_certificate", b"-----BEGIN"),
        ("set_ca_chain", "get_ca_chain", "chain.pem"),
        ("set_handshake_timeout", "get_handshake_timeout", 1.5),
    ],
)
def test_a_property_has_godots_setter_and_getter(
    setter: str, getter: str, value: object, server: WebSocketServer
) -> None:
    getattr(server, setter)(value)

    assert getattr(server, getter)() == value
    assert getattr(server, getter.removeprefix("get_")) == value


def test_origins_are_several(server: WebSocketServer) -> None:
    server.allowed_origins = ["https://a.example", ""]
    assert server.allowed_origins == {"https://a.example", ""}
    with pytest.raises(TypeError, match="several origins"):
        server.allowed_origins = "https://a.example"
    server.allowed_origins = None
    assert server.allowed_origins is None


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), "1"])
def test_a_time_is_seconds(seconds: object, server: WebSocketServer) -> None:
    with pytest.raises((TypeError, ValueError), match="stall_timeout"):
        server.stall_timeout = seconds


def test_the_address_stays_while_listening(server: WebSocketServer) -> None:
    server.bind_ip = "127.0.0.1"
    with server:
        assert not server.listen(0)
        server.bind_ip = "::1"
        assert server.bind_ip == "127.0.0.1"
