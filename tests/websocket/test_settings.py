"""Tests that each setting has its default, range and types.

Each reaches the transport, and Godot's settings have Godot's names.
"""

from __future__ import annotations

import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wsclient.ground.error import Error

if TYPE_CHECKING:
    from tests.support.fake_transport import FakeNetwork
    from wsclient.websocket.client import WebSocketClient

PEM = "-----BEGIN CERTIFICATE-----\n"


# Times

TIMES = {"handshake_timeout": 10.0, "close_timeout": 5.0, "heartbeat_interval": 20.0, "poll_budget": 0.004}

each_time = pytest.mark.parametrize("name", TIMES)


@pytest.mark.parametrize(("name", "seconds"), TIMES.items())
def test_a_time_has_a_default(name: str, seconds: float, client: WebSocketClient) -> None:
    assert getattr(client, name) == seconds


@each_time
@pytest.mark.parametrize("seconds", [0, 0.001, 7, 1e9, True + 1.5])
def test_a_time_is_seconds(name: str, seconds: float, client: WebSocketClient) -> None:
    setattr(client, name, seconds)

    assert getattr(client, name) == seconds
    assert type(getattr(client, name)) is float


@each_time
@pytest.mark.parametrize(
    "seconds", [-0.001, -1, float("inf"), float("-inf"), float("nan"), 10**400], ids=lambda value: str(value)[:6]
)
def test_a_time_out_of_range_is_refused_by_its_name(name: str, seconds: float, client: WebSocketClient) -> None:
    with pytest.raises(ValueError, match=name):
        setattr(client, name, seconds)

    assert getattr(client, name) == TIMES[name]


@each_time
@pytest.mark.parametrize("seconds", [None, "1", True, b"1", [1]], ids=repr)
def test_a_time_of_another_type_is_refused_by_its_name(name: str, seconds: object, client: WebSocketClient) -> None:
    with pytest.raises(TypeError, match=name):
        setattr(client, name, seconds)


@pytest.mark.parametrize("name", ["handshake_timeout", "close_timeout", "heartbeat_interval"])
def test_a_change_reaches_a_connection_that_is_open(name: str, client: WebSocketClient, network: FakeNetwork) -> None:
    client.connect_to_url("ws://host")

    setattr(client, name, 3)

    assert getattr(network.latest.settings, name) == 3.0


# Compression


def test_nothing_is_compressed_by_default(client: WebSocketClient, network: FakeNetwork) -> None:
    assert client.compression is False

    client.compression = 1
    client.connect_to_url("ws://host")

    assert client.compression is True
    assert network.latest.settings.compression is True


# TLS


def test_certificates_are_checked_unless_asked_otherwise(client: WebSocketClient, network: FakeNetwork) -> None:
    assert client.verify_ssl is True

    client.verify_ssl = False
    client.connect_to_url("wss://host")

    assert client.is_verify_ssl_enabled() is False
    assert network.latest.settings.verify_ssl is False


def test_verify_ssl_has_godots_setter(client: WebSocketClient) -> None:
    client.set_verify_ssl_enabled(False)
    assert client.verify_ssl is False

    client.set_verify_ssl_enabled(1)
    assert client.is_verify_ssl_enabled() is True


@pytest.mark.parametrize(
    ("certificate", "kept"),
    [
        pytest.param("ca.pem", "ca.pem", id="path"),
        pytest.param(Path("some/ca.pem"), str(Path("some/ca.pem")), id="path-like"),
        pytest.param(PEM, PEM, id="pem"),
        pytest.param(b"\x30\x82", b"\x30\x82", id="der"),
        pytest.param(None, None, id="none"),
    ],
)
def test_a_certificate_may_be(certificate: object, kept: object, client: WebSocketClient, network: FakeNetwork) -> None:
    client.trusted_ssl_certificate = certificate
    client.connect_to_url("wss://host")

    assert client.trusted_ssl_certificate == kept
    assert network.latest.settings.trusted_certificate == kept


def test_a_certificate_may_be_a_context(client: WebSocketClient) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    client.set_trusted_ssl_certificate(context)

    assert client.get_trusted_ssl_certificate() is context


@pytest.mark.parametrize("certificate", [1, [PEM], object(), bytearray(b"0")], ids=lambda value: type(value).__name__)
def test_a_certificate_may_not_be(certificate: object, client: WebSocketClient) -> None:
    with pytest.raises(TypeError, match="trusted_ssl_certificate"):
        client.trusted_ssl_certificate = certificate


@pytest.mark.parametrize("state", ["connecting", "open", "closing"])
def test_a_certificate_is_refused_while_not_disconnected(
    state: str, client: WebSocketClient, network: FakeNetwork
) -> None:
    client.trusted_ssl_certificate = PEM
    client.connect_to_url("ws://host")
    if state != "connecting":
        network.latest.open_now()
        client.poll()
    if state == "closing":
        client.disconnect_from_host()

    client.trusted_ssl_certificate = None

    assert client.trusted_ssl_certificate == PEM
    assert client.last_error is not None
    assert client.last_error.error is Error.ERR_ALREADY_IN_USE


def test_a_certificate_can_be_set_again_after_the_end(client: WebSocketClient, network: FakeNetwork) -> None:
    client.connect_to_url("ws://host")
    client.disconnect_from_host()

    client.trusted_ssl_certificate = PEM

    assert client.trusted_ssl_certificate == PEM


def test_the_largest_time_is_a_float(client: WebSocketClient) -> None:
    client.close_timeout = sys.float_info.max

    assert client.close_timeout == sys.float_info.max
