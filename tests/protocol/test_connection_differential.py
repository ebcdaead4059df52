"""Compares the results of `websockets` and `wsproto` for the same bytes.

The messages and the end are the same, or the difference is explained.
"""

from __future__ import annotations

import logging
from functools import partial
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate as WebsocketsDeflate
from websockets.frames import Opcode
from websockets.protocol import Protocol, Side
from websockets.protocol import State as WebsocketsState
from wsproto.connection import Connection as WsprotoConnection
from wsproto.connection import ConnectionState as WsprotoState
from wsproto.connection import ConnectionType
from wsproto.events import BytesMessage, CloseConnection, TextMessage
from wsproto.extensions import PerMessageDeflate as WsprotoDeflate

from tests.hostile.deflating import RSV1, Compressor
from tests.hostile.wire import BINARY, CONTINUATION, PING, PONG, TEXT, close, frame
from tests.support.connections import Message, told
from wsclient.protocol.connection import Connection, Role
from wsclient.protocol.deflate import Agreement
from wsclient.protocol.errors import ProtocolViolation
from wsclient.protocol.events import CloseReceived, Ended

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.hostile("B19"), pytest.mark.untraced]

MAX = 100_000


class Verdict(NamedTuple):
    """The result of one of them for a stream.

    Attributes:
        messages: delivered, in order.
        closed: the code of the peer's Close frame; None if there was none.
        failed: the close code of a violation; None if there was none.
    """

    messages: list[Message]
    closed: int | None = None
    failed: int | None = None


def judged(stream: bytes, *, deflates: bool = False) -> tuple[Verdict, str]:
    """Our verdict, and the words for a violation."""
    connection = Connection(Role.CLIENT, max_message_size=MAX, deflate=Agreement() if deflates else None)
    connection.receive_data(stream)
    events = list(told(connection))
    messages = [event for event in events if isinstance(event, Message)]
    closed = next((event.code for event in events if isinstance(event, CloseReceived)), None)
    connection.receive_eof()
    [ended] = told(connection)
    assert isinstance(ended, Ended)
    violation = ended.failure.cause if ended.failure is not None else None
    if not isinstance(violation, ProtocolViolation):
        return Verdict(messages, closed), ""
    return Verdict(messages, closed, violation.code), violation.reason


def ours(stream: bytes, *, deflates: bool = False) -> Verdict:
    return judged(stream, deflates=deflates)[0]


def websockets(stream: bytes, *, deflates: bool = False) -> Verdict:
    """Returns what the Sans-I/O layer of `websockets` makes of the bytes.

    Its frames are joined as its connections do.
    """
    protocol = Protocol(Side.CLIENT, state=WebsocketsState.OPEN, max_size=MAX, logger=logging.getLogger("quiet"))
    if deflates:
        protocol.extensions = [WebsocketsDeflate(False, False, 15, 15)]
    protocol.receive_data(stream)
    messages: list[Message] = []
    begun: list[bytes] = []
    is_text = False
    for event in protocol.events_received():
        if event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            is_text = event.opcode is Opcode.TEXT if event.opcode is not Opcode.CONT else is_text
            begun.append(bytes(event.data))
            if not event.fin:
                continue
            payload, begun = b"".join(begun), []
            if is_text:
                try:
                    payload.decode()
                except UnicodeDecodeError:
                    return Verdict(messages, None, 1007)
            messages.append(Message(payload, is_text))
    failed = None
    if protocol.parser_exc is not None:
        assert protocol.close_sent is not None
        failed = protocol.close_sent.code
    closed = protocol.close_rcvd.code if protocol.close_rcvd is not None and failed is None else None
    return Verdict(messages, closed, failed)


def wsproto(stream: bytes, *, deflates: bool = False) -> Verdict:
    extensions = []
    if deflates:
        extension = WsprotoDeflate()
        extension.finalize("permessage-deflate")
        extensions = [extension]
    connection = WsprotoConnection(ConnectionType.CLIENT, extensions)
    connection.receive_data(stream)
    messages: list[Message] = []
    begun: list[bytes] = []
    for event in connection.events():
        if isinstance(event, TextMessage | BytesMessage):
            is_text = isinstance(event, TextMessage)
            begun.append(event.data.encode() if is_text else bytes(event.data))
            if event.message_finished:
                messages.append(Message(b"".join(begun), is_text))
                begun = []
        elif isinstance(event, CloseConnection):
            # It reports a violation as if the peer had closed, but is still open then.
            was_closed = connection.state is WsprotoState.REMOTE_CLOSING
            return Verdict(messages, event.code if was_closed else None, None if was_closed else event.code)
    return Verdict(messages)


PEERS: dict[str, Callable[..., Verdict]] = {"websockets": websockets, "wsproto": wsproto}

INSIDE = "a new message inside a fragmented one"
NOT_MINIMAL = "payload length not in its shortest form"
LONG_CONTROL = "control frame over 125 bytes"
CORRUPT = "corrupt compressed data"

# If we report this (or, with "", if we find no fault), they may report something else, for this reason.
EXPLAINED = {
    ("websockets", NOT_MINIMAL): "it takes a length in any form",
    ("websockets", LONG_CONTROL): "it looks at the payload, when it is whole, and not at the form of its length",
    ("websockets", "payload length with its highest bit set"): "to it, that is a large number: 1009",
    ("websockets", "text that is not UTF-8"): "it looks at a text when the message is whole",
    ("websockets", "close code"): "it looks at the reason first: 1007",
    ("websockets", INSIDE): "it looks at the length first (1009), and at the order when the frame is whole",
    ("websockets", "continuation without a start"): "as above",
    ("websockets", "reserved bit set"): "it looks at the length first, and at the bits when the frame is whole",
    ("websockets", "fragmented control frame"): "it looks at that when the frame is whole",
    ("websockets", CORRUPT): "to it, that is 1002, and it does not look whether a message ends inside a block",
    ("websockets", ""): (
        "to it, a Close inside a fragmented message is a violation, which RFC 6455 section 5.4 allows; and what stands "
        "behind a block that says that it is the last is lost, which RFC 7692 section 7.2.3.4 allows"
    ),
    ("wsproto", "frame of"): "it knows no limit",
    ("wsproto", "compressed message over"): "as above",
    ("wsproto", "masked frame"): "it looks at that when the length is whole",
    ("wsproto", "reserved bit set"): "as above",
    ("wsproto", INSIDE): "it looks at the order with the first byte of the payload",
    ("wsproto", "close reason that is not UTF-8"): "with code 1014 it looks at the code first, which it does not know",
    ("wsproto", "continuation without a start"): "as above",
    ("wsproto", CORRUPT): "it does not look whether a message ends inside a block",
    ("wsproto", ""): (
        "it does not know the close code 1014, which is in IANA's registry; and what stands behind a block that says "
        "that it is the last is a violation, which RFC 7692 section 7.2.3.4 allows"
    ),
}


def explanation(peer: str, said: str) -> str | None:
    """Returns why another verdict of the peer is acceptable."""
    keys = [words for name, words in EXPLAINED if name == peer and (said.startswith(words) if words else not said)]
    return EXPLAINED[peer, keys[0]] if keys else None


WAITS = Verdict([])

A = Message(b"a")


LAST_BLOCK = b"".join(
    frame(BINARY, bytes.fromhex(payload), rsv=RSV1) for payload in ("f348cdc9c9070000", "f248cdc9c90700")
)

EXAMPLES = [
    pytest.param(
        "websockets",
        frame(BINARY, b"a", form=126) + frame(BINARY, b"a"),
        False,
        Verdict([], failed=1002),
        Verdict([A, A]),
        id=f"websockets: {NOT_MINIMAL}",
    ),
    pytest.param(
        "websockets",
        frame(PING, b"a", form=126),
        False,
        Verdict([], failed=1002),
        WAITS,
        id=f"websockets: {LONG_CONTROL}",
    ),
    pytest.param(
        "websockets",
        frame(PING, declares=126),
        False,
        Verdict([], failed=1002),
        WAITS,
        id=f"websockets: {LONG_CONTROL}, not whole",
    ),
    pytest.param(
        "websockets",
        frame(BINARY, declares=1 << 63),
        False,
        Verdict([], failed=1002),
        Verdict([], failed=1009),
        id="websockets: payload length with its highest bit set",
    ),
    pytest.param(
        "websockets",
        frame(TEXT, b"\xff", is_final=False),
        False,
        Verdict([], failed=1007),
        WAITS,
        id="websockets: text that is not UTF-8",
    ),
    pytest.param(
        "websockets",
        close(1005, b"\xff"),
        False,
        Verdict([], failed=1002),
        Verdict([], failed=1007),
        id="websockets: close code",
    ),
    pytest.param(
        "websockets",
        frame(TEXT, is_final=False) + frame(BINARY, declares=MAX + 1),
        False,
        Verdict([], failed=1002),
        Verdict([], failed=1009),
        id=f"websockets: {INSIDE}",
    ),
    pytest.param(
        "websockets",
        frame(CONTINUATION, b"abc")[:-1],
        False,
        Verdict([], failed=1002),
        WAITS,
        id="websockets: continuation without a start",
    ),
    pytest.param(
        "websockets",
        frame(PING, b"abc", rsv=RSV1)[:-1],
        True,
        Verdict([], failed=1002),
        WAITS,
        id="websockets: reserved bit set",
    ),
    pytest.param(
        "websockets",
        frame(TEXT, b"\xff", rsv=RSV1),
        True,
        Verdict([], failed=1007),
        Verdict([], failed=1002),
        id=f"websockets: {CORRUPT}",
    ),
    pytest.param(
        "websockets",
        frame(BINARY, Compressor().payload(b"a few words")[:-5], rsv=RSV1),
        True,
        Verdict([], failed=1007),
        Verdict([Message(b"a few wh")]),
        id=f"websockets: {CORRUPT}, cut off",
    ),
    pytest.param(
        "websockets",
        frame(TEXT, is_final=False) + close(1000),
        False,
        Verdict([], closed=1000),
        Verdict([], failed=1002),
        id="websockets: ",
    ),
    pytest.param(
        "websockets",
        frame(PING, b"abc", is_final=False)[:-1],
        False,
        Verdict([], failed=1002),
        WAITS,
        id="websockets: fragmented control frame",
    ),
    pytest.param(
        "wsproto",
        frame(TEXT, bytes(200), key=b"1234")[:2],
        False,
        Verdict([], failed=1002),
        WAITS,
        id="wsproto: masked frame",
    ),
    pytest.param(
        "wsproto",
        frame(TEXT, bytes(200), rsv=1)[:2],
        False,
        Verdict([], failed=1002),
        WAITS,
        id="wsproto: reserved bit set",
    ),
    pytest.param(
        "wsproto",
        frame(BINARY, declares=MAX + 1),
        False,
        Verdict([], failed=1009),
        WAITS,
        id="wsproto: frame of",
    ),
    pytest.param(
        "wsproto",
        frame(BINARY, rsv=RSV1, declares=3 * MAX),
        True,
        Verdict([], failed=1009),
        WAITS,
        id="wsproto: compressed message over",
    ),
    pytest.param(
        "wsproto",
        frame(TEXT, is_final=False) + frame(BINARY, b"abc")[:2],
        False,
        Verdict([], failed=1002),
        WAITS,
        id=f"wsproto: {INSIDE}",
    ),
    pytest.param(
        "wsproto",
        frame(CONTINUATION, b"abc")[:2],
        False,
        Verdict([], failed=1002),
        WAITS,
        id="wsproto: continuation without a start",
    ),
    pytest.param(
        "wsproto",
        LAST_BLOCK,
        True,
        Verdict([Message(b"Hello"), Message(b"Hello")]),
        Verdict([Message(b"Hello")], failed=1007),
        id="wsproto: , behind the last block",
    ),
    pytest.param(
        "websockets",
        LAST_BLOCK,
        True,
        Verdict([Message(b"Hello"), Message(b"Hello")]),
        Verdict([Message(b"Hello"), Message(b"")]),
        id="websockets: , behind the last block",
    ),
    pytest.param(
        "wsproto",
        close(1014, b"\xff"),
        False,
        Verdict([], failed=1007),
        Verdict([], failed=1002),
        id="wsproto: close reason that is not UTF-8",
    ),
    pytest.param(
        "wsproto",
        frame(BINARY, Compressor().payload(b"a few words")[:-5], rsv=RSV1),
        True,
        Verdict([], failed=1007),
        Verdict([Message(b"a few wh")]),
        id=f"wsproto: {CORRUPT}",
    ),
    pytest.param("wsproto", close(1014), False, Verdict([], closed=1014), Verdict([], failed=1002), id="wsproto: "),
]


@pytest.mark.parametrize(("peer", "wire", "deflates", "our_verdict", "their_verdict"), EXAMPLES)
def test_a_difference_that_is_known(
    peer: str, wire: bytes, deflates: bool, our_verdict: Verdict, their_verdict: Verdict
) -> None:
    verdict, said = judged(wire, deflates=deflates)

    assert verdict == our_verdict
    assert PEERS[peer](wire, deflates=deflates) == their_verdict
    assert explanation(peer, said) is not None


def test_every_explanation_has_its_example() -> None:
    shown = [(example.values[0], judged(example.values[1], deflates=example.values[2])[1]) for example in EXAMPLES]

    assert {explanation(peer, said) for peer, said in shown} >= set(EXPLAINED.values()) - {"as above"}
    for name, words in EXPLAINED:
        assert any(name == peer and said.startswith(words) for peer, said in shown)


# What peers send, right and wrong. A mutation is one bit.

texts = st.sampled_from([b"", b"a", "é".encode(), "世".encode(), b"\xff", b"\xc3", b"hello" * 30, b"x" * 126])
data = st.sampled_from([0, 1, 125, 126, 300, 65536]).map(lambda size: Random(size).randbytes(size))
codes = st.sampled_from([None, 0, 999, 1000, 1001, 1004, 1005, 1006, 1012, 1013, 1014, 1015, 2999, 3000, 4999, 5000])
valid_frames = st.one_of(
    st.builds(partial(frame, BINARY), data),
    st.builds(partial(frame, TEXT), texts.filter(lambda text: text not in (b"\xff", b"\xc3"))),
    st.builds(partial(frame), st.sampled_from([PING, PONG]), texts.map(lambda text: text[:125])),
    st.builds(
        lambda first, middle, last: frame(BINARY, first, is_final=False) + middle + frame(CONTINUATION, last),
        texts,
        st.sampled_from([b"", frame(PING, b"p"), frame(CONTINUATION, b"more", is_final=False), frame(PONG)]),
        texts,
    ),
)
compressed_frames = st.builds(lambda payload: frame(BINARY, Compressor().payload(payload), rsv=RSV1), data)
odd_frames = st.one_of(
    st.builds(partial(frame, TEXT), texts, is_final=st.booleans()),
    st.builds(partial(frame, CONTINUATION), texts, is_final=st.booleans()),
    st.builds(close, codes, texts.map(lambda text: text[:123])),
    st.builds(partial(frame), st.integers(0, 15), texts, rsv=st.integers(0, 7), key=st.sampled_from([b"", b"1234"])),
    st.builds(partial(frame), st.sampled_from([TEXT, PING]), texts, form=st.sampled_from([126, 127])),
    st.builds(
        lambda length: frame(BINARY, declares=length), st.sampled_from([MAX, MAX + 1, 1 << 40, (1 << 63) - 1, 1 << 63])
    ),
)
closes = st.one_of(st.just(b""), st.builds(close, st.sampled_from([None, 1000, 3000]), st.sampled_from([b"", b"bye"])))


def streams(*kinds: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.builds(lambda frames, end: b"".join(frames) + end, st.lists(st.one_of(*kinds), max_size=8), closes)


def flipped(stream: bytes, place: int, bit: int) -> bytes:
    if not stream:
        return stream
    changed = bytearray(stream)
    changed[place % len(stream)] ^= 1 << bit
    return bytes(changed)


mutated = st.builds(flipped, streams(valid_frames, compressed_frames), st.integers(0, 10_000), st.integers(0, 7))

each_peer = pytest.mark.parametrize("peer", PEERS)
each_mode = pytest.mark.parametrize("deflates", [False, True], ids=["plain", "deflated"])


@each_peer
@given(stream=streams(valid_frames))
def test_all_make_the_same_of_valid_data(peer: str, stream: bytes) -> None:
    assert PEERS[peer](stream) == ours(stream)
    assert ours(stream).failed is None


@each_peer
@given(stream=streams(valid_frames, compressed_frames))
def test_all_make_the_same_of_valid_compressed_data(peer: str, stream: bytes) -> None:
    assert PEERS[peer](stream, deflates=True) == ours(stream, deflates=True)
    assert ours(stream, deflates=True).failed is None


@each_peer
@each_mode
@settings(max_examples=300)
@given(stream=st.one_of(streams(valid_frames, odd_frames), mutated))
@pytest.mark.untraced
def test_all_make_the_same_of_invalid_data_or_the_difference_is_known(peer: str, deflates: bool, stream: bytes) -> None:
    verdict, said = judged(stream, deflates=deflates)
    theirs = PEERS[peer](stream, deflates=deflates)

    if theirs != verdict:
        assert explanation(peer, said) is not None, f"they say {theirs}, we say {verdict} {said}"
        if said:  # whatever it is, what we delivered before, they deliver too
            assert theirs.messages[: len(verdict.messages)] == verdict.messages
        else:
            assert deflates or theirs == verdict._replace(closed=None, failed=1002)
