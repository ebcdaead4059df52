from __future__ import annotations

import errno
import os
import socket
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_network import FakeNetwork, FakeSocket
from tests.support.scripted_server import LoopbackListener
from wsclient.transport.readiness import Readiness
from wsclient.transport.stream.tcp_stream import TcpStream

if TYPE_CHECKING:
    from tests.support.memory_stream import MemoryStream


class Connected:
    """A stream over a fake socket, and the server's end."""

    def __init__(self) -> None:
        self.network = FakeNetwork()
        self.network.listen("192.0.2.1")
        self.socket: FakeSocket = self.network.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        self.socket.connect_ex(("192.0.2.1", 80))
        self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self.stream = TcpStream(self.socket, self.network.readiness())
        self.server: MemoryStream = self.network.accepted[0]
        self.socket.calls.clear()

    def fault(self, call: str, number: int) -> None:
        self.network.faults[call] = [OSError(number, os.strerror(number))]


@pytest.fixture
def connected() -> Connected:
    return Connected()


def test_receives_arrived_data(connected: Connected) -> None:
    connected.server.send(b"hello")
    assert connected.stream.is_readable()
    assert connected.stream.receive(100) == b"hello"
    assert not connected.stream.has_more


def test_no_data_is_none_and_the_end_is_empty(connected: Connected) -> None:
    assert not connected.stream.is_readable()
    assert connected.stream.receive(100) is None
    connected.server.end()
    assert connected.stream.is_readable()
    assert connected.stream.receive(100) == b""
    assert not connected.stream.has_more


def test_a_full_read_shows_that_there_may_be_more(connected: Connected) -> None:
    connected.server.send(b"hello")
    assert connected.stream.receive(5) == b"hello"
    assert connected.stream.has_more
    assert connected.stream.receive(5) is None
    assert not connected.stream.has_more


@pytest.mark.hostile("G08")
@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR, errno.ENOBUFS])
def test_later_is_not_never(connected: Connected, number: int) -> None:
    connected.server.send(b"hello")
    connected.fault("recv", number)
    assert connected.stream.receive(100) is None
    assert connected.stream.receive(100) == b"hello"
    connected.fault("send", number)
    assert connected.stream.send(b"hello") == 0
    assert connected.stream.send(b"hello") == 5


@pytest.mark.hostile("G08")
@pytest.mark.parametrize("number", [errno.ECONNRESET, errno.EPIPE, errno.ETIMEDOUT, errno.ENETUNREACH])
def test_never_is_an_error(connected: Connected, number: int) -> None:
    connected.fault("recv", number)
    with pytest.raises(OSError, match=os.strerror(number)):
        connected.stream.receive(100)
    connected.fault("send", number)
    with pytest.raises(OSError, match=os.strerror(number)):
        connected.stream.send(b"hello")


@pytest.mark.hostile("G09")
def test_sends_what_fits(connected: Connected) -> None:
    connected.socket.stream.room = 3
    assert connected.stream.send(b"hello") == 3
    assert connected.stream.send(memoryview(b"lo")) == 0
    assert connected.stream.flush()
    assert connected.server.inbox == b"hel"


def test_finishing_reads_arrived_data_before_it_closes(connected: Connected) -> None:
    connected.server.send(bytes(70_000))
    connected.stream.finish()
    assert connected.socket.calls == ["shutdown", "recv", "recv", "recv", "close"]


def test_finishing_takes_no_more_than_a_bounded_amount(connected: Connected) -> None:
    connected.server.send(bytes(10_000_000))
    connected.stream.finish()
    assert connected.socket.calls.count("recv") == 4
    assert connected.socket.is_closed


@pytest.mark.parametrize("call", ["shutdown", "recv"])
def test_finishing_a_broken_connection_closes_it(connected: Connected, call: str) -> None:
    connected.fault(call, errno.ENOTCONN)
    connected.stream.finish()
    assert connected.socket.is_closed


@pytest.mark.parametrize("call", ["setsockopt", "close"])
def test_harmless_errors_are_not_raised(connected: Connected, call: str) -> None:
    connected.fault(call, errno.EIO)
    connected.stream.set_no_delay(True)
    connected.stream.close()
    connected.stream.close()


@pytest.mark.parametrize("enabled", [True, False])
def test_sets_no_delay(connected: Connected, enabled: bool) -> None:
    connected.stream.set_no_delay(enabled)
    assert connected.socket.options == {(socket.IPPROTO_TCP, socket.TCP_NODELAY): enabled}


def test_knows_the_other_side(connected: Connected) -> None:
    assert connected.stream.remote_address == ("192.0.2.1", 80)


def test_works_over_a_real_socket() -> None:
    with LoopbackListener() as listener, socket.create_connection(("127.0.0.1", listener.port)) as plain:
        plain.setblocking(False)
        stream, server = TcpStream(plain, Readiness()), listener.accept()
        assert server is not None
        assert stream.send(b"hello") == 5
        assert server.is_readable()
        assert server.receive(100) == b"hello"
        assert stream.receive(100) is None
        server.finish()
        assert stream.is_readable()
        assert stream.receive(100) == b""
        assert stream.remote_address == ("127.0.0.1", listener.port)
        stream.close()
