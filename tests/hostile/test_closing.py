"""The closing handshake, from each side and in no order at all (rows E03 to E12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hostile.wire import CLOSE, PING, TEXT, close, frame
from wsclient import Error

if TYPE_CHECKING:
    from tests.hostile.scenario import Scene

LEGAL = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999)
ILLEGAL = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 65535)
CLOSE_TIMEOUT = 5.0  # seconds, by default


@pytest.mark.hostile("E03")
def test_a_close_without_a_code_is_clean_and_echoed_unchanged(scene: Scene) -> None:
    scene.open().send(close(None))
    scene.run(lambda: scene.is_over)

    assert (scene.client.close_code, scene.client.close_reason) == (1005, "")
    scene.closes(1005, is_clean=True, before=[("close_request", 0, "")])


@pytest.mark.hostile("E03")
@pytest.mark.parametrize("body", [b"\x03", b"\x00", b"\xff"])
def test_a_close_of_one_byte_is_a_violation(scene: Scene, body: bytes) -> None:
    scene.open().send(frame(CLOSE, body))
    scene.run(lambda: scene.is_over)

    assert (scene.client.close_code, scene.client.close_reason) == (1006, "")
    scene.closes(1002, "close frame of one byte", before=[])


@pytest.mark.hostile("E04")
@pytest.mark.parametrize("code", [pytest.param(code, id=f"E04-{code}") for code in LEGAL])
def test_a_legal_code_is_reported_and_echoed(scene: Scene, code: int) -> None:
    scene.open().send(close(code, b"why"))
    scene.run(lambda: scene.is_over)

    assert (scene.client.close_code, scene.client.close_reason) == (code, "why")
    scene.closes(code, is_clean=True, before=[("close_request", code, "why")])


@pytest.mark.hostile("E04")
@pytest.mark.parametrize("code", [pytest.param(code, id=f"E04-{code}") for code in ILLEGAL])
def test_any_other_code_is_a_violation(scene: Scene, code: int) -> None:
    scene.open().send(close(code, b"why"))
    scene.run(lambda: scene.is_over)

    assert (scene.client.close_code, scene.client.close_reason) == (1006, "")
    scene.closes(1002, f"close code {code}", before=[])


@pytest.mark.hostile("E05")
@pytest.mark.parametrize(
    ("reason", "told"),
    [
        pytest.param(b"x" * 123, "x" * 123, id="E05-123-bytes"),
        pytest.param("é".encode() * 61, "é" * 61, id="E05-122-bytes-of-two-each"),
        pytest.param(b"bye\x00", "bye", id="E05-trailing-NUL"),
        pytest.param(b"bye\x00\x00", "bye\x00", id="E05-one-NUL-is-Godot's"),
        pytest.param(b"\x00", "", id="E05-nothing-but-NUL"),
    ],
)
def test_a_reason_is_reported(scene: Scene, reason: bytes, told: str) -> None:
    scene.open().send(close(1000, reason))
    scene.run(lambda: scene.is_over)

    assert scene.client.close_reason == told
    scene.closes(1000, is_clean=True, before=[("close_request", 1000, told)])


@pytest.mark.hostile("E05")
@pytest.mark.parametrize(
    ("reason", "code", "says"),
    [
        pytest.param(b"x" * 124, 1002, "over 125 bytes", id="E05-124-bytes"),
        pytest.param(b"bye\xff", 1007, "reason that is not UTF-8", id="E05-no-UTF-8"),
        pytest.param(b"\xed\xa0\x80", 1007, "reason that is not UTF-8", id="E05-surrogate"),
        pytest.param("é".encode()[:1], 1007, "reason that is not UTF-8", id="E05-half-a-character"),
    ],
)
def test_a_reason_that_cannot_be_is_a_violation(scene: Scene, reason: bytes, code: int, says: str) -> None:
    scene.open().send(close(1000, reason))

    scene.closes(code, says, before=[])


@pytest.mark.hostile("E06")
@pytest.mark.parametrize(
    ("code", "reason", "error"),
    [
        *(pytest.param(code, "", ValueError, id=f"E06-{code}") for code in ILLEGAL if code),
        pytest.param(-1, "", ValueError, id="E06-negative"),
        pytest.param(1 << 70, "", ValueError, id="E06-2**70"),
        pytest.param(1000, "x" * 124, ValueError, id="E06-124-bytes"),
        pytest.param(1000, "é" * 62, ValueError, id="E06-62-characters-of-two-bytes"),
        pytest.param(1000, "\ud800", ValueError, id="E06-lone-surrogate"),
        pytest.param("1000", "", TypeError, id="E06-code-as-text"),
        pytest.param(1000.0, "", TypeError, id="E06-code-as-float"),
        pytest.param(1000, b"bye", TypeError, id="E06-reason-as-bytes"),
        pytest.param(1000, None, TypeError, id="E06-no-reason"),
    ],
)
def test_a_close_that_must_not_be_sent_changes_nothing(
    scene: Scene, code: int, reason: str, error: type[Exception]
) -> None:
    server = scene.open()
    with pytest.raises(error):
        scene.client.disconnect_from_host(code, reason)
    scene.run()

    assert server.frames == []
    assert scene.client.send_text("still here") == Error.OK
    server.send(close())
    scene.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


@pytest.mark.hostile("E06")
@pytest.mark.parametrize("code", [0, *LEGAL])
def test_every_close_that_may_be_sent_is(scene: Scene, code: int) -> None:
    server = scene.open()
    scene.client.disconnect_from_host(code, "é" * 61 + "x")
    server.step()
    assert server.frames[0].payload == (code.to_bytes(2, "big") + "é".encode() * 61 + b"x" if code else b"")
    server.send(close())

    scene.closes(code or 1005, is_clean=True, before=[])


@pytest.mark.hostile("E07")
@pytest.mark.parametrize("says", ["nothing", "messages", "pings"])
def test_a_close_that_is_never_answered_ends_at_its_timeout(scene: Scene, says: str) -> None:
    server = scene.open()
    scene.client.disconnect_from_host()
    more = {"nothing": b"", "messages": frame(TEXT, b"more"), "pings": frame(PING)}[says]
    for _ in range(48):
        server.send(more)
        scene.wait(0.1)
    scene.poll()
    assert scene.messages == (["more"] * 48 if says == "messages" else [])
    assert not scene.is_over
    scene.wait(0.3)

    scene.closes(1000, "did not answer the Close within 5 s", stage="close")


@pytest.mark.hostile("E08")
def test_if_both_close_at_once_there_is_one_clean_signal(loopback: Scene) -> None:
    server = loopback.open()
    loopback.client.disconnect_from_host(4001, "ours")
    server.send(close(4002, b"theirs"))
    server.step()
    loopback.run(lambda: loopback.is_over)

    assert (loopback.client.close_code, loopback.client.close_reason) == (4002, "theirs")
    loopback.closes(4001, is_clean=True, before=[])


@pytest.mark.hostile("E09")
@pytest.mark.parametrize("wires", ["scene", "secure", "loopback"])
def test_a_last_message_with_close_and_fin_is_reported_in_order(wires: str, request: pytest.FixtureRequest) -> None:
    scene: Scene = request.getfixturevalue(wires)
    server = scene.open()
    scene.reads = False
    server.send(frame(TEXT, b"the last words"), close(4000, b"enough"))
    server.end_behind()
    scene.run(lambda: scene.is_over)

    assert scene.client.get_available_packet_count() == 1
    assert scene.client.get_message() == "the last words"
    scene.closes(4000, is_clean=True, before=[("data",), ("close_request", 4000, "enough")])


@pytest.mark.hostile("E09")
def test_a_reply_with_a_message_close_and_fin_is_reported_in_order(loopback: Scene) -> None:
    server = loopback.connect()
    server.send(server.agreement(), frame(TEXT, b"the only words"), close(4000))
    server.end_behind()

    loopback.closes(4000, is_clean=True, before=[("data", "the only words"), ("close_request", 4000, "")])


@pytest.mark.hostile("E09")
def test_our_answer_may_still_be_sent_after_close_and_fin(scene: Scene) -> None:
    server = scene.open()
    ours = scene.world.network.sockets[-1].stream  # type: ignore[attr-defined]  # it is a world in memory
    ours.room = 3
    server.send(close(4000))
    server.end_behind()
    scene.wait(4.0)
    assert scene.told[1:] == [("close_request", 4000, "")]
    ours.room = None

    scene.closes(4000, is_clean=True, before=[("close_request", 4000, "")])


@pytest.mark.hostile("E09")
def test_an_answer_that_cannot_be_sent_ends_at_the_timeout(scene: Scene) -> None:
    server = scene.open()
    scene.world.network.sockets[-1].stream.room = 3  # type: ignore[attr-defined]  # it is a world in memory
    server.send(close(4000))
    server.end_behind()
    scene.wait(4.9)
    assert not scene.is_over
    scene.wait(0.3)

    scene.closes(None, "code 4000", stage="close", before=[("close_request", 4000, "")])


@pytest.mark.hostile("E09")
def test_data_before_a_bare_fin_is_reported_too(loopback: Scene) -> None:
    server = loopback.open()
    server.send(frame(TEXT, b"the last words"))
    server.end_behind()

    loopback.closes(None, "without a Close frame", before=[("data", "the last words")])


@pytest.mark.hostile("E12")
def test_a_fin_while_sending_counts_the_unsent_bytes(scene: Scene) -> None:
    server = scene.open()
    server.is_deaf = True
    scene.world.network.sockets[-1].stream.room = 1000  # type: ignore[attr-defined]  # it is a world in memory
    for _ in range(3):
        assert scene.client.put_packet(bytes(1000)) == Error.OK
    server.end_behind()
    scene.run(lambda: scene.is_over)

    assert scene.client.last_error is not None
    assert "2008 bytes were not sent" in scene.client.last_error.message  # with the headers of what had begun
    scene.closes(None, "without a Close frame")
