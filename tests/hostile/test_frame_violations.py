"""Tests frames that RFC 6455 forbids (rows B02 to B07, B09, B10, B12, B13).

Some are only forbidden at that time (B15, B16).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hostile.scenario import peak_memory
from tests.hostile.wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close, frame
from tests.support.every_way import splits

if TYPE_CHECKING:
    from tests.hostile.scenario import Scene

MAX = 16 * 1024 * 1024  # bytes of a message, by default

CONTROL = [pytest.param(CLOSE, id="close"), pytest.param(PING, id="ping"), pytest.param(PONG, id="pong")]

VIOLATIONS = [
    pytest.param(frame(TEXT, b"Hello", key=b"abcd"), 1002, "masked frame", id="B02-text"),
    pytest.param(frame(TEXT, b"Hello", key=bytes(4)), 1002, "masked frame", id="B02-zero-mask"),
    pytest.param(frame(BINARY, bytes(300), key=b"abcd"), 1002, "masked frame", id="B02-longer"),
    pytest.param(frame(PING, key=b"abcd"), 1002, "masked frame", id="B02-ping"),
    pytest.param(frame(CLOSE, b"\x03\xe8", key=b"abcd"), 1002, "masked frame", id="B02-close"),
    *(
        pytest.param(frame(TEXT, b"Hello", rsv=rsv), 1002, "reserved bit set", id=f"B03-bits-{rsv:03b}")
        for rsv in range(1, 8)
    ),
    pytest.param(frame(PING, rsv=4), 1002, "reserved bit set", id="B03-ping"),
    pytest.param(
        frame(TEXT, b"a", is_final=False) + frame(CONTINUATION, b"b", rsv=4),
        1002,
        "reserved bit set",
        id="B03-continuation",
    ),
    *(
        pytest.param(frame(opcode, b"x"), 1002, f"reserved opcode {opcode}", id=f"B04-{opcode}")
        for opcode in (*range(3, 8), *range(11, 16))
    ),
    pytest.param(frame(TEXT, b"", form=126), 1002, "shortest form", id="B05-126-for-0"),
    pytest.param(frame(TEXT, b"x" * 125, form=126), 1002, "shortest form", id="B05-126-for-125"),
    pytest.param(frame(BINARY, b"", form=127), 1002, "shortest form", id="B05-127-for-0"),
    pytest.param(frame(BINARY, b"x" * 126, form=127), 1002, "shortest form", id="B05-127-for-126"),
    pytest.param(frame(BINARY, b"x" * 65535, form=127), 1002, "shortest form", id="B05-127-for-65535"),
    pytest.param(frame(BINARY, form=127, declares=1 << 63), 1002, "highest bit", id="B06-only"),
    pytest.param(frame(BINARY, form=127, declares=(1 << 64) - 1), 1002, "highest bit", id="B06-all"),
    pytest.param(frame(BINARY, declares=(1 << 63) - 1), 1009, str(MAX), id="B07-2**63-1"),
    pytest.param(frame(TEXT, declares=1 << 40), 1009, str(MAX), id="B07-2**40"),
    pytest.param(frame(BINARY, declares=MAX + 1), 1009, str(MAX), id="B07-max+1"),
    pytest.param(
        frame(BINARY, b"x" * 10, is_final=False) + frame(CONTINUATION, declares=MAX - 9),
        1009,
        str(MAX),
        id="B07-max+1-in-two",
    ),
    pytest.param(frame(CONTINUATION, b"x"), 1002, "continuation without a start", id="B09-final"),
    pytest.param(frame(CONTINUATION, b"", is_final=False), 1002, "continuation without a start", id="B09-empty"),
    pytest.param(
        frame(TEXT, b"a", is_final=False) + frame(CONTINUATION, b"b") + frame(CONTINUATION, b"c"),
        1002,
        "continuation without a start",
        id="B09-behind-the-last",
    ),
    *(
        pytest.param(
            frame(outer, b"a", is_final=False) + frame(inner, b"b", is_final=is_final),
            1002,
            "inside a fragmented one",
            id=f"B10-{inner}-in-{outer}-{'whole' if is_final else 'fragment'}",
        )
        for outer in (TEXT, BINARY)
        for inner in (TEXT, BINARY)
        for is_final in (False, True)
    ),
]

LONG = {"B02-longer", "B05-126-for-125", "B05-127-for-126", "B05-127-for-65535"}


@pytest.mark.hostile("B02", "B03", "B04", "B05", "B06", "B07", "B09", "B10")
@pytest.mark.parametrize(("wire", "code", "says"), VIOLATIONS)
def test_a_violation_ends_it_with_its_code(scene: Scene, wire: bytes, code: int, says: str) -> None:
    scene.open().send(frame(TEXT, b"before"), wire, frame(TEXT, b"behind"))

    told = [("data", "before")]
    if says == "continuation without a start" and len(wire) > 5:
        told.append(("data", "ab"))
    scene.closes(code, says, before=told)


@pytest.mark.hostile("B12", "B13")
@pytest.mark.parametrize("opcode", CONTROL)
@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param({"payload": b"x" * 126}, "over 125 bytes", id="B12-126"),
        pytest.param({"payload": b"x" * 65536}, "over 125 bytes", id="B12-65536"),
        pytest.param({"declares": 1 << 62}, "over 125 bytes", id="B12-2**62"),
        pytest.param({"form": 126}, "over 125 bytes", id="B12-0-in-a-longer-form"),
        pytest.param({"is_final": False}, "fragmented control frame", id="B13-empty"),
        pytest.param({"payload": b"\x03\xe8", "is_final": False}, "fragmented control frame", id="B13-with-payload"),
    ],
)
def test_a_control_frame_is_short_and_unfragmented(
    scene: Scene, opcode: int, options: dict[str, object], says: str
) -> None:
    scene.open().send(frame(opcode, **options))  # type: ignore[arg-type]  # a table has one type for all columns

    scene.closes(1002, says, before=[])


@pytest.mark.hostile("B02", "B03", "B04", "B05", "B06", "B07", "B09", "B10")
@pytest.mark.parametrize(("wire", "code", "says"), [case for case in VIOLATIONS if case.id not in LONG])
def test_a_violation_is_found_in_any_pieces(scene: Scene, wire: bytes, code: int, says: str) -> None:
    for pieces in splits(wire):
        scene.told.clear()
        server = scene.open()
        for piece in pieces:
            server.send(piece)
            scene.step()
            scene.step()
        scene.run(lambda: scene.is_over)

        assert scene.told[-1] == ("closed", False)
        assert server.close_codes == [code], f"split into {[len(piece) for piece in pieces]}"
        assert says in repr(scene.client.last_error).lower()


@pytest.mark.hostile("B07")
@pytest.mark.parametrize(
    "length",
    [
        pytest.param((1 << 63) - 1, id="B07-2**63-1"),
        pytest.param(1 << 40, id="B07-2**40"),
        pytest.param(MAX + 1, id="B07-max+1"),
    ],
)
def test_a_length_over_the_limit_allocates_nothing(loopback: Scene, length: int) -> None:
    server = loopback.open()
    server.send(frame(BINARY, declares=length), bytes(100_000))
    with peak_memory() as peak:
        loopback.run(lambda: loopback.is_over)

    assert peak.extra < 512 * 1024  # two reads, and the rest
    loopback.closes(1009, str(MAX), before=[])


@pytest.mark.hostile("B15")
@pytest.mark.parametrize(
    "behind",
    [
        pytest.param(frame(TEXT, b"late"), id="B15-message"),
        pytest.param(frame(PING, b"late"), id="B15-ping"),
        pytest.param(close(1001), id="B15-another-close"),
        pytest.param(frame(TEXT, b"\xff", rsv=7, key=b"abcd"), id="B15-violation"),
        pytest.param(b"\xff" * 100_000, id="B15-garbage"),
    ],
)
def test_data_after_a_close_frame_is_ignored(scene: Scene, behind: bytes) -> None:
    scene.open().send(frame(TEXT, b"last"), close(1000, b"bye"), behind)

    scene.closes(1000, is_clean=True, before=[("data", "last"), ("close_request", 1000, "bye")])


@pytest.mark.hostile("B16")
@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(frame(TEXT, b"half", is_final=False), id="B16-fragment"),
        pytest.param(frame(BINARY, is_final=False) + frame(CONTINUATION, is_final=False), id="B16-empty-fragments"),
    ],
)
def test_a_message_cut_off_by_a_close_frame_is_not_reported(scene: Scene, begun: bytes) -> None:
    scene.open().send(begun, close(1001))

    scene.closes(1001, is_clean=True, before=[("close_request", 1001, "")])


@pytest.mark.hostile("B16")
def test_a_close_frame_inside_of_a_frame_is_payload(scene: Scene) -> None:
    scene.open().send(frame(BINARY, close(), declares=100))
    scene.server.end_behind()

    scene.closes(says="without a Close frame", before=[])
