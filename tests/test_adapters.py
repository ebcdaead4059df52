"""Messages in asyncio's `async for`, and signals as pygame's events."""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from wsclient import Object, ReconnectPolicy, Signal, WebSocketClient
from wsclient.adapters import _poster, aiter_messages, post_events
from wsclient.testing import ScriptedServer, connected_pair

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> ScriptedServer:
    return ScriptedServer()


@pytest.fixture
def client(server: ScriptedServer) -> Iterator[WebSocketClient]:
    """A client whose server is about to accept it."""
    client = WebSocketClient(transport=server)
    client.connect_to_url("ws://game.example")
    server.accept()
    with client:
        yield client


def opened(client: WebSocketClient) -> None:
    while client.get_connection_status() != client.CONNECTION_CONNECTED:
        client.poll()


async def read(client: WebSocketClient, into: list[str | bytes]) -> None:
    async for message in aiter_messages(client, interval=0):
        into.append(message)  # noqa: PERF401 - those before a failure are read too


def everything(client: WebSocketClient) -> list[str | bytes]:
    messages: list[str | bytes] = []
    asyncio.run(read(client, messages))
    return messages


def test_messages_that_arrive_with_the_close_are_yielded(client, server) -> None:
    opened(client)
    server.send("a", b"b", "")
    server.close()

    assert everything(client) == ["a", b"b", ""]


def test_the_attempt_is_polled_until_it_is_open(client) -> None:
    client.connection_established.connect(lambda _protocol: client.disconnect_from_host())

    assert everything(client) == []
    assert client.close_code == 1000


def test_messages_that_another_loop_has_received_are_yielded_after_the_end(client, server) -> None:
    opened(client)
    server.send("early")
    server.close()
    while client.get_connection_status() != client.CONNECTION_DISCONNECTED:
        client.poll()

    assert everything(client) == ["early"]


def test_a_client_without_a_connection_yields_nothing() -> None:
    assert everything(WebSocketClient()) == []


def test_a_refused_attempt_raises_its_reason() -> None:
    server = ScriptedServer()
    client = WebSocketClient(transport=server)
    client.connect_to_url("ws://game.example")
    server.reject(403)

    with pytest.raises(ConnectionError, match="403 Forbidden"):
        everything(client)


def test_a_lost_connection_raises_after_its_messages(client, server) -> None:
    opened(client)
    server.send("last")
    client.poll()
    server.drop()
    messages: list[str | bytes] = []

    with pytest.raises(ConnectionError, match="without a Close frame"):
        asyncio.run(read(client, messages))
    assert messages == ["last"]


def test_a_refused_call_is_not_taken_for_a_failure(client) -> None:
    client.send_text("too early")
    client.connection_established.connect(lambda _protocol: client.disconnect_from_host())

    assert everything(client) == []
    assert client.last_refusal is not None


def test_a_scheduled_attempt_continues_the_iteration(client, server) -> None:
    opened(client)
    client.reconnect_policy = ReconnectPolicy()
    client.reconnecting.connect(lambda _attempt, _delay: client.reconnect_now())
    client.data_received.connect(client.disconnect_from_host)
    client.connection_established.connect(lambda _protocol: server.send("again"))
    server.drop()
    messages: list[str | bytes] = []

    async def accept_again() -> None:
        while client.get_connection_status() != client.CONNECTION_CONNECTING:  # noqa: ASYNC110 - what users see
            await asyncio.sleep(0)
        server.accept()

    async def main() -> None:
        await asyncio.gather(read(client, messages), accept_again())

    asyncio.run(main())
    assert messages == ["again"]


def test_other_tasks_run_between_two_messages() -> None:
    client, server = connected_pair()
    (client_id,) = server.get_peers()
    turns: list[str | bytes] = []

    async def count() -> None:
        for number in range(3):
            turns.append(str(number))
            await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(read(client, turns), count())

    for message in (b"a", b"b", b"c"):
        server.get_peer(client_id).put_packet(message)
    server.poll()
    client.data_received.connect(client.disconnect_from_host, flags=client.CONNECT_ONESHOT)
    client.poll()
    server.poll()

    asyncio.run(main())
    assert turns == [b"a", "0", b"b", "1", b"c", "2"]


def test_an_idle_client_is_polled_once_an_interval(client, monkeypatch) -> None:
    opened(client)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            client.disconnect_from_host()

    monkeypatch.setattr("wsclient.adapters.asyncio.sleep", sleep)

    async def main() -> None:
        async for _ in aiter_messages(client, interval=0.25):
            pass

    asyncio.run(main())
    assert set(slept) == {0.25}


@pytest.fixture
def posted(monkeypatch) -> Iterator[list[SimpleNamespace]]:
    """Returns the events that a fake pygame was asked to post."""
    events: list[SimpleNamespace] = []
    types = iter(range(32850, 32900))
    pygame = ModuleType("pygame")
    pygame.event = SimpleNamespace(
        custom_type=lambda: next(types),
        Event=lambda kind, **attributes: SimpleNamespace(type=kind, **attributes),
        post=events.append,
    )
    monkeypatch.setitem(sys.modules, "pygame", pygame)
    _poster.cache_clear()  # another test may have used another pygame
    yield events
    _poster.cache_clear()


def test_each_signal_posts_one_event(client, server, posted) -> None:
    kind = post_events(client)
    opened(client)
    server.send("hello")
    client.poll()

    assert [(each.type, each.signal, each.args) for each in posted] == [
        (kind, "connection_established", ("",)),
        (kind, "message_received", ("hello",)),
    ]
    assert {id(each.client) for each in posted} == {id(client)}


def test_every_signal_is_connected(posted) -> None:
    client = WebSocketClient()
    client.add_user_signal("scored")
    post_events(client)

    names = [each["name"] for each in client.get_signal_list()]
    assert {name: len(client.get_signal_connection_list(name)) for name in names} == dict.fromkeys(names, 1)


def test_a_second_call_connects_nothing_twice_and_logs_nothing(posted, caplog) -> None:
    client = WebSocketClient()

    assert post_events(client) == post_events(client)
    client.emit_signal("data_received")
    assert len(posted) == 1
    assert caplog.messages == []


def test_all_objects_share_one_type_and_stay_apart(posted) -> None:
    class Score(Object):
        changed = Signal[int]("points")

    one, other = Score(), Score()
    assert post_events(one) == post_events(other)

    other.changed.emit(7)
    assert [(each.client, each.args) for each in posted] == [(other, (7,))]


def test_a_client_does_not_keep_itself_alive(posted) -> None:
    gc.disable()
    try:
        client = WebSocketClient()
        post_events(client)
        alive = weakref.ref(client)
        del client
        assert alive() is None
    finally:
        gc.enable()


def test_without_pygame_the_error_names_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pygame", None)
    _poster.cache_clear()

    with pytest.raises(ImportError, match="pip install pygame-ce"):
        post_events(WebSocketClient())
