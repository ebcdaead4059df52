"""WebSocketClient: what a subclass may override."""

from __future__ import annotations

import pytest

from tests.support.client_states import URL
from tests.support.fake_transport import FakeNetwork, binary
from tests.support.signal_log import signals_of
from wsclient.protocol.events import CloseReceived, Ended
from wsclient.websocket.client import WebSocketClient


@pytest.fixture
def network() -> FakeNetwork:
    return FakeNetwork()


# Hooks for subclasses


class Hooked(WebSocketClient):
    """Notes its hooks; none of them calls the base."""

    def __init__(self, network: FakeNetwork) -> None:
        super().__init__(transport=network)
        self.told: list[tuple[object, ...]] = []

    def _on_connect(self, protocol: str) -> None:
        self.told.append(("_on_connect", protocol))

    def _on_close_request(self, code: int, reason: str) -> None:
        self.told.append(("_on_close_request", code, reason))

    def _on_disconnect(self, was_clean: bool) -> None:
        self.told.append(("_on_disconnect", was_clean))

    def _on_error(self) -> None:
        self.told.append(("_on_error",))

    def _on_peer_packet(self) -> None:
        self.told.append(("_on_peer_packet",))


@pytest.mark.parametrize("is_heard", [True, False], ids=["with-handlers", "without-handlers"])
def test_a_hook_comes_just_before_its_signal(is_heard: bool, network: FakeNetwork) -> None:
    with Hooked(network) as client:
        told = signals_of(client) if is_heard else []
        client.told = told
        client.connect_to_url(URL)
        network.latest.feed(Ended(was_clean=False))
        client.poll()
        client.connect_to_url(URL)
        network.latest.open_now("chat", binary(b"one", b"two"), CloseReceived(4000, "bye", is_answer=False))
        network.latest.feed(Ended(was_clean=True))
        client.poll()
        client.poll()

    pairs = [
        (("_on_error",), ("connection_error",)),
        (("_on_connect", "chat"), ("connection_established", "chat")),
        (("_on_peer_packet",), ("data_received",)),
        (("_on_peer_packet",), ("data_received",)),
        (("_on_close_request", 4000, "bye"), ("server_close_request", 4000, "bye")),
        (("_on_disconnect", True), ("connection_closed", True)),
    ]
    assert told == [each for hook, signal in pairs for each in ((hook, signal) if is_heard else (hook,))]


def test_a_hook_for_the_end_that_is_owed_is_called_too(network: FakeNetwork) -> None:
    with Hooked(network) as client:
        client.connect_to_url(URL)
        network.latest.open_now()
        client.poll()
        client.disconnect_from_host()
        client.connect_to_url(URL)
        client.poll()

    assert client.told == [("_on_connect", ""), ("_on_disconnect", False)]


# Subclasses


def test_a_subclass_may_override_poll(network: FakeNetwork) -> None:
    class Counting(WebSocketClient):
        polls = 0

        def poll(self) -> None:
            self.polls += 1
            super().poll()

    with Counting(transport=network) as client:
        told = signals_of(client)
        client.connect_to_url(URL)
        network.latest.open_now()
        client.poll()

    assert (client.polls, told) == (1, [("connection_established", "")])
