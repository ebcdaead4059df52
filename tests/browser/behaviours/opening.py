"""How an attempt goes, and how it fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.browser.behaviours.listed import behaviour
from wsclient import Error

if TYPE_CHECKING:
    from tests.browser.scene import Scene

__all__: list[str] = []  # the behaviours are on the list


@behaviour
async def connects_and_tells_it_once(scene: Scene) -> None:
    player = scene.player()

    assert player.connect_to_url(scene.url("echo")) == Error.OK
    assert player.get_connection_status() == player.CONNECTION_CONNECTING
    assert player.told == []

    await scene.until(player, lambda: player.told)
    await scene.frames(player, 5)
    assert player.told == [("connection_established", "")]
    assert player.get_connection_status() == player.CONNECTION_CONNECTED


@behaviour
async def agrees_on_a_subprotocol(scene: Scene) -> None:
    player = await scene.connected("echo", protocols=("chat", "game"), protocol="game")

    assert player.told == [("connection_established", "game")]


@behaviour
async def fails_without_a_subprotocol_that_it_asked_for(scene: Scene) -> None:
    player = scene.player()
    player.connect_to_url(scene.url("echo"), ("chat",))

    await scene.ended(player)

    assert player.told == [("connection_error",)]
    assert player.last_error is not None


@behaviour
async def asks_for_path_and_query_as_they_were_given(scene: Scene) -> None:
    player = scene.player()
    player.connect_to_url(scene.url("head") + "?room=a%20b/ä&id=7")

    await scene.until(player, lambda: player.messages)

    assert json.loads(player.messages[0] or "")["target"] == "/head?room=a%20b/%C3%A4&id=7"


@behaviour
async def brings_what_came_with_the_reply(scene: Scene) -> None:
    player = await scene.connected("echo", hello="welcome")

    await scene.until(player, lambda: player.messages)

    assert player.messages == ["welcome"]


@behaviour
async def fails_where_nobody_listens(scene: Scene) -> None:
    port = scene.closed_port
    player = scene.player()
    assert not player.connect_to_url(f"ws://127.0.0.1:{port}/")

    await scene.ended(player)

    assert player.told == [("connection_error",)]
    assert player.last_error is not None
    assert player.last_error.error == Error.ERR_CANT_CONNECT
    assert f"127.0.0.1:{port}" in player.last_error.message
    assert "Is the server running" in player.last_error.hint


@behaviour
async def fails_where_the_server_refuses(scene: Scene) -> None:
    player = scene.player()
    player.connect_to_url(scene.url("forbidden"))

    await scene.ended(player)

    assert player.told == [("connection_error",)]
    assert player.last_error is not None
    assert player.last_error.http_status == (None if scene.is_page else 403)
    assert "403" in player.last_error.details()  # a page only learns that this may be the reason


@behaviour
async def gives_an_attempt_up_in_time(scene: Scene) -> None:
    player = scene.player()
    player.handshake_timeout = 0.5
    player.connect_to_url(scene.url("silent"))

    await scene.ended(player)

    assert player.told == [("connection_error",)]
    assert player.last_error is not None
    assert player.last_error.error == Error.ERR_TIMEOUT


@behaviour
async def lets_go_of_an_attempt_silently_and_connects_again(scene: Scene) -> None:
    player = scene.player()
    player.connect_to_url(scene.url("silent"))
    await scene.frames(player, 5)

    player.disconnect_from_host()

    assert player.get_connection_status() == player.CONNECTION_DISCONNECTED
    assert player.connect_to_url(scene.url("echo")) == Error.OK
    await scene.until(player, lambda: player.told)
    assert player.told == [("connection_established", "")]


@behaviour
async def refuses_what_is_no_url(scene: Scene) -> None:
    player = scene.player()

    for url in ("http://127.0.0.1/", "ws://", "ws://a b/", "ws://127.0.0.1:0/"):
        assert player.connect_to_url(url) == Error.ERR_INVALID_PARAMETER
        assert player.get_connection_status() == player.CONNECTION_DISCONNECTED


@behaviour
async def refuses_subprotocols_that_are_none(scene: Scene) -> None:
    player = scene.player()

    for protocols in (["a b"], [""], ["chat", "chat"]):
        assert player.connect_to_url(scene.url("echo"), protocols) == Error.ERR_INVALID_PARAMETER


@behaviour
async def refuses_a_second_connection(scene: Scene) -> None:
    player = await scene.connected("echo")

    assert player.connect_to_url(scene.url("echo")) == Error.ERR_ALREADY_IN_USE

    player.send_text("still there")
    await scene.until(player, lambda: player.messages)
