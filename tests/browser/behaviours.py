"""What a `WebSocketClient` does wherever it runs: one list, for sockets, browsers, Node.js and pygbag's bridge.

Each behaviour is a coroutine that plays in a `Scene` and asserts. It runs inside the page, so that it imports nothing
but the library and what each Python has. Where a page differs, the behaviour says in what.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from wsclient import Error, WebSocketPeer
from wsclient.variant import Vector2

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.scene import Scene

    Behaviour = Callable[[Scene], Awaitable[None]]

__all__ = ["BEHAVIOURS"]

BEHAVIOURS: dict[str, Behaviour] = {}


def behaviour(function: Behaviour) -> Behaviour:
    """Puts a behaviour on the list."""
    BEHAVIOURS[function.__name__] = function
    return function


# Opening


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
    assert "Is the server running" in player.last_error.message


@behaviour
async def fails_where_the_server_refuses(scene: Scene) -> None:
    player = scene.player()
    player.connect_to_url(scene.url("forbidden"))

    await scene.ended(player)

    assert player.told == [("connection_error",)]
    assert player.last_error is not None
    assert player.last_error.http_status == (None if scene.is_page else 403)
    assert "403" in player.last_error.message  # a page is told only that this may be it


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


# What a page cannot have


async def _is_refused(scene: Scene, word: str, url: str, headers: tuple[str, ...] = (), **settings: object) -> None:
    player = scene.player()
    for name, value in settings.items():
        setattr(player, name, value)

    error = player.connect_to_url(url, custom_headers=headers)

    assert (error == Error.ERR_UNAVAILABLE) is scene.is_page
    if scene.is_page:
        assert player.get_connection_status() == player.CONNECTION_DISCONNECTED
        assert player.last_error is not None
        assert word in player.last_error.message
        assert "browser" in player.last_error.message


@behaviour
async def refuses_headers_in_a_page(scene: Scene) -> None:
    await _is_refused(scene, "first message", scene.url("echo"), ("X-Token: 1",))


@behaviour
async def refuses_a_password_in_a_page(scene: Scene) -> None:
    await _is_refused(scene, "password", scene.url("echo").replace("//", "//me:secret@"))


@behaviour
async def refuses_to_trust_anybody_in_a_page(scene: Scene) -> None:
    await _is_refused(scene, "verify_ssl", scene.url("echo").replace("ws:", "wss:"), verify_ssl=False)


@behaviour
async def refuses_certificates_in_a_page(scene: Scene) -> None:
    certificate = "-----BEGIN CERTIFICATE-----"
    url = scene.url("echo").replace("ws:", "wss:")
    await _is_refused(scene, "trusted_ssl_certificate", url, trusted_ssl_certificate=certificate)


@behaviour
async def minds_no_settings_of_tls_without_tls(scene: Scene) -> None:
    player = scene.player()
    player.verify_ssl = False

    assert player.connect_to_url(scene.url("echo")) == Error.OK


@behaviour
async def knows_address_and_silence_outside_a_page_only(scene: Scene) -> None:
    player = await scene.connected("echo")
    peer = player.get_peer(1)
    assert isinstance(peer, WebSocketPeer)
    peer.set_no_delay(True)

    assert peer.get_connected_host() == ("" if scene.is_page else "127.0.0.1")
    assert peer.get_connected_port() == (0 if scene.is_page else scene.port)
    assert (player.get_statistics().silence == -1.0) is scene.is_page
    assert player.get_latency() == -1.0


@behaviour
async def answers_pings(scene: Scene) -> None:
    player = await scene.connected("pinging")

    await scene.until(player, lambda: player.messages)

    assert player.messages == ["are you there"]


# Messages

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
    player.set_buffers(64, 10, 64, 10)
    player.connect_to_url(scene.url("burst", count=500, size=1000))
    await scene.until(player, lambda: player.told)
    player.send_text("go")

    if not scene.is_page:  # the server is held back
        await scene.until(player, lambda: player.get_available_packet_count() == 10)
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


# Handlers


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


# Closing


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
        try:
            player.disconnect_from_host(code)
        except ValueError as error:
            assert str(code) in str(error)
        else:
            raise AssertionError(f"{code} was taken")

    assert player.send_text("still open") == Error.OK
    await scene.until(player, lambda: player.messages)


@behaviour
async def refuses_reasons_that_are_too_long(scene: Scene) -> None:
    player = await scene.connected("echo")

    try:
        player.disconnect_from_host(1000, "ä" * 62)
    except ValueError as error:
        assert "123" in str(error)
    else:
        raise AssertionError("124 bytes were taken")
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


@behaviour
async def connects_again_behind_the_end(scene: Scene) -> None:
    player = await scene.connected("echo")
    player.disconnect_from_host()
    await scene.ended(player)

    for number in range(3):
        assert player.connect_to_url(scene.url("echo")) == Error.OK
        await scene.until(player, lambda: player.get_connection_status() == player.CONNECTION_CONNECTED)
        player.send_text(str(number))
        await scene.until(player, lambda number=number: player.messages[-1:] == [str(number)])
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
    import warnings

    stray = scene.stray_player()
    connection = scene.new_id()
    stray.connect_to_url(scene.url("echo", id=connection))
    await scene.until(stray, lambda: stray.told)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del stray

    assert [warning.category for warning in caught] == [ResourceWarning]
    assert (await scene.server_saw(connection))["code"] in (1000, 1005)


# Godot


@behaviour
async def joins_a_session_of_godot_3(scene: Scene) -> None:
    player = scene.player(keeps=False)
    told: list[str] = []
    player.connect("connection_succeeded", lambda: told.append("succeeded"))
    player.connect("peer_connected", lambda peer: told.append(f"peer {peer}"))

    player.connect_to_url(scene.url("godot"), (), True)
    await scene.until(player, lambda: len(told) == 2)

    assert player.get_unique_id() == 77
    player.set_target_peer(1)
    player.put_packet(b"hello, server")
    await scene.until(player, player.get_available_packet_count)
    assert (player.get_packet_peer(), player.get_packet()) == (1, b"hello, server")


# The package


@behaviour
async def imports_nothing_of_sockets_in_a_page(scene: Scene) -> None:
    if scene.is_page and sys.platform == "emscripten":
        ours = {name for name in sys.modules if name.startswith("wsclient.")}
        assert not {
            name for name in ours if name.startswith(("wsclient.transport.stream", "wsclient.transport.native"))
        }
        assert "certifi" not in sys.modules
