"""Tests that a dropped WebSocketClient is gone at once.

Nothing keeps it alive, and it cannot be copied.
"""

from __future__ import annotations

import copy
import gc
import pickle
import subprocess
import sys
import warnings
import weakref

import pytest

from tests.support.client_states import STATES, URL, reach
from tests.support.fake_transport import FakeNetwork, FakeTransport, binary, failure
from tests.support.signal_log import signals_of
from tests.support.source import ROOT
from wsclient.ground.error import Error
from wsclient.protocol.events import Ended, Event
from wsclient.websocket.client import WebSocketClient


@pytest.fixture(autouse=True)
def without_collector():
    """An object that only the garbage collector would free does not count as freed."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.hostile("H09")
@pytest.mark.parametrize("state", [state for state in STATES if state not in ("open", "closed by the server")])
def test_h09_a_client_that_is_dropped_is_gone_at_once(state: str, network: FakeNetwork) -> None:
    client = WebSocketClient(transport=network)
    reach(state, client, network)
    gone = weakref.ref(client)

    del client

    assert gone() is None
    assert all(each.is_aborted for each in network.transports)


@pytest.mark.hostile("H09")
@pytest.mark.parametrize(
    ("state", "closes"), [("open", [(1000, "")]), ("closed by the server", [(1000, "")])], ids=["open", "server-closes"]
)
def test_h09_a_client_that_is_dropped_while_open_says_goodbye_and_warns(
    state: str, closes: list[tuple[int, str]], network: FakeNetwork
) -> None:
    client = WebSocketClient(transport=network)
    reach(state, client, network)
    gone = weakref.ref(client)

    with pytest.warns(ResourceWarning, match="CONNECTED ws://host/> was dropped while open: call disconnect_from_host"):
        del client

    assert gone() is None
    assert network.latest.closes == closes
    assert network.latest.is_aborted


def test_a_warning_that_is_an_error_does_not_keep_the_socket(
    network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda problem: seen.append(repr(problem.exc_value)))
    client = WebSocketClient(transport=network)
    reach("open", client, network)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del client

    assert "was dropped while open" in seen[0]
    assert network.latest.is_aborted


@pytest.mark.hostile("H03")
def test_h03_the_last_reference_may_be_dropped_inside_a_handler(network: FakeNetwork) -> None:
    holder = [WebSocketClient(transport=network)]
    reach("open", holder[0], network)
    gone = weakref.ref(holder[0])
    holder[0].data_received.connect(holder.clear)
    network.latest.feed(binary(b"one", b"two"))

    with pytest.warns(ResourceWarning):
        holder[0].poll()

    assert holder == []
    assert network.latest.is_aborted
    assert gone() is None


@pytest.mark.hostile("H03")
def test_h03_the_last_reference_may_be_dropped_when_the_end_is_reported(network: FakeNetwork) -> None:
    holder = [WebSocketClient(transport=network)]
    reach("open", holder[0], network)
    gone = weakref.ref(holder[0])
    holder[0].connection_closed.connect(lambda _was_clean: holder.clear())
    network.latest.feed(Ended(was_clean=True))

    holder[0].poll()

    assert gone() is None


@pytest.mark.hostile("H10")
def test_h10_the_interpreter_may_end_with_an_open_client() -> None:
    code = """if True:
        from tests.support.client_states import reach
        from tests.support.fake_transport import FakeNetwork
        from wsclient import WebSocketClient
        network = FakeNetwork()
        client = WebSocketClient(transport=network)
        client.data_received.connect(client.poll)  # a circle, for the end of the interpreter
        reach("open", client, network)
    """
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("gd_mp_api", [False, True])
def test_its_history_does_not_keep_it_alive(gd_mp_api: bool, network: FakeNetwork) -> None:
    """Nothing that has happened to a client keeps it alive.

    This includes refused calls, a failure with its cause, handlers, signals, a peer, and an owed signal.
    """
    client = WebSocketClient(transport=network)
    kept = [signals_of(client), client.get_peer(1), client.data_received, client.connection_closed]
    client.connect_to_url("ws://host:0")
    kept.append(client.last_error)
    client.connect_to_url(URL, gd_mp_api=gd_mp_api)
    network.latest.open_now("", binary(bytes(9)))
    client.poll()
    client.connect_to_url(URL)
    client.put_packet(b"hello")
    kept += [client.get_peer(1), client.last_error, client.get_statistics()]
    client.disconnect_from_host()
    client.connect_to_url(URL)
    gone = weakref.ref(client)

    del client

    assert gone() is None
    assert len(kept) == 8


def test_the_failure_of_a_connection_does_not_keep_it_alive(network: FakeNetwork) -> None:
    """The failure of a connection does not keep the client alive.

    Its cause was raised below poll(), and even a foreign traceback refers to the client's frames.
    """

    class Breaking(FakeTransport):
        def poll(self, read: bool = True) -> list[Event]:
            try:
                raise OSError("reset")
            except OSError as error:
                return [Ended(was_clean=False, failure=failure(cause=error))]

    client = WebSocketClient(transport=Breaking)
    client.connect_to_url(URL)
    client.poll()
    last_error, gone = client.last_error, weakref.ref(client)

    del client

    assert gone() is None
    assert last_error is not None
    assert isinstance(last_error.cause, OSError)


def test_handlers_that_are_its_own_methods_are_the_subclasss_own_circle(network: FakeNetwork) -> None:
    class Game(WebSocketClient):
        def on_data(self) -> None: ...

    client = Game(transport=network)
    client.data_received.connect(client.on_data)
    gone = weakref.ref(client)
    del client

    assert gone() is not None  # as with any object that holds its own bound method
    gc.collect()
    assert gone() is None


def test_a_bound_signal_that_is_kept_says_that_the_client_is_gone(network: FakeNetwork) -> None:
    client = WebSocketClient(transport=network)
    signal = client.data_received
    signal.connect(lambda: None)
    del client

    with pytest.raises(ReferenceError, match="data_received"):
        signal.emit()


def test_a_retained_peer_is_unconnected(network: FakeNetwork) -> None:
    client = WebSocketClient(transport=network)
    reach("closing", client, network)
    peer = client.get_peer(1)
    assert peer is not None
    del client

    assert not peer.is_connected_to_host()
    assert peer.put_packet(b"hello") is Error.FAILED


def test_an_incompletely_made_client_is_dropped_quietly() -> None:
    WebSocketClient.__new__(WebSocketClient)


@pytest.mark.hostile("G22")
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
@pytest.mark.parametrize("state", ["disconnected", "connecting"])
def test_g22_it_cannot_be_copied(copied, state: str, network: FakeNetwork) -> None:
    client = WebSocketClient(transport=network)
    reach(state, client, network)

    with pytest.raises(TypeError, match="a WebSocketClient cannot be copied or pickled"):
        copied(client)


# With


def test_leaving_a_with_block_closes(network: FakeNetwork) -> None:
    with WebSocketClient(transport=network) as client:
        told = signals_of(client)
        reach("open", client, network)

    assert network.latest.closes == [(1000, "")]
    assert network.latest.is_aborted
    assert client.get_connection_status() == client.CONNECTION_DISCONNECTED
    assert told == [("connection_established", "")]

    client.poll()
    client.poll()
    assert told[1:] == [("connection_closed", False)]


def test_leaving_a_with_block_by_an_exception_closes_too(network: FakeNetwork) -> None:
    def play() -> None:
        with WebSocketClient(transport=network) as client:
            reach("open", client, network)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        play()

    assert network.latest.closes == [(1000, "")]


@pytest.mark.parametrize(
    ("state", "closes", "terminal"),
    [
        ("disconnected", [], []),
        ("connecting", [], []),
        ("closing", [(1000, "")], [("connection_closed", False)]),
        ("ended", [], []),
    ],
)
def test_leaving_a_with_block_in_each_state(
    state: str, closes: list[tuple[int, str]], terminal: list[tuple[object, ...]], network: FakeNetwork
) -> None:
    with WebSocketClient(transport=network) as client:
        reach(state, client, network)
        told = signals_of(client)
    client.poll()

    assert [close for each in network.transports for close in each.closes] == closes
    assert told == terminal


def test_a_client_can_be_used_again_after_a_with_block(network: FakeNetwork) -> None:
    client = WebSocketClient(transport=network)
    for _ in range(2):
        with client:
            reach("open", client, network)
            assert client.put_packet(b"hello") is Error.OK
        client.poll()

    assert len(network.transports) == 2
