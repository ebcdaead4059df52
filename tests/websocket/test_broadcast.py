"""Tests messages to many clients, whose frame is made once.

Everything else about each client still holds.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_transport import FakeTransport
from tests.support.hosting import Hosting, request
from wsclient import Error
from wsclient.transport.descriptor import NOTHING
from wsclient.transport.watchlist import Watchlist
from wsclient.websocket.broadcast import queue_for_each
from wsclient.websocket.link import Limits, WriteMode
from wsclient.websocket.served_client import ServedClient, ServedLink, Totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wsclient.transport.listener import Listener

LIMIT = 10_000
TEXT = "héllo".encode()


class Clients:
    """Clients that rest, each with a list for its frames."""

    def __init__(self, count: int) -> None:
        self.watchlist: Watchlist[ServedClient | Listener] = Watchlist()
        self.totals = Totals(LIMIT)
        self.totals.count()
        self.all = [self._resting() for _ in range(count)]
        self.alone: list[ServedLink] = []

    def _resting(self) -> ServedClient:
        client = ServedClient(ServedLink(self.totals, Limits(), Limits()), FakeTransport(), ("192.0.2.7", 5000))
        client.link.is_open = True
        client.waiting, client.plain_end = [], 1000
        client.entry = self.watchlist.add(client)
        self.watchlist.take()
        self.watchlist.rest(client.entry, NOTHING, 100.0)
        return client

    def queue(self, payload: bytes, *, is_text: bool | None = False, error: Error = Error.OK) -> Error:
        def queue_alone(link: ServedLink, _payload: bytes, _is_text: bool) -> Error:
            self.alone.append(link)
            return error

        return queue_for_each(self.all, payload, is_text, self.totals, self.watchlist, queue_alone)


def test_all_that_rest_get_the_same_bytes() -> None:
    clients = Clients(3)

    assert clients.queue(b"hi") == Error.OK

    (frame,) = clients.all[0].waiting
    assert frame == b"\x82\x02hi"
    assert all(client.waiting == [frame] and client.waiting[0] is frame for client in clients.all)
    assert clients.alone == []


def test_all_that_rest_are_woken_and_counted() -> None:
    clients = Clients(2)
    clients.queue(b"hi")

    assert [clients.watchlist.take() for _ in range(3)] == [clients.all[0].entry, clients.all[1].entry, None]
    assert all(client.entry.has_only_a_frame for client in clients.all)
    assert [(client.link.sent_messages, client.link.sent_bytes) for client in clients.all] == [(1, 2)] * 2


def test_one_that_is_awake_is_left_to_the_usual_way() -> None:
    clients = Clients(2)
    clients.watchlist.wake(clients.all[1].entry)
    clients.queue(b"hi")

    assert clients.alone == [clients.all[1].link]
    assert not clients.all[1].entry.has_only_a_frame


def test_the_kind_is_that_of_the_write_mode_of_each() -> None:
    clients = Clients(2)
    clients.all[1].link.write_mode = WriteMode.WRITE_MODE_TEXT
    clients.queue(TEXT, is_text=None)

    assert [client.waiting[0][0] for client in clients.all] == [0x82, 0x81]


@pytest.mark.parametrize(
    ("payload", "is_text"),
    [
        pytest.param(bytes(1025), False, id="not-short"),
        pytest.param(bytes(1000), False, id="needs-another-frame"),
        pytest.param(b"\xff", True, id="no-text"),
    ],
)
def test_messages_without_a_common_frame_are_sent_the_usual_way(payload: bytes, is_text: bool) -> None:
    clients = Clients(2)

    assert clients.queue(payload, is_text=is_text, error=Error.FAILED) == Error.FAILED

    assert clients.alone == [client.link for client in clients.all]
    assert [client.waiting for client in clients.all] == [[], []]


def test_beyond_the_common_memory_each_is_asked_for() -> None:
    clients = Clients(3)
    most = LIMIT // (3 * 999)
    for _ in range(most):
        clients.queue(bytes(999))
        for client in clients.all:
            clients.watchlist.rest(client.entry, NOTHING, 100.0)
            client.entry.is_awake = False
    clients.queue(bytes(999))

    assert [len(client.waiting) for client in clients.all] == [most] * 3
    assert clients.alone == [client.link for client in clients.all]


# On a real port


@pytest.fixture
def hosting() -> Iterator[Hosting]:
    made = Hosting()
    yield made
    made.close()


def test_messages_to_all_and_to_one_keep_their_order(hosting: Hosting) -> None:
    client, server = hosting.opened(), hosting.server
    (peer,) = map(server.get_peer, server.get_peers())
    hosting.settle()
    for number in range(3):
        server.send_text(f"all {number}")
        peer.send_text(f"one {number}")
    server.send_text("x" * 70_000)
    server.send_text("last")
    hosting.settle()

    told = client.get_messages()
    assert told[:6] == ["all 0", "one 0", "all 1", "one 1", "all 2", "one 2"]
    assert (len(told[6]), told[7:]) == (70_000, ["last"])


@pytest.mark.parametrize("compression", [False, True])
@pytest.mark.parametrize("size", [1, 100, 125, 126, 1024, 1025, 70_000])
def test_a_message_arrives_whole_with_any_agreement(size: int, compression: bool, hosting: Hosting) -> None:
    hosting.server.compression = compression
    clients = [hosting.client() for _ in range(3)]
    clients[1].compression = True
    hosting.settle()
    for payload in (bytes(size), b"\x01" * size):
        hosting.server.put_packet(payload)
        hosting.settle()

    assert [client.get_packets() for client in clients] == [[bytes(size), b"\x01" * size]] * 3


def test_a_message_to_all_comes_before_the_close(hosting: Hosting) -> None:
    client = hosting.opened()
    hosting.settle()
    hosting.server.send_text("goodbye")
    hosting.server.stop(1001, "closing time")
    hosting.settle()

    assert (client.get_messages(), client.close_code) == (["goodbye"], 1001)


def test_a_message_to_all_waits_for_poll_and_is_counted_until_then(hosting: Hosting) -> None:
    client, server = hosting.opened(), hosting.server
    hosting.settle()
    (peer,) = map(server.get_peer, server.get_peers())
    server.put_packet(bytes(100))
    client.poll()
    assert (client.get_available_packet_count(), peer.get_current_outbound_buffered_amount()) == (0, 100)
    assert server.get_statistics().unsent_packets == 1

    server.poll()
    client.poll()

    assert (client.get_available_packet_count(), peer.get_current_outbound_buffered_amount()) == (1, 0)
    assert (server.get_statistics().messages_sent, server.get_statistics().bytes_sent) == (1, 100)


def test_a_message_to_all_is_sent_at_once_by_flush(hosting: Hosting) -> None:
    client = hosting.opened()
    hosting.settle()
    hosting.server.send_text("now")
    hosting.server.flush()
    client.poll()

    assert client.get_messages() == ["now"]


def test_a_message_to_all_costs_one_system_call_for_each_client(
    hosting: Hosting, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        hosting.opened()
    hosting.settle()
    calls: list[int] = []
    monkeypatch.setattr("wsclient.transport.native.NativeTransport.poll", lambda *_, **__: calls.append(1) or [])
    hosting.server.put_packet(b"hi")
    hosting.server.poll()

    assert calls == []  # no ordinary turn was needed


def test_one_that_reads_slowly_gets_every_byte_in_order() -> None:
    hosting = Hosting(listens=False)
    hosting.server.set_buffers(64, 64, 64, 1024)
    hosting.listen()
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(("127.0.0.1", hosting.server.get_local_port()))
    slow.sendall(request())
    fast = hosting.opened()
    hosting.settle()
    results: list[Error] = []
    while Error.ERR_OUT_OF_MEMORY not in results:  # until the network and the queue are full
        results.append(hosting.server.put_packet(len(results).to_bytes(4, "big") * 250))
        hosting.server.poll()
        fast.poll()
        fast.get_packets()
    left = results.count(Error.OK)
    expected = b"".join(b"\x82\x7e\x03\xe8" + number.to_bytes(4, "big") * 250 for number in range(left))
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    slow.setblocking(False)
    received = b""
    while len(received) < len(expected) + 200:
        hosting.settle(1, 0.001)
        try:
            data = slow.recv(1 << 20)
        except BlockingIOError:
            continue
        received += data
        if received.endswith(expected[-1004:]):
            break
    slow.close()
    hosting.close()

    assert received.partition(b"\r\n\r\n")[2] == expected


def test_one_that_is_gone_keeps_no_other_from_getting_it(hosting: Hosting) -> None:
    gone, client = hosting.raw(request()), hosting.opened()
    hosting.settle()
    gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset
    hosting.server.send_text("hello")
    gone.close()
    hosting.settle()

    assert client.get_messages() == ["hello"]
    assert [name for name, *_ in hosting.told].count("client_disconnected") == 1


def test_the_frame_of_a_session_is_made_once_for_all_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    hosting = Hosting(gd_mp_api=True)
    clients = [hosting.client(gd_mp_api=True) for _ in range(4)]
    hosting.settle()
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(ServedLink, "queue_surely", lambda *_: asked.append("relay"))
    monkeypatch.setattr(ServedLink, "queue", lambda *_: asked.append("host"))
    clients[0].put_packet(b"from a peer")
    hosting.settle()
    hosting.server.put_packet(b"from the host")
    hosting.settle()

    assert [client.get_packets() for client in clients[1:]] == [[b"from a peer", b"from the host"]] * 3
    assert asked == []
    hosting.close()


@pytest.mark.parametrize("size", [10, 70_000])
def test_the_bytes_on_the_wire_are_those_that_arrive(size: int, hosting: Hosting) -> None:
    clients = [hosting.opened() for _ in range(2)]
    for _ in range(3):
        hosting.settle()
        hosting.server.put_packet(bytes(size))
    hosting.settle()

    arrived = sum(client.get_statistics().wire_bytes_received for client in clients)
    assert hosting.server.get_statistics().wire_bytes_sent == arrived > 6 * size
