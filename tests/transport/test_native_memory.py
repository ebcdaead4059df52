"""Tests attempts and connections without memory.

They end once, and as well as possible.
"""

from __future__ import annotations

import pytest

from tests.support.builds import looks_inside
from tests.support.native_world import NativeWorld
from wsclient.protocol.events import CloseReceived, Failure, FailureKind, Stage

pytestmark = pytest.mark.hostile("C13")

HELLO = bytes.fromhex("8105 48656c6c6f")
BEGUN = bytes.fromhex("827e 0400") + bytes(1000)  # 24 bytes are missing


@pytest.fixture
def world() -> NativeWorld:
    return NativeWorld()


def out_of_memory(*_: object, **__: object) -> None:
    raise MemoryError


def fails_for_memory(world: NativeWorld, stage: Stage) -> Failure:
    failure = world.failure
    assert (failure.stage, failure.kind) == (stage, FailureKind.SYSTEM)
    assert "memory" in failure.detail
    assert not world.network.open_sockets
    world.run(30.0)
    assert world.failure is failure, "it ended twice"
    return failure


def test_a_reply_that_cannot_be_read_fails_the_attempt(world: NativeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.open()
    while not world.network.accepted:
        world.step()
    world.network.accepted[0].send(b"HTTP/1.1 101 ")
    monkeypatch.setattr(world.network.sockets[0].stream, "receive", out_of_memory)

    world.settle()

    fails_for_memory(world, Stage.HANDSHAKE)


@pytest.mark.parametrize("place", ["stream", pytest.param("decoder", marks=looks_inside)])
def test_the_server_is_told_of_an_unreadable_message_after_whole_ones(
    place: str, world: NativeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    world.server.send(HELLO + BEGUN)
    world.step()
    live = world.transport._live
    assert live is not None
    with monkeypatch.context() as patch:
        if place == "stream":
            patch.setattr(world.network.sockets[0].stream, "receive", out_of_memory)
        else:
            patch.setattr(live.connection._decoder, "decode", out_of_memory)
        world.server.send(bytes(24))
        world.step()
    world.settle()

    fails_for_memory(world, Stage.OPEN)
    assert world.messages == [b"Hello"]
    (close,) = (event for event in world.server.events if isinstance(event, CloseReceived))
    assert close.code == 1011


def test_a_frame_that_cannot_be_masked_is_the_last_thing_that_is_tried(
    world: NativeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    live = world.transport._live
    assert live is not None
    sent = len(world.network.accepted[0].inbox)
    world.transport.send(b"x" * 100_000, is_text=False)
    monkeypatch.setattr(live.writer, "_data_to_send", out_of_memory)  # nothing else runs out in masking alone

    world.step()

    assert "100000 bytes were not sent" in fails_for_memory(world, Stage.OPEN).detail
    assert len(world.network.accepted[0].inbox) == sent


def test_the_socket_is_released_under_tls_too(monkeypatch: pytest.MonkeyPatch) -> None:
    world = NativeWorld(is_secure=True)
    world.connect()
    monkeypatch.setattr(world.network.sockets[0].stream, "receive", out_of_memory)
    monkeypatch.setattr(world.network.sockets[0].stream, "send", out_of_memory)
    world.server.send(HELLO)

    world.run(10.0)  # the Close cannot leave either

    fails_for_memory(world, Stage.OPEN)
