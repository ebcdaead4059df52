"""Text that is not UTF-8, in both directions (rows E01 and E02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hostile.wire import BINARY, CONTINUATION, PING, TEXT, frame
from wsclient import Error, WebSocketClient

if TYPE_CHECKING:
    from tests.hostile.scenario import Scene

# What is not UTF-8, and how many of its bytes are enough to know (RFC 3629 section 4).
INVALID = [
    pytest.param("80", 1, id="E01-lone-continuation"),
    pytest.param("bf", 1, id="E01-lone-continuation-bf"),
    pytest.param("c080", 1, id="E01-overlong-of-two"),
    pytest.param("c1bf", 1, id="E01-overlong-of-two-c1"),
    pytest.param("e08080", 2, id="E01-overlong-of-three"),
    pytest.param("e09fbf", 2, id="E01-overlong-of-three-9f"),
    pytest.param("f0808080", 2, id="E01-overlong-of-four"),
    pytest.param("f08fbfbf", 2, id="E01-overlong-of-four-8f"),
    pytest.param("eda080", 2, id="E01-first-surrogate"),
    pytest.param("edbfbf", 2, id="E01-last-surrogate"),
    pytest.param("eda080edb080", 2, id="E01-pair-of-surrogates"),
    pytest.param("f4908080", 2, id="E01-above-10ffff"),
    pytest.param("f5808080", 1, id="E01-f5"),
    pytest.param("f888808080", 1, id="E01-five-bytes"),
    pytest.param("fc8480808080", 1, id="E01-six-bytes"),
    pytest.param("fe", 1, id="E01-fe"),
    pytest.param("ff", 1, id="E01-ff"),
    pytest.param("c328", 2, id="E01-no-second"),
    pytest.param("e28228", 3, id="E01-no-third"),
    pytest.param("f09f9828", 4, id="E01-no-fourth"),
]
TRUNCATED = [
    pytest.param("c3", id="E01-one-of-two"),
    pytest.param("e282", id="E01-two-of-three"),
    pytest.param("f09f98", id="E01-three-of-four"),
]
# The last before and the first after each gap.
VALID = "\x00\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff".encode()

BEFORE, BEHIND = "grüße ".encode(), " ✓".encode()
SAYS = "text that is not UTF-8"


@pytest.mark.hostile("E01")
@pytest.mark.parametrize(("bad", "_enough"), INVALID)
def test_invalid_utf8_ends_it(scene: Scene, bad: str, _enough: int) -> None:
    scene.open().send(frame(TEXT, BEFORE), frame(TEXT, BEFORE + bytes.fromhex(bad) + BEHIND), frame(TEXT, BEFORE))

    scene.closes(1007, SAYS, before=[("data", BEFORE.decode())])


@pytest.mark.hostile("E01")
@pytest.mark.parametrize("bad", TRUNCATED)
def test_text_that_breaks_off_inside_a_character_ends_it(scene: Scene, bad: str) -> None:
    scene.open().send(frame(TEXT, BEFORE + bytes.fromhex(bad)), frame(TEXT, BEFORE))

    scene.closes(1007, SAYS, before=[])


@pytest.mark.hostile("E01")
@pytest.mark.parametrize(("bad", "_enough"), INVALID)
def test_it_is_found_across_fragments_split_in_each_place(scene: Scene, bad: str, _enough: int) -> None:
    text = BEFORE[-2:] + bytes.fromhex(bad) + BEHIND[:2]
    for place in range(len(text) + 1):
        scene.told.clear()
        server = scene.open()
        server.send(frame(TEXT, text[:place], is_final=False), frame(PING), frame(CONTINUATION, text[place:]))
        scene.run(lambda: scene.is_over)
        assert scene.told[1:] == [("closed", False)]

    scene.closes(1007, SAYS, before=[])


@pytest.mark.hostile("E01")
@pytest.mark.parametrize(("bad", "enough"), INVALID)
@pytest.mark.parametrize("is_final", [True, False], ids=["in-a-large-frame", "in-a-fragment"])
def test_it_is_found_at_the_first_byte_that_cannot_be(scene: Scene, bad: str, enough: int, is_final: bool) -> None:
    wire = BEFORE + bytes.fromhex(bad)[:enough]
    server = scene.open()
    server.send(frame(TEXT, wire[:-1], is_final=is_final, declares=1_000_000))
    scene.run()
    assert scene.told == [("established", "")]
    server.send(wire[-1:])

    scene.closes(1007, SAYS, before=[])


@pytest.mark.hostile("E01")
def test_utf8_is_delivered_wherever_it_is_split(scene: Scene) -> None:
    server = scene.open()
    for place in range(len(VALID) + 1):
        server.send(frame(TEXT, VALID[:place], is_final=False), frame(CONTINUATION, VALID[place:]))
    scene.run(lambda: len(scene.messages) > len(VALID))

    assert scene.messages == [VALID.decode()] * (len(VALID) + 1)


@pytest.mark.hostile("E01")
def test_a_binary_message_may_hold_anything(scene: Scene) -> None:
    scene.open().send(frame(BINARY, bytes(range(256))))
    scene.run(lambda: scene.messages)

    assert scene.messages == [bytes(range(256))]


@pytest.mark.hostile("E02")
@pytest.mark.parametrize("bad", [case.values[0] for case in [*INVALID, *TRUNCATED]])
def test_a_text_message_of_invalid_utf8_is_refused(scene: Scene, bad: str) -> None:
    server = scene.open()
    client = scene.client
    client.set_write_mode(WebSocketClient.WRITE_MODE_TEXT)
    payload = BEFORE + bytes.fromhex(bad)

    assert client.put_packet(payload) == Error.ERR_INVALID_DATA
    assert client.send(payload, WebSocketClient.WRITE_MODE_TEXT) == Error.ERR_INVALID_DATA
    assert client.last_error is not None
    assert (client.last_error.stage, client.last_error.error) == ("arguments", Error.ERR_INVALID_DATA)
    assert client.put_packet(BEFORE) == Error.OK
    scene.run(lambda: server.messages)
    assert [(sent.opcode, sent.payload) for sent in server.frames] == [(TEXT, BEFORE)]


@pytest.mark.hostile("E02")
@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\ud83d\ude00"], ids=["high", "low", "pair"])
def test_a_lone_surrogate_is_refused(scene: Scene, text: str) -> None:
    server = scene.open()

    assert scene.client.send_text(text) == Error.ERR_INVALID_DATA
    scene.run()
    assert server.frames == []
