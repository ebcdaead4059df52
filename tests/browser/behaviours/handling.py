"""When handlers run, and what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.behaviours.listed import behaviour
from wsclient import PollGroup

if TYPE_CHECKING:
    from tests.browser.scene import Scene

__all__: list[str] = []  # the behaviours are on the list


@behaviour
async def emits_inside_poll_only(scene: Scene) -> None:
    player = await scene.connected("echo", hello="welcome")
    player.send_text("ping")
    before = len(player.messages)
    for _ in range(20):
        await scene.frame()
    assert len(player.messages) == before

    await scene.until(player, lambda: len(player.messages) == 2)


@behaviour
async def raises_what_a_handler_raises_and_goes_on(scene: Scene) -> None:
    player = await scene.connected("echo", keeps=False)
    heard: list[bytes] = []

    def fail() -> None:
        heard.append(player.get_packet())
        raise LookupError("of the game's own")

    player.connect("data_received", fail)
    player.send_text("one")
    player.send_text("two")

    raised = 0
    while raised < 2:
        try:
            await scene.frames(player, 1)
        except LookupError:
            raised += 1
    assert heard == [b"one", b"two"]
    assert player.get_connection_status() == player.CONNECTION_CONNECTED


@behaviour
async def connects_again_from_the_handler_that_hears_the_end(scene: Scene) -> None:
    player = await scene.connected("closing", code=1000)

    def again(was_clean: bool) -> None:
        player.connect_to_url(scene.url("echo"))

    player.connect("connection_closed", again, (), player.CONNECT_ONESHOT)
    player.send_text("go")

    await scene.until(player, lambda: player.names().count("connection_established") == 2)
    player.send_text("again")
    await scene.until(player, lambda: player.messages)


@behaviour
async def is_polled_in_a_group(scene: Scene) -> None:
    players = [scene.player(), scene.player()]
    with PollGroup() as group:
        for player in players:
            group.add(player)
            player.connect_to_url(scene.url("echo"))
        for _ in range(3000):  # frames
            group.poll()
            for player in players:
                if player.told and not player.get_statistics().messages_sent:
                    player.send_text("round trip")
            if all(player.messages for player in players):
                break
            await scene.frame()

    assert [player.messages for player in players] == [["round trip"]] * 2
