"""Mistakes that a type checker finds before the game runs.

After each is mypy's code for it. Nothing here is run.
"""

from __future__ import annotations

from wsclient import Object, Signal, WebSocketClient


def on_number(number: int) -> None: ...
def on_text(text: str) -> None: ...
def on_nothing() -> None: ...
def on_two(code: int, reason: str) -> None: ...


class Lobby(Object):
    """With a signal of its own."""

    scored = Signal[str, int]("name", "points")


def handlers(client: WebSocketClient, lobby: Lobby) -> None:
    client.connection_established.connect(on_number)  # arg-type
    client.connection_established.connect(on_nothing)  # arg-type
    client.data_received.connect(on_text)  # arg-type
    client.connection_closed.connect(on_text)  # arg-type
    client.server_close_request.connect(on_number)  # arg-type
    client.data_received.connect(on_two)  # arg-type
    lobby.scored.connect(on_two)  # arg-type
    client.data_received.connect(lambda one: None)  # arg-type misc


def emissions(lobby: Lobby) -> None:
    lobby.scored.emit("Ada")  # call-arg
    lobby.scored.emit(3, "Ada")  # arg-type
    lobby.scored.emit("Ada", 3, 4)  # call-arg


def calls(client: WebSocketClient) -> None:
    client.connect_to_url(b"ws://host")  # arg-type
    client.connect_to_url("ws://host", protocols=[1])  # list-item
    client.put_packet("text")  # arg-type
    client.send_text(b"bytes")  # arg-type
    client.verify_ssl = "yes"  # assignment
    client.heartbeat_interval = "20"  # assignment
    client.connection_closd.connect(on_nothing)  # attr-defined
    client.data_received = on_nothing  # assignment misc
