"""Tests handlers that do unexpected things (rows H02 to H05, H12).

They run over the whole library down to the sockets.
"""

from __future__ import annotations

import re
import threading
import warnings
import weakref
from typing import TYPE_CHECKING, Any

import pytest

from tests.hostile.scenario import MemoryWorld, Scene
from tests.hostile.wire import TEXT, close, frame
from tests.support.builds import looks_inside
from wsclient import Error, WebSocketClient
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wsclient.protocol.events import Event

LIFE = {
    "connection_established": ("",),
    "data_received": (),
    "server_close_request": (4000, "bye"),
    "connection_closed": (True,),
}
TOLD = [("established", ""), ("data", "one"), ("data", "two"), ("close_request", 4000, "bye"), ("closed", True)]
SIGNALS = pytest.mark.parametrize("signal", LIFE)


def live(scene: Scene) -> None:
    """Plays a whole life, from connecting to the last signal.

    It opens, has two messages, and ends with the server's Close.
    """
    server = scene.connect()
    server.send(server.agreement(), frame(TEXT, b"one"), frame(TEXT, b"two"), close(4000, b"bye"))


def run(scene: Scene) -> list[BaseException]:
    """Goes on until nothing happens any more. What was raised, in order."""
    raised: list[BaseException] = []
    for _ in range(20):
        try:
            scene.poll()
        except (ArithmeticError, ExceptionGroup) as error:
            raised.append(error)
        scene.serve()
    return raised


@pytest.mark.hostile("H02")
@SIGNALS
def test_a_handler_that_raises_stops_nothing_else(scene: Scene, signal: str) -> None:
    heard: list[tuple[object, ...]] = []
    scene.client.connect(signal, lambda *_: 1 // 0)
    scene.client.connect(signal, lambda *args: heard.append(args))
    live(scene)
    raised = run(scene)

    times = 2 if signal == "data_received" else 1
    assert heard == [LIFE[signal]] * times
    assert [type(error) for error in raised] == [ZeroDivisionError] * times
    assert scene.told == TOLD
    scene.client.remove_all_listeners(signal)


@pytest.mark.hostile("H02")
def test_several_exceptions_propagate_as_a_group(scene: Scene) -> None:
    for _ in range(3):
        scene.client.data_received.connect(_raising())
    live(scene)
    raised = run(scene)

    assert [len(error.exceptions) for error in raised if isinstance(error, ExceptionGroup)] == [3, 3]
    assert scene.told == TOLD


@pytest.mark.hostile("H02")
def test_a_handler_of_the_error_that_raises_is_heard_and_the_next_attempt_works(scene: Scene) -> None:
    scene.client.connection_error.connect(lambda: 1 // 0, flags=WebSocketClient.CONNECT_ONESHOT)
    server = scene.connect()
    server.send(b"nonsense\r\n\r\n")
    raised = run(scene)

    assert [type(error) for error in raised] == [ZeroDivisionError]
    scene.fails("not a WebSocket server")


def _raising() -> Callable[[], object]:
    return lambda: 1 // 0


# H03


@pytest.fixture
def other() -> Iterator[Scene]:
    """Another game's connection."""
    with Scene(MemoryWorld()) as made:
        yield made


ACTIONS: dict[str, Callable[[WebSocketClient, list[Any]], object]] = {
    "close": lambda client, _: client.disconnect_from_host(4001, "enough"),
    "close-the-peer": lambda client, _: client.get_peer(1).close(4001),
    "connect": lambda client, _: client.connect_to_url("ws://game.example"),
    "close-and-connect": lambda client, _: (
        client.disconnect_from_host(4001),
        client.connect_to_url("ws://game.example"),
    ),
    "poll": lambda client, _: client.poll(),
    "send": lambda client, _: client.put_packet(b"x" * 100_000),
    "read": lambda client, _: (client.get_packet(), client.get_packets(), client.get_message()),
    "disconnect-the-handlers": lambda client, _: client.remove_all_listeners(),
    "block": lambda client, _: client.set_block_signals(True),
    "leave-a-with-block": lambda client, _: client.__exit__(None, None, None),
    "list-the-connections": lambda client, kept: kept.append(client.get_signal_connection_list("data_received")),
}

LETTERS = {"established": "e", "data": "d", "close_request": "q", "closed": "c", "error": "x"}
LEGAL = re.compile(r"(x|ed*q?c)*(ed*q?)?")


@pytest.mark.hostile("H03")
@pytest.mark.parametrize("signal", [*LIFE, "connection_error"])
@pytest.mark.parametrize("action", ACTIONS)
def test_the_laws_hold_for_any_handler(scene: Scene, signal: str, action: str) -> None:
    client, kept = scene.client, []
    times = iter(range(3))

    def act(*_: object) -> None:
        if next(times, None) is not None:  # not for ever
            ACTIONS[action](client, kept)

    client.connect(signal, act)
    server = scene.connect()
    if signal == "connection_error":
        server.send(b"nonsense\r\n\r\n")
    else:
        server.send(server.agreement(), frame(TEXT, b"one"), frame(TEXT, b"two"), close(4000, b"bye"))
    for _ in range(30):
        scene.step()
        for each in scene.servers[1:]:
            if each.request and not each.sent:
                each.send(each.agreement(), close(4000))
    scene.wait(30.0, tick=1.0)

    assert LEGAL.fullmatch("".join(LETTERS[str(told[0])] for told in scene.told)), scene.told
    assert client.get_connection_status() == client.CONNECTION_DISCONNECTED
    client.set_block_signals(False)
    assert isinstance(scene.world, MemoryWorld)
    assert scene.world.network.open_sockets == []


@pytest.mark.hostile("H03")
@SIGNALS
def test_another_client_may_be_driven_inside_a_handler(scene: Scene, other: Scene, signal: str) -> None:
    def drive(*_: object) -> None:
        if not other.servers:
            other.open(behind=frame(TEXT, b"Hello"))
            other.run(lambda: other.messages)

    scene.client.connect(signal, drive)
    live(scene)
    run(scene)

    assert scene.told == TOLD
    assert other.told == [("established", ""), ("data", "Hello")]


@pytest.mark.hostile("H03", "H04")
@SIGNALS
def test_a_handler_removed_meanwhile_runs_this_once_and_one_added_the_next_time(scene: Scene, signal: str) -> None:
    heard: list[str] = []

    def added(*_: object) -> None:
        heard.append("added")

    def removed(*_: object) -> None:
        heard.append("removed")

    def change(*_: object) -> None:
        heard.append("change")
        if scene.client.is_connected(signal, removed):
            scene.client.disconnect(signal, removed)
            scene.client.connect(signal, added)

    scene.client.connect(signal, change)
    scene.client.connect(signal, removed)
    live(scene)
    run(scene)

    assert heard[:2] == ["change", "removed"]
    assert heard[2:] == (["change", "added"] if signal == "data_received" else [])


@pytest.mark.hostile("H03")
@SIGNALS
def test_the_last_reference_may_go_in_a_handler(signal: str) -> None:
    world = MemoryWorld()
    with Scene(world) as scene:
        holder = [WebSocketClient(transport=scene._new_transport)]
        gone = weakref.ref(holder[0])
        holder[0].connect(signal, lambda *_: holder.clear())
        holder[0].connect_to_url(world.url)
        for _ in range(20):
            if holder:
                _poll_and_forget(holder)
            scene.serve()
            if scene.servers and scene.server.request and not scene.server.sent:
                scene.server.send(scene.server.agreement(), frame(TEXT, b"one"), close(4000))
        assert holder == []
        assert gone() is None
        assert world.network.open_sockets == []


def _poll_and_forget(holder: list[WebSocketClient]) -> None:
    """One poll, by a reference that does not outlive it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # dropped while open it warns, as it should
        holder[0].poll()


@pytest.mark.hostile("H05")
@SIGNALS
def test_another_thread_must_not_poll_meanwhile(scene: Scene, signal: str) -> None:
    raised: list[BaseException] = []

    def poll_elsewhere(*_: object) -> None:
        thread = threading.Thread(target=lambda: raised.append(_raised_by(scene.client.poll)))
        thread.start()
        thread.join()

    scene.client.connect(signal, poll_elsewhere, flags=WebSocketClient.CONNECT_ONESHOT)
    live(scene)
    run(scene)

    assert [type(error) for error in raised] == [RuntimeError]
    assert "thread" in str(raised[0])
    assert scene.told == TOLD


def _raised_by(call: Callable[[], object]) -> BaseException:
    with pytest.raises(RuntimeError) as caught:
        call()
    return caught.value


class RaisingClient(WebSocketClient):
    """A subclass whose hooks all raise."""

    def _on_connect(self, protocol: str) -> None:
        raise ZeroDivisionError

    def _on_peer_packet(self) -> None:
        raise ZeroDivisionError

    def _on_close_request(self, code: int, reason: str) -> None:
        raise ZeroDivisionError

    def _on_disconnect(self, was_clean: bool) -> None:
        raise ZeroDivisionError


@pytest.mark.hostile("H12")
def test_hooks_that_raise_are_as_handlers_that_do() -> None:
    with Scene(MemoryWorld(), kind=RaisingClient) as scene:
        live(scene)
        raised = run(scene)

        assert [type(error) for error in raised] == [ZeroDivisionError] * len(TOLD)
        assert scene.told == TOLD


class RaisingTransport(NativeTransport):
    """Raises in every other step."""

    steps = 0

    def poll(self, read: bool = True) -> list[Event]:
        self.steps += 1
        if self.steps % 2:
            raise ZeroDivisionError
        return super().poll(read)


@pytest.mark.hostile("H12")
@looks_inside
def test_a_transport_that_raises_is_as_a_handler_that_does(scene: Scene) -> None:
    scene.new_transport = RaisingTransport
    assert scene.client.connect_to_url(scene.world.url) == Error.OK
    raised = run(scene)
    scene.server.send(scene.server.agreement(), frame(TEXT, b"one"), frame(TEXT, b"two"), close(4000, b"bye"))
    raised += run(scene)

    assert len(raised) > 5
    assert {type(error) for error in raised} == {ZeroDivisionError}
    assert scene.told == TOLD
