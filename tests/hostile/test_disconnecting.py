"""`disconnect_from_host()` in every state (row E11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hostile.scenario import Scene
from tests.hostile.wire import TEXT, close, frame
from tests.hostile.worlds import NamedWorld, found
from wsclient import Error, WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = found("192.0.2.1")
pytestmark = pytest.mark.hostile("E11")


@pytest.fixture
def named() -> Iterator[Scene]:
    """A world whose name server does not answer until the test wants it."""
    with Scene(NamedWorld(None)) as made:
        yield made


def world_of(scene: Scene) -> NamedWorld:
    assert isinstance(scene.world, NamedWorld)
    return scene.world


def test_before_any_attempt_it_does_nothing(scene: Scene) -> None:
    scene.client.disconnect_from_host()

    scene.ends_silently()


@pytest.mark.hostile("G02")
@pytest.mark.parametrize("polls", [0, 1, 5])
def test_while_resolving_it_ends_silently(named: Scene, polls: int) -> None:
    assert named.client.connect_to_url("ws://game.example") == Error.OK
    for _ in range(polls):
        named.step()
    named.client.disconnect_from_host()
    named.step()
    world_of(named).resolver.lookups[0].outcome = HERE  # too late to matter
    named.wait(60.0)
    world_of(named).resolver.outcome = HERE

    assert world_of(named).network.sockets == []
    named.ends_silently()


@pytest.mark.parametrize(("polls", "tried"), [(1, 1), (2, 2), (9, 2)])
def test_while_connecting_it_ends_silently(named: Scene, polls: int, tried: int) -> None:
    world = world_of(named)
    world.resolver.outcome = found("198.51.100.1", "2001:db8::1")  # no host answers there
    assert named.client.connect_to_url("ws://game.example") == Error.OK
    for _ in range(polls):
        named.wait(0.3, tick=0.3)
    assert len(world.network.connects) == len(world.network.open_sockets) == tried
    named.client.disconnect_from_host()
    assert world.network.open_sockets == []
    world.network.listen("198.51.100.1", "2001:db8::1")

    named.ends_silently()


def test_during_the_tls_handshake_it_ends_silently(secure: Scene) -> None:
    assert secure.client.connect_to_url(secure.world.url) == Error.OK
    secure.step()
    assert not secure.server.request
    secure.client.disconnect_from_host()

    secure.ends_silently()


@pytest.mark.parametrize("reply", [0, 20, 100])
@pytest.mark.parametrize("world", ["scene", "secure", "loopback"])
def test_while_waiting_for_the_reply_it_ends_silently(world: str, reply: int, request: pytest.FixtureRequest) -> None:
    scene: Scene = request.getfixturevalue(world)
    server = scene.connect()
    server.send(server.agreement()[:reply])
    scene.step()
    scene.step()
    scene.client.disconnect_from_host()
    scene.run(lambda: server.has_ended)

    assert server.frames == []
    scene.ends_silently()


def test_when_the_reply_is_there_but_was_not_polled_for_it_ends_silently(scene: Scene) -> None:
    server = scene.connect()
    server.send(server.agreement(), frame(TEXT, b"Hello"))
    server.step()
    scene.client.disconnect_from_host()

    scene.ends_silently()


@pytest.mark.hostile("G02")
def test_an_attempt_may_follow_at_once(named: Scene) -> None:
    assert named.client.connect_to_url("ws://game.example") == Error.OK
    named.step()
    named.client.disconnect_from_host()
    world_of(named).resolver.outcome = HERE
    server = named.open()
    world_of(named).resolver.lookups[0].outcome = HERE
    server.send(close())

    named.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


def test_on_an_open_connection_it_says_so_to_the_server(loopback: Scene) -> None:
    server = loopback.open()
    loopback.client.disconnect_from_host(4000, "enough")
    assert loopback.client.get_connection_status() == WebSocketClient.CONNECTION_CONNECTED
    assert loopback.client.put_packet(b"too late") == Error.FAILED
    loopback.run(lambda: server.frames)
    assert server.frames[0].payload == b"\x0f\xa0enough"
    server.send(frame(TEXT, b"on its way"), close(4000))

    loopback.run(lambda: loopback.is_over)
    assert loopback.told[1:] == [("data", "on its way"), ("closed", True)]


def test_a_second_call_changes_nothing(scene: Scene) -> None:
    server = scene.open()
    scene.client.disconnect_from_host(4000, "first")
    scene.client.disconnect_from_host(4001, "second")
    scene.step()
    scene.client.disconnect_from_host()
    server.send(close(4000))

    scene.closes(4000, is_clean=True, before=[])


def test_once_the_server_has_closed_it_changes_nothing(scene: Scene) -> None:
    server = scene.open()
    scene.client.server_close_request.connect(lambda _code, _reason: scene.client.disconnect_from_host(4001, "too"))
    server.send(close(4000, b"me first"))

    scene.closes(4000, is_clean=True, before=[("close_request", 4000, "me first")])


@pytest.mark.parametrize("world", ["scene", "loopback"])
def test_on_a_half_closed_connection_the_end_is_unclean(world: str, request: pytest.FixtureRequest) -> None:
    scene: Scene = request.getfixturevalue(world)
    server = scene.open()
    server.end_behind()
    server.step()
    scene.client.disconnect_from_host()

    scene.closes(1000, "without a Close frame", stage="close", before=[])


def test_after_the_end_it_does_nothing(scene: Scene) -> None:
    scene.open().send(close())
    scene.run(lambda: scene.is_over)
    scene.client.disconnect_from_host()

    scene.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


def test_in_the_handler_of_the_opening(scene: Scene) -> None:
    scene.client.connection_established.connect(
        lambda _: scene.client.disconnect_from_host(4000), flags=WebSocketClient.CONNECT_ONESHOT
    )
    server = scene.open(behind=frame(TEXT, b"behind"))
    scene.run(lambda: server.close_codes)
    server.send(close(4000))

    scene.closes(4000, is_clean=True, before=[("data", "behind")])
