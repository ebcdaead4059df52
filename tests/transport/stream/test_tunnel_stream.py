from __future__ import annotations

import pytest

from tests.support.memory_stream import MemoryStream
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.transport.stream.stream import StreamFailure
from wsclient.transport.stream.tunnel_stream import TunnelStream

ENDED = Failure(Stage.PROXY, FailureKind.PROXY, "the proxy p:1 said yes, and ended the connection")


def tunnel(early: bytes = b"") -> tuple[TunnelStream, MemoryStream, MemoryStream]:
    here, there = MemoryStream.pair()
    return TunnelStream(here, early, ENDED), here, there


def test_early_data_is_received_first_and_in_pieces() -> None:
    stream, _, there = tunnel(b"early")
    there.send(b"late")

    assert stream.has_more
    assert stream.may_receive()
    assert stream.descriptor is None
    assert [stream.receive(3), stream.receive(3), stream.receive(3)] == [b"ear", b"ly", b"lat"]


def test_nothing_is_nothing() -> None:
    stream, _, _ = tunnel()

    assert stream.receive(3) is None
    assert not stream.has_more
    assert not stream.may_receive()


def test_an_end_before_the_first_byte_is_the_proxys() -> None:
    stream, _, there = tunnel()
    there.end()

    with pytest.raises(StreamFailure) as caught:
        stream.receive(3)
    assert caught.value.failure is ENDED


def test_a_reset_before_the_first_byte_is_the_proxys_and_keeps_its_cause() -> None:
    stream, here, _ = tunnel()
    here.break_with(ConnectionResetError(104, "reset"))

    with pytest.raises(StreamFailure) as caught:
        stream.receive(3)
    assert isinstance(caught.value.failure.cause, ConnectionResetError)


@pytest.mark.parametrize("early", [b"", b"x"], ids=["late", "early"])
def test_an_end_after_the_first_byte_is_an_end(early: bytes) -> None:
    stream, _, there = tunnel(early)
    if not early:
        there.send(b"x")
    assert stream.receive(1) == b"x"
    there.end()

    assert stream.receive(3) == b""


def test_everything_else_is_the_inner_streams() -> None:
    stream, here, there = tunnel()
    stream.set_no_delay(True)
    stream.set_user_timeout(1.0)

    assert stream.send(b"out") == 3
    assert bytes(there.inbox) == b"out"
    assert stream.flush()
    assert (stream.held, stream.has_partial) == (0, False)
    assert here.no_delay
    assert stream.remote_address == here.remote_address
    stream.finish()
    stream.close()
    assert here.has_finished
