"""How a connection ends."""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING

from tests.browser.behaviours.listed import behaviour, refusal_of
from wsclient import Error

if TYPE_CHECKING:
    from tests.browser.scene import Player, Scene

__all__: list[str] = []  # the behaviours are on the list


@behaviour
async def hears_the_server_close(scene: Scene) -> None:
    player = await scene.connected("closing", code=4001, reason="römische Zahl", last="bye")
    player.send_text("go")

    await scene.ended(player)

    assert player.messages == ["bye"]
    assert player.told[1:] == [("server_close_request", 4001, "römische Zahl"), ("connection_closed", True)]
    assert (player.close_code, player.close_reason) == (4001, "römische Zahl")


@behaviour
async def hears_the_server_close_without_a_code(scene: Scene) -> None:
    player = await scene.connected("closing", code=0)
    player.send_text("go")

    await scene.ended(player)

    assert player.told[1:] == [("server_close_request", 0, ""), ("connection_closed", True)]
    assert player.close_code == 1005


@behaviour
async def hears_codes_that_it_may_not_send(scene: Scene) -> None:
    for code in (1001, 1011, 1013):
        player = await scene.connected("closing", code=code)
        player.send_text("go")
        await scene.ended(player)
        assert (player.told[-1], player.close_code) == (("connection_closed", True), code)


@behaviour
async def hears_a_close_that_comes_with_the_reply(scene: Scene) -> None:
    player = scene.player()
    player.connect_to_url(scene.url("closing-at-once"))

    await scene.ended(player)

    assert (player.close_code, player.close_reason) == (4001, "room full")
    ends = [name for name in player.names() if name in ("connection_closed", "connection_error")]
    assert len(ends) == 1
    if ends == ["connection_error"]:  # Firefox, mostly
        assert scene.is_page
        assert player.names() == ["connection_error"]
        assert player.last_error is not None
        assert "room full" in player.last_error.message


@behaviour
async def closes_with_a_code_and_a_reason(scene: Scene) -> None:
    connection = scene.new_id()
    player = await scene.connected("echo", id=connection)

    player.disconnect_from_host(4002, "tschüß")
    assert player.get_connection_status() == player.CONNECTION_CONNECTED
    assert player.send_text("late") == Error.FAILED
    await scene.ended(player)

    assert player.told[1:] == [("connection_closed", True)]
    assert await scene.server_saw(connection) == {"code": 4002, "reason": "tschüß"}


@behaviour
async def closes_with_1000_if_not_told_otherwise(scene: Scene) -> None:
    connection = scene.new_id()
    player = await scene.connected("echo", id=connection)

    player.disconnect_from_host()
    await scene.ended(player)

    assert (await scene.server_saw(connection))["code"] == 1000
    assert player.close_code == 1000


@behaviour
async def closes_without_a_code(scene: Scene) -> None:
    connection = scene.new_id()
    player = await scene.connected("echo", id=connection)

    player.disconnect_from_host(0)
    await scene.ended(player)

    assert player.told[-1] == ("connection_closed", True)
    assert (await scene.server_saw(connection))["code"] == 1005


@behaviour
async def sends_before_it_closes(scene: Scene) -> None:
    player = await scene.connected("echo", id=(connection := scene.new_id()))
    player.put_packet(bytes(300_000))

    player.disconnect_from_host()
    await scene.ended(player)

    assert (await scene.server_saw(connection))["code"] == 1000


@behaviour
async def refuses_close_codes_and_stays_open(scene: Scene) -> None:
    player = await scene.connected("echo")

    for code in (1005, 1006, 999, 5000, *((1001, 1011) if scene.is_page else ())):
        assert str(code) in refusal_of(partial(player.disconnect_from_host, code))

    assert player.send_text("still open") == Error.OK
    await scene.until(player, lambda: player.messages)


@behaviour
async def refuses_reasons_that_are_too_long(scene: Scene) -> None:
    player = await scene.connected("echo")

    assert "123" in refusal_of(partial(player.disconnect_from_host, 1000, "ä" * 62))
    assert player.send_text("still open") == Error.OK
    player.disconnect_from_host(1000, "ä" * 61 + "a")
    await scene.ended(player)


@behaviour
async def gives_up_on_a_server_that_answers_no_close(scene: Scene) -> None:
    player = await scene.connected("mute")
    player.close_timeout = 0.3

    player.disconnect_from_host()
    await scene.ended(player)

    assert player.told[1:] == [("connection_closed", False)]
    assert player.last_error is not None
    assert player.last_error.error == Error.ERR_TIMEOUT


@behaviour
async def hears_that_the_connection_is_lost(scene: Scene) -> None:
    player = await scene.connected("dropping")
    player.send_text("go")

    await scene.ended(player)

    assert player.told[1:] == [("connection_closed", False)]
    assert player.close_code == 1006
    assert player.last_error is not None
    assert player.last_error.error == Error.ERR_CONNECTION_ERROR


async def _ends_for_a_violation(scene: Scene, rule: str) -> None:
    player = await scene.connected("violating", rule=rule)
    player.send_text("go")

    await scene.ended(player)

    assert player.told[1:] == [("connection_closed", False)]
    assert player.close_code == 1006
    assert player.messages == []
    assert player.last_error is not None


@behaviour
async def ends_for_text_that_is_no_utf8(scene: Scene) -> None:
    await _ends_for_a_violation(scene, "utf8")


@behaviour
async def ends_for_an_unknown_opcode(scene: Scene) -> None:
    await _ends_for_a_violation(scene, "opcode")


@behaviour
async def keeps_what_was_not_read_behind_the_end(scene: Scene) -> None:
    player = await scene.connected("closing", keeps=False, code=1000, last="unread")
    player.send_text("go")
    await scene.ended(player)

    assert player.get_message() == "unread"
    assert (player.get_packet(), player.get_packet_error()) == (b"", Error.FAILED)


def _has_come(player: Player, message: str) -> bool:
    return player.messages[-1:] == [message]


@behaviour
async def connects_again_behind_the_end(scene: Scene) -> None:
    player = await scene.connected("echo")
    player.disconnect_from_host()
    await scene.ended(player)

    for number in range(3):
        assert player.connect_to_url(scene.url("echo")) == Error.OK
        await scene.until(player, lambda: player.get_connection_status() == player.CONNECTION_CONNECTED)
        player.send_text(str(number))
        await scene.until(player, partial(_has_come, player, str(number)))
        player.disconnect_from_host()
        await scene.until(player, lambda: player.get_connection_status() == player.CONNECTION_DISCONNECTED)

    assert player.messages == ["0", "1", "2"]


@behaviour
async def connects_again_while_it_closes(scene: Scene) -> None:
    player = await scene.connected("mute")
    player.disconnect_from_host()

    assert player.connect_to_url(scene.url("echo")) == Error.OK

    await scene.until(player, lambda: len(player.told) == 3)
    assert player.told[1:] == [("connection_closed", False), ("connection_established", "")]


@behaviour
async def says_goodbye_at_the_end_of_a_with(scene: Scene) -> None:
    player = await scene.connected("echo", id=(connection := scene.new_id()))

    with player:
        player.send_text("in time")

    assert player.get_connection_status() == player.CONNECTION_DISCONNECTED
    assert (await scene.server_saw(connection))["code"] in ((1000, 1005) if scene.is_page else (1000,))


@behaviour
async def closes_where_nobody_keeps_it(scene: Scene) -> None:
    stray = scene.stray_player()
    connection, told = scene.new_id(), stray.told
    stray.connect_to_url(scene.url("echo", id=connection))
    await scene.until(stray, lambda: told)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del stray

    assert [warning.category for warning in caught] == [ResourceWarning]
    assert (await scene.server_saw(connection))["code"] in (1000, 1005)
