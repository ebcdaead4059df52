"""Tests the sending calls of clients. For threads, see test_client_threads.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.client_states import URL
from tests.support.fake_transport import FakeNetwork, Sent
from tests.support.paired_network import PairedNetwork, agree
from wsclient import Error, WebSocketClient
from wsclient.protocol.events import PongReceived
from wsclient.testing import SignalLog
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def client(network: FakeNetwork):
    """An open one."""
    with WebSocketClient(transport=network) as client:
        client.connect_to_url(URL)
        network.latest.open_now()
        client.poll()
        yield client


def test_each_packet_is_sent_at_once_by_default() -> None:
    client = WebSocketClient()
    before = client.auto_flush

    client.auto_flush = False

    assert (before, client.auto_flush) == (True, False)


# Pings


def test_a_ping_is_answered_with_its_round_trip(client: WebSocketClient, network: FakeNetwork) -> None:
    told = SignalLog(client)
    assert client.ping(b"first") is Error.OK
    network.clock.advance(0.25)
    assert client.ping(b"second") is Error.OK
    network.clock.advance(0.5)
    network.latest.feed(PongReceived(b"second"), PongReceived(b"first"), PongReceived(b"never asked for"))
    client.poll()

    assert network.latest.pings == [b"first", b"second"]
    assert told == [("pong_received", b"second", 0.5)]  # which answers those before it too


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        pytest.param(b"x" * 125, Error.OK, id="largest"),
        pytest.param(b"x" * 126, Error.ERR_INVALID_PARAMETER, id="over"),
    ],
)
def test_a_ping_has_125_bytes_at_most(client: WebSocketClient, payload: bytes, error: Error) -> None:
    assert client.ping(payload) is error


@pytest.mark.parametrize(
    ("call", "words"),
    [
        pytest.param(lambda client: client.ping("x"), r"ping\(\) takes bytes, not str: use text.encode\(\)", id="ping"),
        pytest.param(lambda client: client.send_fragment(1, True), r"send_fragment\(\) takes", id="send_fragment"),
        pytest.param(lambda client: client.send_from_thread(None), r"send_from_thread\(\) takes", id="thread"),
        pytest.param(lambda client: client.put_packet("x"), r"put_packet\(\) takes .* use send_text", id="put_packet"),
    ],
)
def test_another_type_is_refused_in_the_name_of_the_method(
    client: WebSocketClient, call: Callable[[WebSocketClient], object], words: str
) -> None:
    with pytest.raises(TypeError, match=words):
        call(client)


def test_no_ping_is_sent_while_not_open(network: FakeNetwork) -> None:
    client = WebSocketClient(transport=network)

    assert client.ping() is Error.FAILED


# Fragments


@pytest.mark.parametrize(("first", "last"), [("to", "gether"), (b"to", b"gether")], ids=["text", "binary"])
def test_a_message_is_sent_in_fragments(
    client: WebSocketClient, network: FakeNetwork, first: str | bytes, last: str | bytes
) -> None:
    is_text = isinstance(first, str)

    assert client.send_fragment(first, False) is Error.OK
    assert client.put_packet(b"between") is Error.ERR_BUSY
    assert client.ping() is Error.OK
    assert client.send_fragment(last, True) is Error.OK
    assert client.put_packet(b"behind") is Error.OK

    assert network.latest.fragments == [(b"to", is_text, False), (b"gether", is_text, True)]
    assert network.latest.sent == [Sent(b"behind", False)]
    assert client.get_statistics().messages_sent == 2


def test_the_fragments_of_a_message_are_of_one_type(client: WebSocketClient) -> None:
    client.send_fragment("text", False)

    with pytest.raises(TypeError, match="began with str, and goes on with bytes"):
        client.send_fragment(b"bytes", True)


def test_no_fragment_is_sent_while_not_open(network: FakeNetwork) -> None:
    client = WebSocketClient(transport=network)

    assert client.send_fragment("text", True) is Error.FAILED


def test_a_page_sends_neither(client: WebSocketClient, network: FakeNetwork) -> None:
    network.latest.has_frames = False

    assert (client.ping(), client.send_fragment("x", True)) == (Error.ERR_UNAVAILABLE, Error.ERR_UNAVAILABLE)


def test_frames_have_the_size_that_was_set() -> None:
    network = PairedNetwork()
    with WebSocketClient(transport=lambda settings: NativeTransport(settings, outside=network.outside)) as client:
        client.max_frame_size = 4
        client.connect_to_url("ws://game.example/")
        client.poll()
        server = network.accepted[0]
        agree(server)
        while client.get_connection_status() != client.CONNECTION_CONNECTED:
            client.poll()
        client.put_packet(b"123456")
        client.send_fragment(b"ab", False)
        client.send_fragment(b"c", True)
        client.put_packet(b"end")
        client.poll()
        sent = server.recv(1000)
        server.close()

    heads = [sent[at : at + 2] for at in (0, 10, 18, 26, 33)]
    assert heads == [b"\x02\x84", b"\x80\x82", b"\x02\x82", b"\x80\x81", b"\x82\x83"]


@pytest.mark.parametrize(("size", "error"), [(-1, ValueError), ("4", TypeError)])
def test_an_invalid_frame_size_is_refused(size: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        WebSocketClient().max_frame_size = size
