"""SignalLog: what an object emitted, in order."""

from __future__ import annotations

import weakref

from wsclient import Object, Signal, WebSocketClient
from wsclient.testing import ScriptedServer, SignalLog


class Lobby(Object):
    joined = Signal[str, int]("name", "seat")
    ready = Signal[()]()


def test_it_grows_with_each_signal() -> None:
    lobby = Lobby()
    log = SignalLog(lobby)

    lobby.joined.emit("Ada", 3)
    lobby.ready.emit()

    assert log == [("joined", "Ada", 3), ("ready",)]
    assert log.names == ["joined", "ready"]


def test_signals_can_be_left_out() -> None:
    lobby = Lobby()
    log = SignalLog(lobby, but={"joined"})

    lobby.joined.emit("Ada", 3)

    assert log == []


def test_it_keeps_nothing_alive() -> None:
    lobby = Lobby()
    log = SignalLog(lobby)
    gone = weakref.ref(lobby)
    del lobby

    assert gone() is None
    assert log == []


def test_it_leaves_the_messages_of_a_client_in_their_queue(wsclient_server: ScriptedServer) -> None:
    client = WebSocketClient(transport=wsclient_server)
    log = SignalLog(client)
    client.connect_to_url("ws://game.example")
    wsclient_server.accept()
    client.poll()
    wsclient_server.send("hello")
    client.poll()

    assert "data_received" in log.names
    assert client.get_message() == "hello"
    with client:
        pass
