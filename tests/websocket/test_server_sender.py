"""ServerSender: what a server sends to one client. To all: test_broadcast.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.hosting import Hosting
from wsclient import Error

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def hosting() -> Iterator[Hosting]:
    made = Hosting()
    yield made
    made.close()


def test_a_message_to_one_leaves_at_once(hosting: Hosting) -> None:
    client = hosting.opened()
    hosting.server.set_target_peer(hosting.server.get_peers()[0])
    hosting.server.send_text("now")
    client.poll()

    assert client.get_messages() == ["now"]


def test_without_auto_flush_it_leaves_with_poll(hosting: Hosting) -> None:
    hosting.server.auto_flush = False
    client = hosting.opened()
    hosting.server.set_target_peer(hosting.server.get_peers()[0])
    hosting.server.send_text("later")
    client.poll()
    assert client.get_messages() == []
    hosting.settle()

    assert client.get_messages() == ["later"]


def test_a_client_that_is_not_there_is_an_error(hosting: Hosting) -> None:
    hosting.server.set_target_peer(7)

    assert hosting.server.put_packet(b"x") == Error.FAILED
    assert "7" in str(hosting.server.last_error)


def test_bytes_of_invalid_text_are_refused_for_receivers_of_text(hosting: Hosting) -> None:
    clients = [hosting.opened(), hosting.opened()]
    peers = [hosting.server.get_peer(each) for each in hosting.server.get_peers()]
    peers[0].set_write_mode(peers[0].WRITE_MODE_TEXT)

    assert hosting.server.put_packet(b"\xff") == Error.ERR_INVALID_DATA
    hosting.settle()

    assert [client.get_packets() for client in clients] == [[], [b"\xff"]]
    assert all(client.close_code == -1 for client in clients)
