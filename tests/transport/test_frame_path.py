"""Tests FramePath. For a whole server, see test_broadcast.py."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.support.hosting import request
from tests.support.memory_stream import MemoryStream
from wsclient.testing import FakeClock
from wsclient.transport.base import Settings
from wsclient.transport.frame_path import FramePath
from wsclient.transport.opening.milestones import Accepted
from wsclient.transport.readiness import Readiness
from wsclient.transport.served import ServedTransport
from wsclient.transport.stream.tcp_stream import TcpStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wsclient.transport.stream.stream import Stream

FRAME = b"\x82\x03abc"


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        here, _ = listener.accept()
    here.setblocking(False)
    with client, here:
        yield here, client


def opened(stream: Stream, client: Stream | socket.socket) -> ServedTransport:
    transport = ServedTransport(Settings(), clock=FakeClock())
    assert transport.frame_path() is None
    transport.answer(Accepted(stream, Settings(), None))
    client.send(request())
    transport.poll()
    transport.accept()
    transport.poll()
    assert transport.can_send
    return transport


def test_the_frame_is_written_by_one_call(sockets: tuple[socket.socket, socket.socket]) -> None:
    here, client = sockets
    transport = opened(TcpStream(here, Readiness()), client)
    path = transport.frame_path()
    assert isinstance(path, FramePath)
    client.recv(4096)

    assert path.send(FRAME) == len(FRAME)

    assert client.recv(4096) == FRAME
    assert path.end == 1025


def test_the_frame_that_waits_is_one_of_the_messages(sockets: tuple[socket.socket, socket.socket]) -> None:
    here, client = sockets
    transport = opened(TcpStream(here, Readiness()), client)
    path = transport.frame_path()
    assert path is not None
    client.recv(4096)

    path.waiting.append(FRAME)
    transport.send(b"x", is_text=False)
    assert (transport.buffered_messages, transport.buffered_amount) == (2, 4)
    transport.poll()

    assert client.recv(4096) == FRAME + b"\x82\x01x"


def test_the_rest_of_a_frame_that_was_taken_in_part_comes_before_the_next(
    sockets: tuple[socket.socket, socket.socket],
) -> None:
    here, client = sockets
    transport = opened(TcpStream(here, Readiness()), client)
    path = transport.frame_path()
    assert path is not None
    client.recv(4096)

    path.waiting.append(FRAME)
    path.send(FRAME[:2])
    transport.frame_has_begun(2)
    transport.send(b"x", is_text=False)
    transport.poll()

    assert client.recv(4096) == FRAME + b"\x82\x01x"


def test_a_stream_that_holds_data_back_has_no_such_path() -> None:
    here, there = MemoryStream.pair()

    assert opened(here, there).frame_path() is None
