"""Behaviours that send and receive messages, and count them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.behaviours.listed import behaviour
from wsclient import Error
from wsclient.variant import Vector2

if TYPE_CHECKING:
    from tests.browser.scene import Scene

__all__: list[str] = []  # the behaviours are on the list


SAMPLES: list[str | bytes] = [
    "text",
    "",
    "käse 🐍 \u2028",
    "a\0b",
    b"",
    b"binary",
    bytes(range(256)),
    "x" * 70_000,
    b"y" * 70_000,
    "ä" * 500_000,
    bytes(1_000_000),
]


@behaviour
async def sends_and_receives_messages_of_both_kinds_in_order(scene: Scene) -> None:
    player = await scene.connected("echo")

    for sample in SAMPLES:
        if isinstance(sample, str):
            assert player.send_text(sample) == Error.OK
        else:
            assert player.put_packet(sample) == Error.OK

    await scene.until(player, lambda: len(player.messages) == len(SAMPLES))
    assert player.messages == SAMPLES


@behaviour
async def knows_text_from_bytes(scene: Scene) -> None:
    player = await scene.connected("echo", keeps=False)
    player.set_write_mode(player.WRITE_MODE_TEXT)
    player.put_packet("käse".encode())
    player.set_write_mode(player.WRITE_MODE_BINARY)
    player.put_packet(b"\xff")

    await scene.until(player, lambda: player.get_available_packet_count() == 2)

    assert (player.get_packet(), player.was_string_packet()) == ("käse".encode(), True)
    assert (player.get_packet(), player.was_string_packet()) == (b"\xff", False)
    assert (player.get_packet(), player.get_packet_error()) == (b"", Error.ERR_UNAVAILABLE)


@behaviour
async def sends_and_receives_variants(scene: Scene) -> None:
    player = await scene.connected("echo", keeps=False)
    value = {"name": "Ada", "at": Vector2(1.5, -2.0), "scores": [1, 2, 3]}
    assert player.put_var(value) == Error.OK

    await scene.until(player, player.get_available_packet_count)

    assert player.get_var() == value


@behaviour
async def brings_a_burst_in_order_and_once_each(scene: Scene) -> None:
    player = await scene.connected("burst", count=5000)
    player.send_text("go")

    await scene.until(player, lambda: len(player.messages) >= 5000)
    await scene.frames(player, 5)

    assert player.messages == [str(number) for number in range(5000)]


@behaviour
async def keeps_to_its_budget_where_much_has_come(scene: Scene) -> None:
    player = await scene.connected("burst", count=2000)
    player.poll_budget = 0.0
    player.send_text("go")
    await scene.until(player, lambda: player.messages)

    while len(player.messages) < 2000:
        before = len(player.messages)
        player.poll()
        assert len(player.messages) - before <= 1
        await scene.frame() if len(player.messages) == before else None

    assert player.messages == [str(number) for number in range(2000)]


@behaviour
async def loses_nothing_while_nobody_reads(scene: Scene) -> None:
    player = await scene.connected("burst", keeps=False, count=6000)
    player.send_text("go")
    await scene.until(player, lambda: player.get_available_packet_count() == 4096)
    await scene.frames(player, 20)
    assert player.get_available_packet_count() == 4096

    read: list[bytes] = []
    while len(read) < 6000:
        await scene.frames(player, 1)
        read += player.get_packets()

    assert read == [b"%d" % number for number in range(6000)]


@behaviour
async def ends_in_a_page_where_too_much_piles_up(scene: Scene) -> None:
    player = scene.player(keeps=False)
    player.set_buffers(64, 50, 64, 50)
    player.connect_to_url(scene.url("burst", count=500, size=1000))
    await scene.until(player, lambda: player.told)
    player.send_text("go")

    if not scene.is_page:  # the server is held back
        await scene.until(player, lambda: player.get_available_packet_count() == 50)
        await scene.frames(player, 20)
        assert player.names() == ["connection_established"]
        return
    await scene.ended(player)
    assert player.told[1:] == [("connection_closed", False)]
    assert player.last_error is not None
    assert player.last_error.error == Error.ERR_OUT_OF_MEMORY
    kept = player.get_packets()
    assert kept == [f"{number}{'.' * 1000}".encode() for number in range(len(kept))]
    assert len(kept) >= 250


@behaviour
async def ends_where_a_message_is_too_big(scene: Scene) -> None:
    player = scene.player()
    player.set_buffers(1, 100, 64, 100)
    player.connect_to_url(scene.url("echo"))
    await scene.until(player, lambda: player.told)

    player.put_packet(bytes(1024))
    player.put_packet(bytes(1025))
    await scene.ended(player)

    assert player.messages == [bytes(1024)]
    assert player.told[1:] == [("connection_closed", False)]
    assert player.last_error is not None
    assert player.last_error.error == Error.ERR_OUT_OF_MEMORY
    assert player.close_code == 1006


@behaviour
async def refuses_to_send_more_than_it_may_hold(scene: Scene) -> None:
    player = scene.player()
    player.set_buffers(64, 100, 1, 100)
    player.connect_to_url(scene.url("echo"))
    await scene.until(player, lambda: player.told)

    assert player.put_packet(bytes(1025)) == Error.ERR_OUT_OF_MEMORY
    assert player.put_packet(bytes(1024)) == Error.OK
    await scene.until(player, lambda: player.messages)


@behaviour
async def sends_text_that_is_text(scene: Scene) -> None:
    player = await scene.connected("echo")

    assert player.send_text("\ud800") == Error.ERR_INVALID_DATA
    player.set_write_mode(player.WRITE_MODE_TEXT)
    assert player.put_packet(b"\xff") == Error.ERR_INVALID_DATA
    assert player.send_text("fine") == Error.OK
    await scene.until(player, lambda: player.messages)


@behaviour
async def sends_nothing_before_it_is_open(scene: Scene) -> None:
    player = scene.player()
    assert player.put_packet(b"early") == Error.FAILED
    player.connect_to_url(scene.url("echo"))
    assert player.send_text("early") == Error.FAILED

    await scene.until(player, lambda: player.told)
    assert player.send_text("in time") == Error.OK
    await scene.until(player, lambda: player.messages)
    assert player.messages == ["in time"]


@behaviour
async def knows_when_all_has_left(scene: Scene) -> None:
    player = await scene.connected("echo")
    player.put_packet(bytes(100_000))

    await scene.until(player, lambda: player.get_current_outbound_buffered_amount() == 0)

    statistics = player.get_statistics()
    assert (statistics.unsent_packets, statistics.messages_sent, statistics.bytes_sent) == (0, 1, 100_000)


@behaviour
async def sends_what_was_held_back(scene: Scene) -> None:
    player = await scene.connected("echo")
    player.auto_flush = False
    for number in range(10):
        player.send_text(str(number))
    player.flush()

    await scene.until(player, lambda: len(player.messages) == 10)


@behaviour
async def counts_what_happens(scene: Scene) -> None:
    player = await scene.connected("echo", keeps=False)
    player.send_text("four")
    player.put_packet(b"sixsix")

    await scene.until(player, lambda: player.get_available_packet_count() == 2)

    statistics = player.get_statistics()
    assert (statistics.messages_received, statistics.bytes_received) == (2, 10)
    assert (statistics.unread_packets, statistics.unread_bytes) == (2, 10)
    assert statistics.polls > 1


@behaviour
async def serves_two_clients(scene: Scene) -> None:
    one, other = await scene.connected("echo"), await scene.connected("echo")
    one.send_text("one")
    other.send_text("other")

    await scene.until(one, lambda: one.messages)
    await scene.until(other, lambda: other.messages)

    assert (one.messages, other.messages) == (["one"], ["other"])
