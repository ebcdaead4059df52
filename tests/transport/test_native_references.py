"""Nothing that a transport says or keeps holds on to who uses it."""

from __future__ import annotations

import errno
import gc
import os
import weakref
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_network import FakeResolver, addresses
from tests.support.native_world import NativeWorld
from tests.support.tls import client_context
from wsclient.protocol.events import Ended, Failure
from wsclient.transport.opening.resolver import Resolved
from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    from collections.abc import Iterator

RESET = (errno.ECONNRESET, os.strerror(errno.ECONNRESET))


class User:
    """Uses a transport as the client does.

    It owns the transport, polls it in its own method, and keeps the reason of the end.
    """

    def __init__(self, world: NativeWorld) -> None:
        self.world = world
        self.last_failure: Failure | None = None

    def poll(self) -> None:
        for event in self.world.step():
            if isinstance(event, Ended):
                self.last_failure = event.failure


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def refused() -> NativeWorld:
    world = NativeWorld(listens=False)
    world.network.fail("192.0.2.1")
    world.open()
    return world


def refused_by_one_of_two() -> NativeWorld:
    world = NativeWorld(resolver=FakeResolver(Resolved(addresses("192.0.2.1", "192.0.2.2"))), listens=False)
    world.network.fail("192.0.2.1")
    world.open()
    return world


def no_tls() -> NativeWorld:
    found = Resolved(addresses("192.0.2.1"), lambda stream, _: TlsStream(stream, client_context(), "localhost"))
    world = NativeWorld(resolver=FakeResolver(found), is_secure=True)
    world.network.greeting = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    world.open()
    return world


def no_http() -> NativeWorld:
    world = NativeWorld()
    world.network.greeting = b"HTTP/1.1 101 \x00\r\n\r\n"
    world.open()
    return world


def unwritable_request() -> NativeWorld:
    world = NativeWorld()
    world.network.faults["send"] = [BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))]
    world.open()
    return world


def no_random_bytes() -> NativeWorld:
    def none(_: int) -> bytes:
        raise NotImplementedError("none")

    world = NativeWorld(random_bytes=none)
    world.open()
    return world


def violation() -> NativeWorld:
    world = NativeWorld()
    world.connect()
    world.server.send(b"\xff\xff")
    return world


def reset() -> NativeWorld:
    world = NativeWorld()
    world.connect()
    world.network.sockets[0].stream.break_with(ConnectionResetError(*RESET))
    return world


def unwritable() -> NativeWorld:
    world = NativeWorld()
    world.connect()
    world.network.faults["send"] = [ConnectionResetError(*RESET)]
    world.transport.send(b"x", is_text=False)
    return world


def tampered() -> NativeWorld:
    world = NativeWorld(is_secure=True)
    world.connect()
    world.network.accepted[0].send(b"\x17\x03\x03\x00\x20" + bytes(32))
    return world


def still_open() -> NativeWorld:
    world = NativeWorld()
    world.connect()
    return world


@pytest.mark.parametrize(
    "make",
    [
        refused,
        refused_by_one_of_two,
        no_tls,
        no_http,
        unwritable_request,
        no_random_bytes,
        violation,
        reset,
        unwritable,
        tampered,
        still_open,
    ],
)
def test_a_user_is_freed_as_soon_as_it_is_dropped(make: object) -> None:
    user = User(make())  # type: ignore[operator]
    for _ in range(3):
        user.poll()
    if make not in (still_open, refused_by_one_of_two):
        assert user.last_failure is not None
    freed = weakref.ref(user)
    user.world.transport.abort()
    del user
    assert freed() is None
