"""WebSocketClient: what a subclass may override."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING

import pytest

from tests.support.client_states import URL
from tests.support.fake_transport import FakeNetwork, binary
from tests.support.signal_log import signals_of
from wsclient.protocol.events import CloseReceived, Ended
from wsclient.websocket.client import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable


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
def test_a_hook_is_called_just_before_its_signal(is_heard: bool, network: FakeNetwork) -> None:
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


@pytest.mark.parametrize("flags", [0, WebSocketClient.CONNECT_ONESHOT], ids=["plain", "one-shot"])
@pytest.mark.parametrize(
    ("signal", "hook"),
    [
        ("connection_established", "_on_connect"),
        ("data_received", "_on_peer_packet"),
        ("server_close_request", "_on_close_request"),
        ("connection_closed", "_on_disconnect"),
    ],
)
def test_c2_a_hook_that_is_connected_to_its_own_signal_runs_once(
    signal: str, hook: str, flags: int, network: FakeNetwork
) -> None:
    with Hooked(network) as client:
        client.connect(signal, getattr(client, hook), flags=flags)
        client.connect_to_url(URL)
        network.latest.open_now("", binary(b"one"), CloseReceived(4000, "bye", is_answer=False), Ended(was_clean=True))
        for _ in range(4):
            client.poll()

    assert [told[0] for told in client.told].count(hook) == 1


def test_c2_a_hook_that_is_connected_to_another_signal_runs_there_too(network: FakeNetwork) -> None:
    with Hooked(network) as client:
        client.connection_error.connect(client._on_peer_packet)
        client.connect_to_url(URL)
        network.latest.feed(Ended(was_clean=False))
        client.poll()

    assert client.told == [("_on_error",), ("_on_peer_packet",)]


def test_c3_a_subclass_with_its_own_reduce_can_be_pickled(network: FakeNetwork) -> None:
    class Game(WebSocketClient):
        def __reduce__(self) -> tuple[type[dict[str, str]], tuple[()]]:  # type: ignore[override]
            return (dict, ())

    assert pickle.loads(pickle.dumps(Game(transport=network))) == {}


@pytest.mark.parametrize("how", [pickle.dumps, copy.copy, copy.deepcopy])
def test_c3_a_client_cannot_be_copied(how: Callable[[object], object], network: FakeNetwork) -> None:
    with pytest.raises(TypeError, match="cannot be copied or pickled"):
        how(WebSocketClient(transport=network))


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("message", "data_received"),
        ("on_message", "data_received"),
        ("data", "data_received"),
        ("open", "connection_established"),
        ("connected", "connection_established"),
        ("connect", "connection_established"),
        ("close", "connection_closed"),
        ("disconnected", "connection_closed"),
        ("on_disconnect", "connection_closed"),
        ("error", "connection_error"),
        ("on_error", "connection_error"),
        ("onopen", "connection_established"),
        ("onmessage", "data_received"),
        ("onclose", "connection_closed"),
        ("onError", "connection_error"),
    ],
)
def test_c5_a_synonym_leads_to_the_signal_of_normal_mode(name: str, signal: str, network: FakeNetwork) -> None:
    client = WebSocketClient(transport=network)

    for call in (lambda: client.on(name), lambda: client.on(name, print), lambda: client.connect(name, print)):
        with pytest.raises(ValueError, match=f"did you mean .*'{signal}'"):
            call()


def test_c4_an_exception_of_a_message_handler_names_its_signal(network: FakeNetwork) -> None:
    with WebSocketClient(transport=network) as client:
        client.connect_to_url(URL)
        client.data_received.connect(lambda message: None)  # type: ignore[arg-type, misc]
        network.latest.open_now("", binary(b"one"))
        with pytest.raises(TypeError) as caught:
            client.poll()

    assert caught.value.__notes__ == ["in a handler of data_received()"]
