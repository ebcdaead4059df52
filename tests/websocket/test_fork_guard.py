"""A connection and a fork: the child is refused, and the parent does not notice."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

from tests.support.children import in_child, needs_fork
from tests.support.client_states import URL, reach
from tests.support.driving import RecordingClient, drive
from tests.support.scripted_server import LoopbackListener, ScriptedServer
from wsclient.ground.error import Error
from wsclient.transport.forked import ForkedTransport
from wsclient.websocket.client import WebSocketClient
from wsclient.websocket.fork_guard import disown_all
from wsclient.websocket.poll_group import PollGroup
from wsclient.websocket.server import WebSocketServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.fake_transport import FakeNetwork

pytestmark = pytest.mark.hostile("G22")

REFUSED = "belongs to process"


class Session:
    """A client and a server over a real socket, open."""

    def __init__(self, listener: LoopbackListener) -> None:
        self.client = RecordingClient()
        self.client.connect_to_url(f"ws://127.0.0.1:{listener.port}")
        self.server: ScriptedServer | None = None
        drive(self.client, lambda: self._accept(listener))
        drive(self.client, self._agree)
        self.client.drive_until_open()

    def _accept(self, listener: LoopbackListener) -> bool:
        stream = listener.accept()
        self.server = ScriptedServer(stream) if stream else None
        return stream is not None

    def _agree(self) -> bool:
        assert self.server is not None
        self.server.step()
        if self.server.request:
            self.server.accept()
        return self.server.request is not None

    def still_works(self) -> None:
        """Text goes both ways, and the end is clean."""
        client, server = self.client, self.server
        assert server is not None
        client.send_text("from here")
        server.send_message(b"from there")
        drive(client, lambda: server.step() or (client.data and server.messages))
        assert (client.data, server.messages) == (["from there"], [b"from here"])
        client.disconnect_from_host()
        drive(client, lambda: server.step() or client.is_over)
        assert client.told[-1] == ("closed", True)


@pytest.fixture
def session():
    with LoopbackListener() as listener:
        yield Session(listener)


def refusal(call) -> str:
    """Returns the name of the exception that a call raises."""
    try:
        call()
    except RuntimeError as error:
        return str(error)
    return "not refused"


@needs_fork
@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda client: client.poll(), id="poll"),
        pytest.param(lambda client: client.put_packet(b"x"), id="put_packet"),
        pytest.param(lambda client: client.send_text("x"), id="send_text"),
        pytest.param(lambda client: client.get_peer(1).put_packet(b"x"), id="the peer"),
        pytest.param(lambda client: client.flush(), id="flush"),
    ],
)
def test_a_child_that_uses_the_connection_is_refused_and_the_parent_goes_on(call, session: Session) -> None:
    assert REFUSED in in_child(lambda: refusal(lambda: call(session.client)))

    session.still_works()


@needs_fork
def test_a_child_that_drops_the_client_says_no_goodbye_on_the_parents_connection(session: Session) -> None:
    def drop() -> str:
        warnings.simplefilter("error")  # a ResourceWarning in a destructor would be printed
        del session.client
        return ""

    assert in_child(drop) == ""

    session.still_works()


@needs_fork
def test_a_child_that_closes_does_not_end_the_parents_connection(session: Session) -> None:
    def close_and_connect() -> str:
        client = session.client
        client.disconnect_from_host()
        status = client.get_connection_status()
        with LoopbackListener() as listener:
            client.connect_to_url(f"ws://127.0.0.1:{listener.port}")
            drive(client, listener.accept)
            client.disconnect_from_host()
        return status.name

    assert in_child(close_and_connect) == "CONNECTION_DISCONNECTED"

    session.still_works()


@needs_fork
def test_a_child_that_leaves_the_with_blocks_of_a_game_does_not_stop_the_parents() -> None:
    with WebSocketServer() as server, WebSocketClient() as client, PollGroup([server, client]) as group:
        server.bind_ip = "127.0.0.1"
        server.listen(0)
        client.connect_to_url(f"ws://127.0.0.1:{server.get_local_port()}")

        def play_until(condition: Callable[[], object]) -> None:
            for _ in range(1000):
                if condition():
                    return
                group.wait(0.01)
                group.poll()
            raise AssertionError("it never came")

        play_until(lambda: server.get_peers() and client.get_connection_status() == client.CONNECTION_CONNECTED)

        def leave() -> str:
            for each in (group, client, server):
                each.__exit__(None, None, None)
            return ""

        assert in_child(leave) == ""

        server.send_text("to the client")  # each call wakes the sender alone, the system has to wake the receiver
        play_until(client.get_available_packet_count)
        client.send_text("to the server")
        (peer_id,) = server.get_peers()
        play_until(server.get_peer(peer_id).get_available_packet_count)


@needs_fork
def test_a_client_that_was_not_connected_at_the_fork_is_the_childs_to_use() -> None:
    client = RecordingClient()

    def play() -> str:
        with LoopbackListener() as listener:
            client.connect_to_url(f"ws://127.0.0.1:{listener.port}")
            drive(client, listener.accept)
            client.disconnect_from_host()
        return "played"

    assert in_child(play) == "played"


@needs_fork
def test_a_child_can_still_make_contexts_whatever_the_parents_threads_were_doing() -> None:
    from wsclient.transport.opening.resolver import TlsOptions
    from wsclient.transport.stream.tls_context import CONTEXTS

    def make() -> str:
        CONTEXTS.get(TlsOptions(verify=False))
        return "made"

    with CONTEXTS._lock:  # as a lookup thread, which is not there in the child, may hold it
        assert in_child(make) == "made"


# The same without a fork, state by state


@pytest.mark.parametrize("state", ["connecting", "open", "closing", "closed by the server"])
def test_the_connection_is_dropped_silently_in_any_state(state: str, network: FakeNetwork) -> None:
    client = WebSocketClient(transport=network)
    reach(state, client, network)
    closes = [*network.latest.closes]

    disown_all()

    assert network.latest.is_aborted
    assert network.latest.closes == closes
    with pytest.raises(RuntimeError, match=REFUSED):
        client.poll()
    client.disconnect_from_host()
    assert client.get_connection_status() == client.CONNECTION_DISCONNECTED
    assert client.connect_to_url(URL) == Error.OK


def test_a_fork_inside_a_handler_ends_that_poll_quietly(network: FakeNetwork) -> None:
    client = WebSocketClient(transport=network)
    client.connection_established.connect(lambda _protocol: disown_all())
    client.connect_to_url(URL)
    network.latest.open_now("")

    client.poll()

    with pytest.raises(RuntimeError, match=REFUSED):
        client.poll()


def test_a_client_without_a_connection_is_not_changed(network: FakeNetwork) -> None:
    client = WebSocketClient(transport=network)
    reach("open", client, network)
    disown_all()
    client.disconnect_from_host()

    disown_all()

    assert not isinstance(client._link.transport, ForkedTransport)
    client.poll()
