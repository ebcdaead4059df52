"""Tests that both sides agree on compression, and keep to it.

These are rows A15, A16, A28, D07 and D10.
"""

from __future__ import annotations

import zlib
from random import Random

import pytest

from tests.hostile.deflating import AGREED, RSV1, TAIL, Compressor, in_fragments, open_compressed
from tests.hostile.scenario import Scene, executed_lines
from tests.hostile.wire import BINARY, TEXT, ClientFrame, close, frame
from wsclient import Error, WebSocketClient

NOISE = Random(7).randbytes(400)  # shrinks only if it is a repetition


@pytest.mark.hostile("A15", "A16")
@pytest.mark.parametrize(
    "extensions",
    [
        pytest.param("x-unknown", id="A15-unknown"),
        pytest.param("permessage-deflate, x-unknown", id="A15-unknown-beside-it"),
        pytest.param("permessage-deflate, permessage-deflate", id="A15-duplicated"),
        pytest.param(
            "permessage-deflate\r\nSec-WebSocket-Extensions: permessage-deflate", id="A15-duplicated-in-two-lines"
        ),
        pytest.param("permessage-deflate; x", id="A15-unknown-parameter"),
        pytest.param("Permessage Deflate", id="A15-two-words"),
        *(
            pytest.param(f"permessage-deflate; {side}_max_window_bits={bits}", id=f"A16-{side}-{name}")
            for side in ("server", "client")
            for bits, name in (
                ("0", "0"),
                ("7", "7"),
                ("16", "16"),
                ("99", "99"),
                ("-15", "negative"),
                ("+15", "sign"),
                ("015", "zero-in-front"),
                ("15.0", "fraction"),
                ("1_5", "underscore"),
                ("0xf", "hexadecimal"),
                ('""', "empty-in-quotes"),
                ("", "empty"),
                ("9" * 5000, "5000-digits"),
                ("\xb9\xb5", "superscript-digits"),
                ("\u0661\u0665".encode().decode("latin-1"), "arabic-digits"),
                ("15; server_max_window_bits=15; client_max_window_bits=15", "repeated"),
            )
        ),
        pytest.param("permessage-deflate; server_max_window_bits", id="A16-server-without-a-value"),
        pytest.param("permessage-deflate; client_max_window_bits", id="A16-client-without-a-value"),
        pytest.param("permessage-deflate; server_no_context_takeover=1", id="A16-flag-with-a-value"),
        pytest.param(
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover", id="A16-flag-repeated"
        ),
    ],
)
def test_an_answer_that_breaks_the_rules_opens_nothing(scene: Scene, extensions: str) -> None:
    scene.client.compression = True
    server = scene.connect()
    server.send(server.agreement(f"Sec-WebSocket-Extensions: {extensions}"))

    scene.fails("extension" if "x-unknown" in extensions else "permessage", status=101)


@pytest.mark.hostile("A16")
@pytest.mark.parametrize("bits", range(8, 16))
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_legal_window_of_the_server_s_is_accepted(scene: Scene, bits: int, quote: str) -> None:
    server = open_compressed(scene, f"{AGREED}; server_max_window_bits={quote}{bits}{quote}")
    compressor = Compressor(max(bits, 9))  # zlib makes none of 8 bits
    message = bytes(range(256)) * 20
    server.send(*(frame(BINARY, compressor.payload(message), rsv=RSV1) for _ in range(2)), close())

    scene.closes(1000, is_clean=True, before=[("data", message), ("data", message), ("close_request", 1000, "")])


@pytest.mark.hostile("A28")
@pytest.mark.parametrize("filler", [" ", ",", '"', "\\", '",', ";", "=", 'a="b",', "a;", "\t;"])
@pytest.mark.parametrize("count", [1, 8])
def test_64_kib_of_one_character_for_extensions_cost_a_bounded_number_of_steps(
    scene: Scene, filler: str, count: int
) -> None:
    scene.client.compression = True
    server = scene.connect()
    lines = [f"Sec-WebSocket-Extensions: x{filler * (8000 // len(filler))}"] * count
    server.send(server.agreement(*lines))
    with executed_lines() as executed:
        scene.run(lambda: scene.is_over)

    assert executed[0] < 12 * 8192  # one line's worth, whatever there is
    scene.fails(status=101)


@pytest.mark.hostile("D07")
@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param("", id="D07-both-take-over"),
        pytest.param("; server_no_context_takeover", id="D07-server-does-not"),
        pytest.param("; client_no_context_takeover", id="D07-client-does-not"),
        pytest.param("; server_no_context_takeover; client_no_context_takeover", id="D07-neither"),
        pytest.param("; client_max_window_bits=9; client_no_context_takeover", id="D07-smallest-window"),
    ],
)
def test_the_agreement_about_contexts_is_kept_both_ways(scene: Scene, parameters: str) -> None:
    server = open_compressed(scene, AGREED + parameters)
    one = Compressor()
    for _ in range(3):
        compressor = Compressor() if "server_no" in parameters else one
        server.send(frame(BINARY, compressor.payload(NOISE), rsv=RSV1))
        assert scene.client.put_packet(NOISE) == Error.OK
    scene.run(lambda: len(scene.messages) == len(server.frames) == 3)

    assert scene.messages == [NOISE] * 3
    takes_over = "client_no" not in parameters
    assert _inflated(server.frames, 9 if "=9" in parameters else 15, takes_over=takes_over) == [NOISE] * 3
    assert (len(server.frames[1].payload) < 50) == takes_over
    server.send(close())
    scene.closes(1000, is_clean=True)


@pytest.mark.hostile("D07")
@pytest.mark.parametrize("size", [pytest.param(1000, id="D07-one-frame-each"), pytest.param(10, id="D07-fragments")])
def test_a_context_reused_against_the_agreement_ends_it(scene: Scene, size: int) -> None:
    server = open_compressed(scene, f"{AGREED}; server_no_context_takeover")
    compressor = Compressor()
    server.send(*(in_fragments(compressor.payload(NOISE), size) for _ in range(2)))

    scene.closes(1007, "corrupt", before=[("data", NOISE)])


@pytest.mark.hostile("D07")
@pytest.mark.parametrize("bits", [pytest.param(bits, id=f"D07-{bits}-bits") for bits in range(9, 16)])
def test_the_client_keeps_to_the_window_that_it_was_given(scene: Scene, bits: int) -> None:
    server = open_compressed(scene, f"{AGREED}; client_max_window_bits={bits}")
    packets = [NOISE * 3, NOISE * 100, b"x" * 100_000]
    for packet in packets:
        assert scene.client.put_packet(packet) == Error.OK
    scene.run(lambda: sum(each.is_final for each in server.frames) == 3)

    assert _inflated(server.frames, bits, takes_over=True) == packets


@pytest.mark.hostile("A16", "D07")
def test_a_window_that_zlib_cannot_keep_to_leaves_messages_uncompressed(scene: Scene) -> None:
    server = open_compressed(scene, f"{AGREED}; client_max_window_bits=8")
    assert scene.client.put_packet(bytes(5000)) == Error.OK
    scene.run(lambda: server.frames)

    assert [(sent.rsv, sent.payload) for sent in server.frames] == [(0, bytes(5000))]


@pytest.mark.hostile("D10")
@pytest.mark.parametrize(
    ("size", "rsv"),
    [
        pytest.param(0, 0, id="D10-0"),
        pytest.param(31, 0, id="D10-31"),
        pytest.param(32, RSV1, id="D10-32"),
        pytest.param(100_000, RSV1, id="D10-100000"),
    ],
)
def test_messages_of_32_bytes_or_more_are_sent_compressed(scene: Scene, size: int, rsv: int) -> None:
    server = open_compressed(scene)
    assert scene.client.send_text("x" * size) == Error.OK
    scene.run(lambda: server.frames and server.frames[-1].is_final)

    assert (server.frames[0].opcode, server.frames[0].rsv) == (TEXT, rsv)
    assert {sent.rsv for sent in server.frames[1:]} <= {0}
    assert (sum(len(sent.payload) for sent in server.frames) < size) == bool(rsv)


@pytest.mark.hostile("D10")
def test_nothing_is_sent_compressed_unless_both_want_it(scene: Scene) -> None:
    server = scene.open()
    assert b"Extensions" not in server.request
    assert scene.client.put_packet(bytes(5000)) == Error.OK
    scene.run(lambda: server.frames)
    assert server.frames[0].rsv == 0
    scene.client.disconnect_from_host()
    scene.client.compression = True
    scene.told.clear()
    server = scene.open()
    assert b"Sec-WebSocket-Extensions: permessage-deflate" in server.request
    assert scene.client.put_packet(bytes(5000)) == Error.OK
    scene.run(lambda: server.frames)
    assert server.frames[0].rsv == 0


@pytest.mark.hostile("D10")
def test_the_documentation_says_what_compression_reveals() -> None:
    assert "CRIME" in str(WebSocketClient.compression.__doc__)


def _inflated(frames: list[ClientFrame], bits: int, *, takes_over: bool) -> list[bytes]:
    """The messages in compressed frames, by a window of so many bits."""
    messages, payload = [], b""
    stream = zlib.decompressobj(-bits)
    for each in frames:
        payload += each.payload
        if each.is_final:
            messages.append(stream.decompress(payload + TAIL))
            payload = b""
            if not takes_over:
                stream = zlib.decompressobj(-bits)
    return messages
