"""Tests message_received, messages_available and get_messages().

They handle whole messages, without a question for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.client_states import URL
from tests.support.fake_transport import FakeNetwork, FakeTransport, binary, text
from wsclient.core.signal_connection import ConnectFlags
from wsclient.multiplayer.godot3 import relay
from wsclient.multiplayer.godot3.relay import IdAssigned, PeerAdded, PeerPacket
from wsclient.protocol.events import Ended, Messages

if TYPE_CHECKING:
    from wsclient.websocket.client import WebSocketClient


@pytest.fixture
def told(client: WebSocketClient) -> list[object]:
    """Records the three signals of messages, and the end."""
    told: list[object] = []
    client.data_received.connect(lambda: told.append("data"))
    client.messages_available.connect(told.append)
    client.connection_closed.connect(lambda clean: told.append("closed"))
    return told


def mixed(*payloads: str | bytes) -> Messages:
    """A run of messages, text for each `str`."""
    raw = [each.encode() if isinstance(each, str) else each for each in payloads]
    return Messages(raw, bytes(isinstance(each, str) for each in payloads))


# All at once


def test_all_messages_are_returned_at_once_as_sent(client: WebSocketClient, transport: FakeTransport) -> None:
    transport.feed(mixed("one", b"two", "drei €"))
    client.poll()

    assert client.get_messages() == ["one", b"two", "drei €"]
    assert (client.get_messages(), client.get_available_packet_count()) == ([], 0)


@pytest.mark.parametrize("messages", [text("a", "b"), binary(b"a", b"b")], ids=["text", "binary"])
def test_messages_of_one_kind_come_at_once(
    messages: Messages, client: WebSocketClient, transport: FakeTransport
) -> None:
    expected = [payload.decode() if is_text else payload for payload, is_text in messages.each()]
    transport.feed(messages)
    client.poll()

    assert client.get_messages() == expected


def test_one_message_and_then_the_others(client: WebSocketClient, transport: FakeTransport) -> None:
    transport.feed(mixed(b"one", "two", b"three"))
    client.poll()
    transport.feed(mixed("four"))
    client.poll()

    assert (client.get_message(), client.get_messages()) == (b"one", ["two", b"three", "four"])
    assert client.was_string_packet()


# messages_available


def test_it_is_emitted_once_per_poll_after_the_last_message(
    client: WebSocketClient, transport: FakeTransport, told: list[object]
) -> None:
    transport.feed(binary(b"one", b"two"))
    client.poll()
    client.poll()

    assert told == ["data", "data", 2]


def test_its_count_has_the_older_ones(client: WebSocketClient, transport: FakeTransport, told: list[object]) -> None:
    for _ in range(2):
        transport.feed(binary(b"one"))
        client.poll()

    assert told == ["data", 1, "data", 2]


def test_it_does_not_come_if_all_are_read(client: WebSocketClient, transport: FakeTransport) -> None:
    counts: list[int] = []
    client.messages_available.connect(counts.append)
    client.data_received.connect(client.get_message)
    transport.feed(binary(b"one", b"two"))
    client.poll()

    assert counts == []


def test_it_comes_before_the_end(client: WebSocketClient, transport: FakeTransport, told: list[object]) -> None:
    transport.feed(binary(b"one"), Ended(was_clean=True))
    client.poll()

    assert told == ["data", 1, "closed"]


def test_it_is_emitted_only_for_messages_of_this_poll(client: WebSocketClient, transport: FakeTransport) -> None:
    transport.feed(binary(b"one"))
    client.poll()
    counts: list[int] = []
    client.messages_available.connect(counts.append)
    transport.feed(Ended(was_clean=True))
    client.poll()

    assert counts == []


def test_it_is_emitted_by_the_next_poll_if_a_handler_raised(
    client: WebSocketClient, transport: FakeTransport, told: list[object]
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    client.data_received.connect(fail, (), client.CONNECT_ONESHOT)
    transport.feed(binary(b"one"))
    with pytest.raises(ZeroDivisionError):
        client.poll()
    transport.feed(binary(b"two"))
    client.poll()

    assert told == ["data", "data", 2]


def test_a_handler_of_it_may_close(client: WebSocketClient, transport: FakeTransport, told: list[object]) -> None:
    client.messages_available.connect(lambda _: client.__exit__(None, None, None))
    transport.feed(binary(b"one"), Ended(was_clean=True))
    client.poll()
    client.poll()

    assert told == ["data", 1, "closed"]


def test_it_is_not_for_multiplayer_mode(client: WebSocketClient, network: FakeNetwork) -> None:
    counts: list[object] = []
    client.messages_available.connect(counts.append)
    client.message_received.connect(counts.append)
    client.connect_to_url(URL, gd_mp_api=True)
    network.latest.open_now(
        "", binary(*(relay.encode(each) for each in (IdAssigned(7), PeerAdded(1), PeerPacket(1, 0, b"x"))))
    )
    client.poll()

    assert (counts, client.get_packet()) == ([], b"x")


# message_received


def test_a_message_is_passed_on_as_sent(client: WebSocketClient, transport: FakeTransport) -> None:
    messages: list[object] = []
    client.message_received.connect(messages.append)
    transport.feed(mixed("one", b"two", ""))
    client.poll()

    assert messages == ["one", b"two", ""]


def test_messages_passed_to_handlers_are_not_queued(
    client: WebSocketClient, transport: FakeTransport, told: list[object]
) -> None:
    client.message_received.connect(lambda _: None)
    transport.feed(binary(b"one"))
    client.poll()

    assert (told, client.get_message(), client.get_available_packet_count()) == ([], None, 0)


def test_messages_passed_to_handlers_are_counted(client: WebSocketClient, transport: FakeTransport) -> None:
    transport.feed(binary(b"one"))
    client.poll()
    client.message_received.connect(lambda _: None)
    transport.feed(mixed("three", b""))
    client.poll()

    statistics = client.get_statistics()
    assert (statistics.messages_received, statistics.bytes_received, statistics.unread_packets) == (3, 8, 1)


def test_older_messages_stay_readable(client: WebSocketClient, transport: FakeTransport) -> None:
    messages: list[object] = []
    transport.feed(mixed("one", b"two"))
    client.poll()
    client.message_received.connect(messages.append)
    transport.feed(mixed(b"three"))
    client.poll()

    assert (messages, client.get_messages()) == ([b"three"], ["one", b"two"])


@pytest.mark.parametrize("flags", [ConnectFlags.CONNECT_ONESHOT, 0], ids=["one-shot", "disconnects-itself"])
def test_without_its_handler_the_next_message_is_queued(
    flags: int, client: WebSocketClient, transport: FakeTransport, told: list[object]
) -> None:
    def take(message: str | bytes) -> None:
        told.append(message)
        if not flags:
            client.message_received.disconnect(take)

    client.message_received.connect(take, (), flags)
    transport.feed(binary(b"one", b"two"))
    client.poll()

    assert (told, client.get_messages()) == ([b"one", "data", 1], [b"two"])


def test_a_message_is_not_lost_to_a_handler_that_is_gone(
    client: WebSocketClient, transport: FakeTransport, told: list[object]
) -> None:
    class Player:
        def hear(self, message: str | bytes) -> None: ...

    player = Player()
    client.message_received.connect(player.hear, weak=True)
    del player
    transport.feed(binary(b"one"))
    client.poll()

    assert (told, client.get_message()) == (["data", 1], b"one")


def test_a_message_is_not_lost_while_signals_are_blocked(client: WebSocketClient, transport: FakeTransport) -> None:
    client.message_received.connect(lambda _: None)
    client.set_block_signals(True)
    transport.feed(binary(b"one"))
    client.poll()

    assert client.get_message() == b"one"


def test_a_full_queue_blocks_nothing(client: WebSocketClient, network: FakeNetwork) -> None:
    messages: list[object] = []
    client.set_buffers(64, 1, 64, 64)
    client.connect_to_url(URL)
    fresh = network.latest
    fresh.open_now("", binary(b"one"))
    client.poll()
    client.message_received.connect(messages.append)
    fresh.feed(binary(b"two", b"three"))
    client.poll()

    assert (messages, client.get_message()) == ([b"two", b"three"], b"one")


def test_an_exception_of_a_handler_propagates_and_the_rest_comes_next(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    messages: list[object] = []

    def take(message: str | bytes) -> None:
        messages.append(message)
        if message == b"one":
            raise ZeroDivisionError

    client.message_received.connect(take)
    transport.feed(binary(b"one", b"two"))
    with pytest.raises(ZeroDivisionError) as caught:
        client.poll()
    client.poll()

    assert messages == [b"one", b"two"]
    assert caught.value.__notes__ == ["in a handler of message_received(message: str | bytes)"]


def test_the_budget_counts(client: WebSocketClient, transport: FakeTransport, network: FakeNetwork) -> None:
    messages: list[object] = []

    def take(message: str | bytes) -> None:
        messages.append(message)
        network.clock.advance(client.poll_budget)

    client.message_received.connect(take)
    transport.feed(binary(b"one", b"two"))
    client.poll()
    assert messages == [b"one"]

    client.poll()
    assert messages == [b"one", b"two"]
