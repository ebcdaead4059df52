"""The slow reading of RFC 6455 that judges the library, held to the RFC itself."""

from __future__ import annotations

import pytest

from fuzz.model import Limits, read_stream

LIMITS = Limits(size=200, fragments=3)


@pytest.mark.parametrize(
    ("wire", "told"),
    [
        pytest.param("8105 48656c6c6f", [("text", b"Hello")], id="5.7-text"),
        pytest.param("0103 48656c 8002 6c6f", [("text", b"Hello")], id="5.7-fragments"),
        pytest.param("8905 48656c6c6f", [("ping", b"Hello")], id="5.7-ping"),
        pytest.param("8a00", [("pong", b"")], id="pong"),
        pytest.param("8201 00 82", [("binary", b"\0")], id="cut"),
        pytest.param("0101 61 8900 8001 62", [("ping", b""), ("text", b"ab")], id="ping-between"),
        pytest.param("8800 8100", [("close", 1005, "")], id="close"),
        pytest.param("8804 03e8 6f6b", [("close", 1000, "ok")], id="close-reason"),
        pytest.param("8801 03", [("refused", 1002)], id="close-of-a-byte"),
        pytest.param("8802 03ed", [("refused", 1002)], id="close-1005"),
        pytest.param("8803 03e8 ff", [("refused", 1007)], id="close-no-text"),
        pytest.param("8180 00000000", [("refused", 1002)], id="masked"),
        pytest.param("c100", [("refused", 1002)], id="reserved-bit"),
        pytest.param("8300", [("refused", 1002)], id="reserved-opcode"),
        pytest.param("897e", [("refused", 1002)], id="long-ping"),
        pytest.param("0900", [("refused", 1002)], id="fragmented-ping"),
        pytest.param("817e 007d", [("refused", 1002)], id="not-shortest"),
        pytest.param("827f 8000000000000000", [("refused", 1002)], id="highest-bit"),
        pytest.param("8000", [("refused", 1002)], id="continuation"),
        pytest.param("0100 8100", [("refused", 1002)], id="inside"),
        pytest.param("827e 00c9", [("refused", 1009)], id="too-long"),
        pytest.param("0200 0000 0000 0000", [("refused", 1009)], id="too-many"),
        pytest.param("8102 c3a9", [("text", b"\xc3\xa9")], id="utf-8"),
        pytest.param("8104 c3", [], id="utf-8-may-come"),
        pytest.param("8104 eda0", [("refused", 1007)], id="surrogate-at-once"),
        pytest.param("8101 c3", [("refused", 1007)], id="utf-8-cut"),
        pytest.param("0101 e2 8002 82ac", [("text", b"\xe2\x82\xac")], id="utf-8-over-fragments"),
    ],
)
def test_reads_a_servers_stream(wire: str, told: list[object]) -> None:
    assert read_stream(bytes.fromhex(wire), LIMITS, is_masked=False).told == told


@pytest.mark.parametrize(
    ("wire", "told"),
    [
        pytest.param("8185 37fa213d 7f9f4d5158", [("text", b"Hello")], id="5.7-masked"),
        pytest.param("8105", [("refused", 1002)], id="no-mask"),
    ],
)
def test_reads_a_clients_stream(wire: str, told: list[object]) -> None:
    assert read_stream(bytes.fromhex(wire), LIMITS, is_masked=True).told == told


def test_counts_frames_also_one_that_is_cut() -> None:
    assert read_stream(bytes.fromhex("8100 8900 8105 48"), LIMITS, is_masked=False).frames == 3
