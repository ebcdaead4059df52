"""The calls that send: what leaves, and what is refused."""

from __future__ import annotations

import array
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_transport import FakeTransport, Sent
from wsclient.ground.error import Error
from wsclient.websocket.peer import WebSocketPeer

if TYPE_CHECKING:
    from wsclient.websocket.client import WebSocketClient

TEXT, BINARY = WebSocketPeer.WRITE_MODE_TEXT, WebSocketPeer.WRITE_MODE_BINARY


# Sending

BYTES_LIKE = pytest.mark.parametrize(
    "buffer",
    [
        pytest.param(b"\x01\x02\x03\x04", id="bytes"),
        pytest.param(bytearray(b"\x01\x02\x03\x04"), id="bytearray"),
        pytest.param(memoryview(b"\x01\x02\x03\x04"), id="memoryview"),
        pytest.param(memoryview(b"\x01\x00\x02\x00\x03\x00\x04")[::2], id="memoryview-with-gaps"),
        pytest.param(array.array("B", [1, 2, 3, 4]), id="array"),
        pytest.param(memoryview(b"\x01\x02\x03\x04").cast("H"), id="memoryview-of-shorts"),
    ],
)


@BYTES_LIKE
def test_every_bytes_like_can_be_put(buffer, peer: WebSocketPeer, transport: FakeTransport) -> None:
    assert peer.put_packet(buffer) is Error.OK
    assert transport.sent == [Sent(b"\x01\x02\x03\x04", is_text=False)]


@BYTES_LIKE
def test_every_bytes_like_can_be_sent(buffer, peer: WebSocketPeer, transport: FakeTransport) -> None:
    assert [peer.send(buffer), peer.send(buffer, TEXT)] == [Error.OK, Error.OK]
    assert transport.sent == [Sent(b"\x01\x02\x03\x04", is_text=False), Sent(b"\x01\x02\x03\x04", is_text=True)]


def test_a_sent_buffer_may_change_afterwards(peer: WebSocketPeer, transport: FakeTransport) -> None:
    buffer = bytearray(b"before")
    peer.put_packet(buffer)
    peer.send(buffer)

    buffer[:] = b"after!"

    assert transport.sent == [Sent(b"before", is_text=False)] * 2


@pytest.mark.parametrize(
    ("call", "argument", "words"),
    [
        pytest.param("put_packet", "text", "send_text", id="put-text"),
        pytest.param("put_packet", 5, "bytes, not int", id="put-int"),
        pytest.param("put_packet", None, "bytes, not NoneType", id="put-none"),
        pytest.param("send", "text", "send_text", id="send-text-as-binary"),
        pytest.param("send", 5, "bytes-like", id="send-int"),
        pytest.param("send_text", b"bytes", "put_packet", id="send-bytes-as-text"),
        pytest.param("send_text", None, "str, not NoneType", id="send-none-as-text"),
    ],
)
def test_a_wrong_type_is_named(
    call: str, argument: object, words: str, peer: WebSocketPeer, transport: FakeTransport
) -> None:
    with pytest.raises(TypeError, match=words):
        getattr(peer, call)(argument)

    assert transport.sent == []


def test_text_can_be_sent_in_any_mode(peer: WebSocketPeer, transport: FakeTransport) -> None:
    assert [peer.send_text("grün"), peer.send("grün", TEXT)] == [Error.OK, Error.OK]
    assert transport.sent == [Sent("grün".encode(), is_text=True)] * 2
    assert peer.get_write_mode() == BINARY


def test_sending_binary_does_not_look_at_the_mode(peer: WebSocketPeer, transport: FakeTransport) -> None:
    peer.set_write_mode(TEXT)

    peer.send(b"\xff")

    assert transport.sent == [Sent(b"\xff", is_text=False)]


def test_a_lone_surrogate_cannot_be_sent(
    peer: WebSocketPeer, client: WebSocketClient, transport: FakeTransport
) -> None:
    assert peer.send_text("\ud800") is Error.ERR_INVALID_DATA
    assert transport.sent == []
    assert client.last_error is not None
    assert client.last_error.message == "The text cannot be sent: surrogates not allowed."
    assert isinstance(client.last_error.cause, UnicodeEncodeError)


@pytest.mark.parametrize("mode", [-1, 2, 7])
def test_an_invalid_mode_is_refused(mode: int, peer: WebSocketPeer, transport: FakeTransport) -> None:
    with pytest.raises(ValueError, match=str(mode)):
        peer.set_write_mode(mode)
    with pytest.raises(ValueError, match=str(mode)):
        peer.send(b"hello", mode)

    assert peer.get_write_mode() == BINARY
    assert transport.sent == []


def test_the_mode_is_that_of_packets_and_variants(peer: WebSocketPeer, transport: FakeTransport) -> None:
    peer.set_write_mode(0)

    peer.put_packet(b"hello")
    peer.put_var(None)

    assert peer.get_write_mode() is TEXT
    assert transport.sent == [Sent(b"hello", is_text=True), Sent(bytes(4), is_text=True)]


def test_waiting_data_is_counted_and_flushed(
    peer: WebSocketPeer, client: WebSocketClient, transport: FakeTransport
) -> None:
    client.auto_flush = False
    peer.put_packet(b"hello")
    assert peer.get_current_outbound_buffered_amount() == 5

    peer.flush()
    assert peer.get_current_outbound_buffered_amount() == 0
    assert transport.flushes == 1
