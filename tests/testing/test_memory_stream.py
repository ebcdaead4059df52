"""MemoryStream: what one end sends, the other receives, after its delay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wsclient.testing.memory_stream import MemoryStream

if TYPE_CHECKING:
    from wsclient.testing import FakeClock

CLIENT, SERVER = ("198.51.100.7", 50_000), ("192.0.2.1", 80)


def pair(clock: FakeClock, delay: float = 0.0) -> tuple[MemoryStream, MemoryStream]:
    return MemoryStream.pair(clock, client=CLIENT, server=SERVER, delay=delay)


def test_each_end_receives_the_others_data(wsclient_clock: FakeClock) -> None:
    client, server = pair(wsclient_clock)

    assert client.send(b"hello") == 5
    assert server.is_readable()
    assert server.receive(3) == b"hel"
    assert server.receive(100) == b"lo"
    assert server.receive(100) is None
    assert client.flush()
    assert not client.has_more


def test_each_knows_the_address_of_the_other(wsclient_clock: FakeClock) -> None:
    client, server = pair(wsclient_clock)

    assert (client.remote_address, server.remote_address) == (SERVER, CLIENT)


def test_a_delay_holds_it_back(wsclient_clock: FakeClock) -> None:
    client, server = pair(wsclient_clock, delay=0.2)
    client.send(b"hello")

    assert not server.is_readable()
    assert server.receive(100) is None

    wsclient_clock.advance(0.2)

    assert server.receive(100) == b"hello"


@pytest.mark.parametrize("end", [MemoryStream.close, MemoryStream.finish])
def test_the_end_follows_the_data_and_is_final(end, wsclient_clock: FakeClock) -> None:
    client, server = pair(wsclient_clock)
    client.send(b"bye")
    end(client)
    end(client)

    assert [server.receive(100) for _ in range(3)] == [b"bye", b"", b""]
    with pytest.raises(BrokenPipeError):
        server.send(b"too late")
    with pytest.raises(BrokenPipeError):
        client.send(b"too late")


def test_no_delay_means_nothing(wsclient_clock: FakeClock) -> None:
    client, _ = pair(wsclient_clock)

    client.set_no_delay(True)

    assert client.send(b"x") == 1
