"""Tests that a client belongs to the first thread that polls it.

Others may look at it, and send by one call only.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.support.client_states import URL
from tests.support.fake_transport import FakeNetwork, Sent, text
from tests.support.paired_network import PairedNetwork, agree
from tests.support.threads import in_thread
from wsclient import Error, PollGroup, WebSocketClient
from wsclient.testing import SignalLog
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS: dict[str, Callable[[WebSocketClient], object]] = {
    "connect_to_url": lambda client: client.connect_to_url("ws://other.example"),
    "connect_to_url-refused": lambda client: client.connect_to_url("http://"),
    "disconnect_from_host": lambda client: client.disconnect_from_host(),
    "with": lambda client: client.__exit__(None, None, None),
    "reconnect_now": lambda client: client.reconnect_now(),
    "reconnect_policy": lambda client: setattr(client, "reconnect_policy", None),
    "ping": lambda client: client.ping(b"x"),
    "ping-refused": lambda client: client.ping(bytes(126)),
    "send_fragment": lambda client: client.send_fragment(b"x", False),
    "poll": lambda client: client.poll(),
    "put_packet": lambda client: client.put_packet(b"x"),
    "put_packet-bytearray": lambda client: client.put_packet(bytearray(b"x")),
    "put_var": lambda client: client.put_var({"a": 1}),
    "put_var-refused": lambda client: client.put_var("x" * 9_000_000),
    "send": lambda client: client.send(b"x"),
    "send_text": lambda client: client.send_text("x"),
    "send_text-refused": lambda client: client.send_text("\ud800"),
    "flush": lambda client: client.flush(),
    "get_packet": lambda client: client.get_packet(),
    "get_packets": lambda client: client.get_packets(),
    "get_message": lambda client: client.get_message(),
    "get_messages": lambda client: client.get_messages(),
    "get_var": lambda client: client.get_var(),
}

OF_PEERS = {
    f"peer-{name}": call
    for name, call in CALLS.items()
    if name.startswith(("put", "send_t", "get", "flush")) or name == "send"
} | {"peer-close": lambda peer: peer.close()}

TELLS: dict[str, Callable[[WebSocketClient], object]] = {
    "status": lambda client: client.get_connection_status(),
    "statistics": lambda client: client.get_statistics(),
    "latency": lambda client: client.get_latency(),
    "count": lambda client: client.get_available_packet_count(),
    "buffered": lambda client: client.get_current_outbound_buffered_amount(),
    "host": lambda client: (client.get_connected_host(), client.get_connected_port()),
    "last_error": lambda client: client.last_error,
    "close_code": lambda client: (client.close_code, client.close_reason),
    "repr": repr,
    "peers": lambda client: (client.get_peers(), client.get_unique_id(), client.get_packet_peer()),
}


@pytest.fixture
def client(network: FakeNetwork):
    """An open one with a message to read, polled by this thread."""
    with WebSocketClient(transport=network) as client:
        client.connect_to_url(URL)
        network.latest.open_now("", text("hello"))
        client.poll()
        yield client


@pytest.mark.faults("A1")
@pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in {**CALLS, **OF_PEERS}.items()])
def test_another_thread_is_refused_and_the_connection_goes_on(
    client: WebSocketClient, network: FakeNetwork, call: Callable[[object], object], request: pytest.FixtureRequest
) -> None:
    door = client.get_peer(1) if "peer-" in request.node.callspec.id else client
    here = threading.get_ident()

    error = in_thread(lambda: call(door))

    assert isinstance(error, RuntimeError)
    assert f"belongs to thread {here} (MainThread)" in str(error)
    assert (client.last_error, network.latest.sent, network.latest.closes) == (None, [], [])
    assert (client.put_packet(b"on"), client.get_message()) == (Error.OK, "hello")


@pytest.mark.faults("A1")
@pytest.mark.parametrize("name", ["get_packet", "get_message"])
def test_another_thread_is_refused_after_the_owner_has_read(
    client: WebSocketClient, network: FakeNetwork, name: str
) -> None:
    network.latest.feed(text("more"), text("last"))
    client.poll()
    assert (client.get_message(), client.get_message()) == ("hello", "more")

    error = in_thread(lambda: CALLS[name](client))

    assert isinstance(error, RuntimeError)
    assert client.get_message() == "last"


@pytest.mark.faults("A1")
@pytest.mark.parametrize("name", ["put_packet", "send_text", "flush", "disconnect_from_host"])
def test_a_refused_thread_is_named_and_given_an_alternative(client: WebSocketClient, name: str) -> None:
    error = in_thread(lambda: CALLS[name](client))

    assert "; thread " in str(error)
    assert "(Thread-" in str(error)
    assert "send_from_thread()" in str(error)


@pytest.mark.parametrize("tell", [pytest.param(call, id=name) for name, call in TELLS.items()])
def test_another_thread_may_ask(client: WebSocketClient, tell: Callable[[WebSocketClient], object]) -> None:
    told: list[object] = []

    error = in_thread(lambda: told.append(tell(client)))

    assert error is None
    assert told == [tell(client)]


def test_before_the_first_poll_any_thread_may_connect(network: FakeNetwork) -> None:
    client = WebSocketClient(transport=network)

    assert in_thread(lambda: client.connect_to_url(URL)) is None
    assert in_thread(client.disconnect_from_host) is None


def test_the_owner_stays_when_the_client_connects_again(client: WebSocketClient, network: FakeNetwork) -> None:
    client.disconnect_from_host()
    client.connect_to_url(URL)

    assert isinstance(in_thread(lambda: client.put_packet(b"x")), RuntimeError)


def test_a_client_that_is_dropped_in_another_thread_says_goodbye(network: FakeNetwork) -> None:
    clients = [WebSocketClient(transport=network)]
    clients[0].connect_to_url(URL)
    network.latest.open_now()
    clients[0].poll()

    with pytest.warns(ResourceWarning, match="dropped while open"):
        in_thread(clients.clear)

    assert network.latest.closes == [(1000, "")]


# The one door


@pytest.mark.faults("A1")
def test_messages_of_another_thread_are_sent_by_the_next_poll(client: WebSocketClient, network: FakeNetwork) -> None:
    for data in ("text", b"bytes", bytearray(b"array")):
        assert in_thread(lambda data=data: client.send_from_thread(data)) is None
    before = [*network.latest.sent]

    client.poll()

    assert before == []
    assert network.latest.sent == [Sent(b"text", True), Sent(b"bytes", False), Sent(b"array", False)]


def test_messages_sent_while_a_poll_runs_are_sent_by_the_next(client: WebSocketClient, network: FakeNetwork) -> None:
    client.data_received.connect(lambda: in_thread(lambda: client.send_from_thread("from a handler")))
    network.latest.feed(text("go"))
    client.poll()

    client.poll()

    assert network.latest.sent == [Sent(b"from a handler", True)]


@pytest.mark.parametrize("state", ["fresh", "connecting", "closed"])
def test_a_message_without_a_connection_is_refused_by_the_next_poll(network: FakeNetwork, state: str) -> None:
    client = WebSocketClient(transport=network)
    if state != "fresh":
        client.connect_to_url(URL)
    if state == "closed":
        network.latest.open_now()
        client.poll()
        client.disconnect_from_host()

    assert in_thread(lambda: client.send_from_thread("lost")) is None
    before = client.last_error
    client.poll()

    assert before is None
    assert client.last_error is not None
    assert client.last_error.error is Error.FAILED
    assert "cannot be sent" in client.last_error.message.lower() or "can be sent" in client.last_error.message


def test_a_message_that_does_not_fit_is_refused_at_once(client: WebSocketClient, network: FakeNetwork) -> None:
    other = WebSocketClient(transport=network)
    other.set_buffers(64, 16, 1, 2)
    other.send_from_thread(b"x" * 1000)

    error = in_thread(lambda: other.send_from_thread(b"x" * 1000))

    assert isinstance(error, BufferError)


def test_messages_wait_while_the_network_is_full(network: FakeNetwork) -> None:
    with WebSocketClient(transport=network) as client:
        client.set_buffers(64, 16, 1, 16)
        client.connect_to_url(URL)
        network.latest.open_now()
        client.poll()
        network.latest.is_blocked = True
        for letter in (b"a", b"b"):
            client.send_from_thread(letter * 600)
            client.poll()
        sent_while_full = len(network.latest.sent)

        network.latest.is_blocked = False
        client.poll()
        client.poll()

    assert sent_while_full == 1
    assert [payload[:1] for payload, _ in network.latest.sent] == [b"a", b"b"]


@pytest.mark.parametrize(
    ("data", "error"),
    [pytest.param(7, TypeError, id="no-message"), pytest.param("\ud800", UnicodeEncodeError, id="lone-surrogate")],
)
def test_other_types_than_messages_are_refused_by_the_call(
    client: WebSocketClient, data: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        client.send_from_thread(data)


def test_four_workers_and_a_game_lose_nothing(client: WebSocketClient, network: FakeNetwork) -> None:
    signals = SignalLog(client)

    def work(name: str) -> None:
        for number in range(200):
            client.send_from_thread(f"{name} {number}")

    workers = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        client.poll()
    client.poll()

    sent = [payload.decode() for payload, _ in network.latest.sent]
    assert [[each for each in sent if each[0] == name] for name in "abcd"] == [
        [f"{name} {number}" for number in range(200)] for name in "abcd"
    ]
    assert signals == []


def test_a_group_polls_the_client_that_another_thread_sends_by() -> None:
    network = PairedNetwork()
    client = WebSocketClient(transport=lambda settings: NativeTransport(settings, outside=network.outside))
    client.connect_to_url("ws://game.example/")
    with PollGroup([client]) as group, client:
        group.poll()
        server = network.accepted[0]
        agree(server)
        while client.get_connection_status() != client.CONNECTION_CONNECTED:
            group.poll()
        for _ in range(3):  # now it rests
            group.poll()
        polls = client.get_statistics().polls

        group.poll()
        polls_at_rest = client.get_statistics().polls - polls
        in_thread(lambda: client.send_from_thread("hello"))
        group.poll()
        polls_woken = client.get_statistics().polls - polls

        assert (polls_at_rest, polls_woken) == (0, 1)
        assert len(server.recv(100)) == 2 + 4 + 5
        server.close()
