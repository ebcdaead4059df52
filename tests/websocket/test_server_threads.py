"""Tests that a server belongs to the first thread that polls it.

Others may ask it, and send by one call only.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.support.hosting import Hosting
from tests.support.threads import in_thread
from wsclient import Error, PollGroup, WebSocketClient, WebSocketServer
from wsclient.testing import connected_pair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wsclient.websocket.client_request import ClientRequest

CALLS: dict[str, Callable[[WebSocketServer], object]] = {
    "listen": lambda server: server.listen(0),
    "stop": lambda server: server.stop(),
    "with": lambda server: server.__exit__(None, None, None),
    "poll": lambda server: server.poll(),
    "disconnect_peer": lambda server: server.disconnect_peer(server.get_peers()[0]),
    "put_packet": lambda server: server.put_packet(b"x"),
    "put_var": lambda server: server.put_var({"a": 1}),
    "send": lambda server: server.send(b"x"),
    "send_text": lambda server: server.send_text("x"),
    "flush": lambda server: server.flush(),
    "peer-put_packet": lambda server: _peer(server).put_packet(b"x"),
    "peer-send_text": lambda server: _peer(server).send_text("x"),
    "peer-flush": lambda server: _peer(server).flush(),
    "peer-close": lambda server: _peer(server).close(),
    "peer-get_packet": lambda server: _peer(server).get_packet(),
    "peer-get_packets": lambda server: _peer(server).get_packets(),
    "peer-get_message": lambda server: _peer(server).get_message(),
}

QUESTIONS: dict[str, Callable[[WebSocketServer], object]] = {
    "get_peers": lambda server: server.get_peers(),
    "get_peer": lambda server: [server.get_peer(each) for each in server.get_peers()],
    "get_peer_address": lambda server: [server.get_peer_address(each) for each in server.get_peers()],
    "status": lambda server: server.get_connection_status(),
    "statistics": lambda server: server.get_statistics(),
    "count": lambda server: _peer(server).get_available_packet_count(),
    "repr": repr,
}


def _peer(server: WebSocketServer):
    return server.get_peer(server.get_peers()[0])


@pytest.fixture
def pair() -> Iterator[tuple[WebSocketClient, WebSocketServer]]:
    """Yields a client and its server, which has a message to read.

    The thread of the test owns both.
    """
    client, server = connected_pair()
    with client, server:
        client.send_text("hello")
        server.poll()
        yield client, server


@pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in CALLS.items()])
def test_another_thread_is_refused_and_changes_nothing(
    pair: tuple[WebSocketClient, WebSocketServer], call: Callable[[WebSocketServer], object]
) -> None:
    client, server = pair

    error = in_thread(lambda: call(server))

    assert isinstance(error, RuntimeError)
    assert f"belongs to thread {threading.get_ident()} (MainThread)" in str(error)
    server.poll()
    client.poll()
    assert (client.get_available_packet_count(), client.close_code) == (0, -1)
    assert (_peer(server).get_message(), _peer(server).put_packet(b"on")) == ("hello", Error.OK)


@pytest.mark.parametrize("name", ["put_packet", "stop", "disconnect_peer", "peer-send_text", "peer-close"])
def test_the_refusal_names_the_call_for_other_threads(pair: tuple[WebSocketClient, WebSocketServer], name: str) -> None:
    assert "send_from_thread()" in str(in_thread(lambda: CALLS[name](pair[1])))


@pytest.mark.parametrize("question", [pytest.param(call, id=name) for name, call in QUESTIONS.items()])
def test_another_thread_may_ask(
    pair: tuple[WebSocketClient, WebSocketServer], question: Callable[[WebSocketServer], object]
) -> None:
    answers: list[object] = []

    assert in_thread(lambda: answers.append(question(pair[1]))) is None
    assert answers == [question(pair[1])]


def test_before_the_first_poll_any_thread_may_listen_and_stop() -> None:
    server = WebSocketServer()
    server.bind_ip = "127.0.0.1"

    assert in_thread(lambda: server.listen(0)) is None
    assert server.is_listening()
    assert in_thread(server.stop) is None


def test_a_server_of_a_session_guards_the_packets_of_its_peers() -> None:
    client, server = connected_pair(gd_mp_api=True)
    with client, server:
        client.put_packet(b"hello")
        server.poll()

        assert isinstance(in_thread(server.get_packet), RuntimeError)
        assert server.get_packet() == b"hello"


def test_a_new_session_of_a_polled_server_is_guarded_too(pair: tuple[WebSocketClient, WebSocketServer]) -> None:
    server = pair[1]
    server.bind_ip = "127.0.0.1"
    server.listen(0, (), True)

    assert isinstance(in_thread(server.get_packets), RuntimeError)


# The one call for other threads


@pytest.mark.parametrize(
    ("data", "received"), [("text", "text"), (b"bytes", b"bytes"), (bytearray(b"array"), b"array")]
)
def test_a_message_of_another_thread_leaves_with_the_next_poll(
    data: str | bytes, received: str | bytes, pair: tuple[WebSocketClient, WebSocketServer]
) -> None:
    client, server = pair

    assert in_thread(lambda: server.send_from_thread(data)) is None
    client.poll()
    assert client.get_messages() == []
    server.poll()
    client.poll()

    assert client.get_messages() == [received]


def test_a_message_of_another_thread_may_have_one_receiver(pair: tuple[WebSocketClient, WebSocketServer]) -> None:
    client, server = pair
    (client_id,) = server.get_peers()

    in_thread(lambda: (server.send_from_thread("not you", -client_id), server.send_from_thread("you", client_id)))
    server.poll()
    client.poll()

    assert client.get_messages() == ["you"]
    server.send_text("all")  # the target of the owner has not changed
    server.poll()
    client.poll()
    assert client.get_messages() == ["all"]


def test_a_message_of_another_thread_wakes_the_group_of_the_server() -> None:
    hosting = Hosting()
    client = hosting.opened()
    with PollGroup([hosting.server], clock=hosting.clock) as group:
        group.poll()
        assert not group.wait(0.0)

        in_thread(lambda: hosting.server.send_from_thread("hello"))

        assert group.wait(0.0)
        group.poll()
        client.poll()
    assert client.get_messages() == ["hello"]
    hosting.close()


def test_a_request_is_decided_in_the_thread_that_polls() -> None:
    hosting = Hosting()
    requests: list[ClientRequest] = []
    hosting.server.client_request.connect(lambda request: (request.defer(), requests.append(request)))
    client = hosting.client()
    hosting.settle()

    assert isinstance(in_thread(requests[0].accept), RuntimeError)
    assert isinstance(in_thread(requests[0].reject), RuntimeError)
    requests[0].accept()
    hosting.settle()
    assert client.get_connection_status() == client.CONNECTION_CONNECTED
    hosting.close()


def test_messages_of_other_threads_are_bounded(pair: tuple[WebSocketClient, WebSocketServer]) -> None:
    _, server = pair

    error = in_thread(lambda: [server.send_from_thread(bytes(1024 * 1024)) for _ in range(17)])

    assert isinstance(error, BufferError)
    assert "set_buffers" in str(error)


def test_a_server_that_is_dropped_in_another_thread_says_goodbye() -> None:
    servers = [WebSocketServer()]
    servers[0].bind_ip = "127.0.0.1"
    servers[0].listen(0)
    with WebSocketClient() as client:
        client.connect_to_url(f"ws://127.0.0.1:{servers[0].get_local_port()}")
        while client.get_connection_status() != client.CONNECTION_CONNECTED:
            servers[0].poll()
            client.poll()

        with pytest.warns(ResourceWarning, match="dropped while listening"):
            assert in_thread(servers.clear) is None

        while client.get_connection_status() == client.CONNECTION_CONNECTED:
            client.poll()
        assert client.close_code == 1001
