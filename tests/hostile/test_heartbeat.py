"""Tests pings, pongs, silence and unusual passing of time.

These are rows F01 to F09.
"""

from __future__ import annotations

import ast
import time
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.hostile.scenario import peak_memory
from tests.hostile.wire import BINARY, CONTINUATION, PING, PONG, TEXT, close, frame
from tests.support.source import PACKAGE, ROOT
from wsclient import Error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hostile.raw_server import RawServer
    from tests.hostile.scenario import Scene

INTERVAL = 20.0  # seconds, by default
MEBIBYTE = 1 << 20
SLACK = 0.01  # seconds; each look at the clock takes some


def controls(server: RawServer, opcode: int) -> list[bytes]:
    """The payloads of the control frames of one kind that the client sent."""
    return [each.payload for each in server.frames if each.opcode == opcode]


def flood(size: int) -> Iterator[bytes]:
    """So many pings with a number each, in pieces."""
    for start in range(0, size, 1000):
        yield b"".join(frame(PING, number.to_bytes(4, "big")) for number in range(start, start + 1000))


def drips(scene: Scene, wire: bytes, *, seconds: float, size: int = 1) -> None:
    """Has the server send a few bytes now and then, and nothing else."""
    for start in range(0, len(wire), size):
        scene.server.send(wire[start : start + size])
        scene.wait(seconds, tick=seconds / 4)


@pytest.mark.hostile("F01")
@pytest.mark.parametrize("payload", [b"", b"\x00", b"are you there?", bytes(range(125))])
@pytest.mark.parametrize("world", ["scene", "secure"])
def test_a_ping_is_answered_within_the_poll_that_reads_it(
    world: str, payload: bytes, request: pytest.FixtureRequest
) -> None:
    scene: Scene = request.getfixturevalue(world)
    server = scene.open()
    server.send(frame(PING, payload))
    server.step()
    scene.poll()
    server.step()

    assert [(each.opcode, each.payload) for each in server.frames] == [(PONG, payload)]


@pytest.mark.hostile("F02")
@pytest.mark.untraced
def test_only_the_newest_ping_of_a_flood_is_answered(scene: Scene) -> None:
    server = scene.open()
    server.send_from(flood(100_000))
    scene.run()  # each poll ends with its budget, or this fails

    pongs = [int.from_bytes(payload, "big") for payload in controls(server, PONG)]
    assert pongs == sorted(set(pongs))
    assert pongs[-1] == 99_999
    assert len(pongs) < 1000
    server.send(close())
    scene.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


@pytest.mark.hostile("F02")
def test_while_nothing_can_be_sent_one_pong_waits(scene: Scene) -> None:
    server = scene.open()
    ours = scene.world.network.sockets[-1].stream  # type: ignore[attr-defined]  # a world in memory
    ours.room = 0
    server.send_from(flood(8_000))
    with peak_memory() as peak:
        scene.run()
    assert peak.extra < 2 * MEBIBYTE
    ours.room = None
    scene.run()

    pongs = [int.from_bytes(payload, "big") for payload in controls(server, PONG)]
    assert len(pongs) <= 2  # one had been made ready when there was no room any more
    assert pongs[-1] == 7_999
    server.send(close())
    scene.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


@pytest.mark.hostile("F03")
@pytest.mark.parametrize("payload", [b"", b"unasked", bytes(8), bytes(125)])
def test_an_unsolicited_pong_is_ignored(scene: Scene, payload: bytes) -> None:
    server = scene.open()
    server.send(frame(PONG, payload) * 3)
    scene.run()

    assert scene.client.get_latency() == -1.0
    assert server.frames == []
    server.send(close())
    scene.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


@pytest.mark.hostile("F03")
def test_a_pong_with_another_payload_measures_nothing(scene: Scene) -> None:
    server = scene.open()
    scene.wait(INTERVAL + 0.2)
    (ping,) = controls(server, PING)
    server.send(frame(PONG, b"another"), frame(PONG, ping + b"\0"), frame(PONG, ping[:-1]))
    scene.wait(0.5)
    assert scene.client.get_latency() == -1.0
    server.send(frame(PONG, ping))
    scene.wait(0.2)

    assert 0.5 < scene.client.get_latency() < 1.0
    assert not scene.is_over


@pytest.mark.hostile("F04")
@pytest.mark.parametrize("interval", [0.5, INTERVAL])
def test_silence_for_an_interval_after_a_ping_is_the_end(scene: Scene, interval: float) -> None:
    scene.client.heartbeat_interval = interval
    server = scene.open()
    scene.wait(0.9 * interval, tick=interval / 100)
    assert controls(server, PING) == []
    scene.wait(0.2 * interval, tick=interval / 100)
    assert len(controls(server, PING)) == 1
    scene.wait(0.8 * interval, tick=interval / 100)
    assert not scene.is_over
    scene.wait(0.3 * interval, tick=interval / 100)

    assert server.frames[-1].payload[2:] == f"no pong for {interval:g} s".encode()
    scene.closes(1011, f"no pong for {interval:g} s", before=[])


@pytest.mark.hostile("F04")
def test_silence_behind_the_beginning_of_a_text_is_explained_by_the_text(scene: Scene) -> None:
    scene.open().send(b"Err")
    scene.wait(2.2 * INTERVAL)

    scene.closes(1002, "the server broke the WebSocket protocol", before=[])


@pytest.mark.hostile("F04")
@pytest.mark.untraced
def test_without_an_interval_silence_means_nothing(scene: Scene) -> None:
    scene.client.heartbeat_interval = 0.0
    server = scene.open()
    scene.wait(3600.0, tick=0.25)

    assert server.frames == []
    assert not scene.is_over


@pytest.mark.hostile("F05")
def test_a_message_that_drips_in_is_life(scene: Scene) -> None:
    server = scene.open()
    scene.wait(INTERVAL + 1.0)
    assert len(controls(server, PING)) == 1
    drips(scene, frame(TEXT, b"slowly"), seconds=0.95 * INTERVAL)
    scene.run(lambda: scene.messages)

    assert scene.messages == ["slowly"]


@pytest.mark.hostile("F05")
def test_a_record_of_tls_that_drips_in_is_life(secure: Scene) -> None:
    """A TLS record counts as life before it is complete.

    It is useless before its last byte, but each byte shows that the other side is alive.
    """
    server = secure.open()
    theirs = secure.world.network.accepted[-1]  # type: ignore[attr-defined]  # a world in memory
    theirs.room = 0
    server.send(frame(TEXT, b"slowly"))
    secure.wait(INTERVAL + 1.0)
    for _ in range(200):
        if not secure.messages:
            theirs.room += 1
            secure.wait(0.95 * INTERVAL, tick=INTERVAL / 4)

    assert secure.messages == ["slowly"]


@pytest.mark.hostile("F05")
@pytest.mark.parametrize("world", ["scene", "secure"])
def test_a_slowly_sent_message_counts_as_life(world: str, request: pytest.FixtureRequest) -> None:
    """A message that is sent slowly counts as life.

    Our ping waits behind it and cannot be answered, but the other side acknowledges what is sent.
    """
    scene: Scene = request.getfixturevalue(world)
    server = scene.open()
    ours = scene.world.network.sockets[-1].stream  # type: ignore[attr-defined]  # a world in memory
    ours.room = 0
    assert scene.client.put_packet(bytes(MEBIBYTE)) == Error.OK
    while scene.client.get_current_outbound_buffered_amount():
        ours.room += 30_000
        scene.wait(0.95 * INTERVAL, tick=INTERVAL / 4)
        assert not scene.is_over, scene.client.last_error
    ours.room = None
    scene.run(lambda: server.messages)

    assert server.messages == [bytes(MEBIBYTE)]


@pytest.mark.hostile("F05")
def test_a_message_that_is_not_sent_any_more_is_not(scene: Scene) -> None:
    scene.open()
    ours = scene.world.network.sockets[-1].stream  # type: ignore[attr-defined]  # a world in memory
    ours.room = 100_000
    assert scene.client.put_packet(bytes(MEBIBYTE)) == Error.OK
    scene.wait(2 * INTERVAL + 1.0)

    scene.closes(None, "no pong for 20 s")


@pytest.mark.hostile("F06")
def test_a_minute_without_a_poll_is_not_held_against_the_server(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    server = scene.open()
    scene.wait(1.0)
    server.send(frame(TEXT, b"while you were away"))
    server.step()
    scene.clock.advance(60.0)
    scene.poll()
    assert scene.messages == ["while you were away"]
    assert "poll() was not called for 60.1 s" in caplog.text or "poll() was not called for 60 s" in caplog.text
    scene.wait(0.2)
    assert len(controls(server, PING)) == 1  # at once, for who slept knows nothing
    server.send(frame(PONG, controls(server, PING)[0]))
    scene.wait(INTERVAL - 1.0)

    assert not scene.is_over


@pytest.mark.hostile("F06")
def test_a_minute_without_a_poll_while_connecting_or_closing_is_not_held_against_the_server(scene: Scene) -> None:
    server = scene.connect()
    scene.clock.advance(60.0)
    scene.step()
    assert scene.told == []
    server.send(server.agreement())
    scene.run(lambda: scene.told)
    scene.client.disconnect_from_host()
    scene.clock.advance(60.0)
    scene.step()
    assert not scene.is_over
    server.send(close())

    scene.closes(1000, is_clean=True, before=[])


@pytest.mark.hostile("F07")
def test_no_clock_but_the_monotonic_one_is_looked_at() -> None:
    looked_at = {}
    for path in (ROOT / PACKAGE).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "time":
                looked_at[node.attr] = path.name
            if isinstance(node, ast.ImportFrom) and node.module == "time":
                looked_at |= {alias.name: path.name for alias in node.names}
            assert not (isinstance(node, ast.Import) and any(alias.name == "datetime" for alias in node.names)), path

    # The command line sleeps and counts processor time; cookies and Retry-After have dates, which come from one place.
    assert looked_at.keys() - {"sleep", "process_time"} == {"monotonic", "time"}
    assert looked_at["time"] == "clock.py"


@pytest.mark.hostile("F07")
def test_a_system_clock_that_jumps_by_days_changes_nothing(loopback: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    days = count()
    monkeypatch.setattr(time, "time", lambda: 1e9 + 86400.0 * (-1) ** next(days))
    monkeypatch.setattr(time, "time_ns", lambda: int(time.time() * 1e9))
    server = loopback.open()
    for _ in range(100):
        loopback.step()

    assert server.frames == []
    server.send(close())
    loopback.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


@pytest.mark.hostile("F08")
def test_after_an_hour_of_sleep_it_asks_at_once_and_waits_for_five_seconds(scene: Scene) -> None:
    server = scene.open()
    scene.wait(1.0)
    scene.clock.advance(3600.0)
    scene.step()
    assert len(controls(server, PING)) == 1
    scene.wait(4.5)
    assert not scene.is_over
    scene.wait(1.0)

    scene.closes(1011, "no pong for 5 s", before=[])


@pytest.mark.hostile("F08")
def test_after_an_hour_of_sleep_a_server_that_answers_stays(scene: Scene) -> None:
    server = scene.open()
    scene.wait(1.0)
    scene.clock.advance(3600.0)
    scene.step()
    server.send(frame(PONG, controls(server, PING)[0]))
    scene.wait(INTERVAL - 1.0)

    assert not scene.is_over
    assert scene.client.get_latency() < 1.0


@pytest.mark.hostile("F09")
@pytest.mark.parametrize(
    ("tick", "interval"),
    [pytest.param(0.0001, 0.5, id="F09-10000-a-second"), pytest.param(10.0, INTERVAL, id="F09-one-in-10-s")],
)
def test_the_pace_of_polling_makes_no_difference(scene: Scene, tick: float, interval: float) -> None:
    scene.client.heartbeat_interval = interval
    server = scene.open()
    scene.wait(2 * tick, tick=tick)  # a pace counts only when it is known
    start = scene.clock.seconds
    while not (pings := controls(server, PING)):
        scene.wait(tick, tick=tick)
    assert interval - 3 * tick <= scene.clock.seconds - start <= interval + 2 * tick + SLACK
    server.send(frame(PONG, pings[0]))
    server.step()
    start = scene.clock.seconds
    while not scene.is_over:
        scene.wait(tick, tick=tick)
    assert 2 * interval <= scene.clock.seconds - start <= 2 * interval + 3 * tick + SLACK

    scene.closes(1011, f"no pong for {interval:g} s", before=[])


@pytest.mark.hostile("F09")
def test_fragments_keep_their_order_at_any_pace(scene: Scene) -> None:
    server = scene.open()
    for number in range(50):
        server.send(frame(BINARY, b"a", is_final=False), frame(CONTINUATION, bytes([number])))
        scene.wait(0.0001 if number % 2 else 10.0, tick=10.0)
        scene.step()

    assert scene.messages == [b"a" + bytes([number]) for number in range(50)]
