from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.captures import captured_messages
from wsclient.multiplayer.godot3.relay import (
    IdAssigned,
    PeerAdded,
    PeerPacket,
    PeerRemoved,
    RelayError,
    decode,
    encode,
    encode_packet,
)

CASES = [
    pytest.param("03 01000000 00000000 c5206c1e", IdAssigned(510402757), id="id"),
    pytest.param("01 01000000 00000000 01000000", PeerAdded(1), id="add-the-server"),
    pytest.param("01 01000000 00000000 ffffff7f", PeerAdded(2**31 - 1), id="add-the-highest"),
    pytest.param("02 01000000 00000000 02000000", PeerRemoved(2), id="remove"),
    pytest.param("00 01000000 00000000 0908", PeerPacket(1, 0, b"\x09\x08"), id="server-to-all"),
    pytest.param("00 02000000 01000000", PeerPacket(2, 1, b""), id="empty-packet"),
    pytest.param("00 02000000 fdffffff 04", PeerPacket(2, -3, b"\x04"), id="all-but-one"),
]
PEER_IDS = st.integers(2, 2**31 - 1)
MESSAGES = st.one_of(
    st.builds(PeerPacket, st.integers(1, 2**31 - 1), st.integers(-(2**31), 2**31 - 1), st.binary(max_size=20)),
    st.builds(IdAssigned, PEER_IDS),
    st.builds(PeerAdded, st.integers(1, 2**31 - 1)),
    st.builds(PeerRemoved, PEER_IDS),
)


@pytest.mark.parametrize(("wire", "message"), CASES)
def test_decodes(wire, message):
    assert decode(bytes.fromhex(wire)) == message


@pytest.mark.parametrize(("wire", "message"), CASES)
def test_encodes(wire, message):
    assert encode(message) == bytes.fromhex(wire)


@pytest.mark.parametrize("size", range(9))
def test_h15_refuses_less_than_a_header(size):
    with pytest.raises(RelayError, match=f"^{size} bytes"):
        decode(bytes.fromhex("00 02000000 01000000")[:size])


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        pytest.param("04 01000000 00000000 02000000", "unknown kind 4", id="H15-unknown-kind"),
        pytest.param("ff 01000000 00000000", "unknown kind 255", id="H15-highest-kind"),
        pytest.param("00 00000000 00000000 04", "source 0 ", id="H15-packet-from-0"),
        pytest.param("00 ffffffff 00000000 04", "source -1 ", id="H15-packet-from-negative"),
        pytest.param("01 05000000 00000000 07000000", "from 5", id="H15-spoofed-add"),
        pytest.param("03 00000000 00000000 07000000", "from 0", id="H15-spoofed-id"),
        pytest.param("01 01000000 00000000 020000", "12 bytes", id="H15-id-cut-off"),
        pytest.param("02 01000000 00000000", "9 bytes", id="H15-no-id"),
        pytest.param("03 01000000 00000000 01000000", "IdAssigned with id 1", id="H15-the-servers-id-for-us"),
        pytest.param("03 01000000 00000000 00000000", "IdAssigned with id 0", id="H15-id-0"),
        pytest.param("03 01000000 00000000 00000080", "IdAssigned with id -2147483648", id="H15-id-negative"),
        pytest.param("01 01000000 00000000 00000000", "PeerAdded with id 0", id="H15-add-0"),
        pytest.param("01 01000000 00000000 ffffffff", "PeerAdded with id -1", id="H15-add-negative"),
        pytest.param("02 01000000 00000000 01000000", "PeerRemoved with id 1", id="H15-remove-the-server"),
    ],
)
def test_refuses_and_says_why(wire, words):
    with pytest.raises(RelayError, match=re.escape(words)):
        decode(bytes.fromhex(wire))


def test_ignores_data_after_the_id_of_a_system_message():
    assert decode(bytes.fromhex("01 01000000 00000000 02000000 ffff")) == PeerAdded(2)


def test_events_are_values_with_a_readable_repr():
    assert len({PeerAdded(2), PeerAdded(2), PeerRemoved(2), PeerAdded(3)}) == 3
    assert repr(PeerAdded(2)) == "PeerAdded(peer_id=2)"


@pytest.mark.parametrize(("source", "target"), [(2**31, 0), (2, 2**31), (2, -(2**31) - 1)])
def test_refuses_to_send_ids_that_do_not_fit(source, target):
    with pytest.raises(ValueError, match="32 bits"):
        encode_packet(source, target, b"x")


def test_refuses_to_announce_an_id_that_does_not_fit():
    with pytest.raises(ValueError, match="32 bits: 2147483648"):
        encode(PeerAdded(2**31))


@pytest.mark.parametrize("captured", captured_messages(), ids=lambda captured: captured.capture)
def test_reads_what_the_engine_wrote(captured):
    assert _in_words(decode(captured.data)) == re.match(r"SYS_\w+ peer \d+|from \d+ to [^:]+", captured.meaning)[0]


@pytest.mark.parametrize("captured", captured_messages(), ids=lambda captured: captured.capture)
def test_writes_what_the_engine_wrote(captured):
    assert encode(decode(captured.data)) == captured.data


@given(MESSAGES)
def test_encoding_and_decoding_returns_the_same(message):
    assert decode(encode(message)) == message


@given(st.binary(max_size=20))
def test_any_bytes_are_a_message_or_a_relay_error(data):
    try:
        message = decode(data)
    except RelayError:
        return
    assert data.startswith(encode(message)) or not isinstance(message, PeerPacket)


def _in_words(message):
    match message:
        case PeerPacket(source, target):
            return f"from {source} to {({0: 'all', 1: 'server'}).get(target, target)}"
        case IdAssigned(peer_id):
            return f"SYS_ID peer {peer_id}"
        case PeerAdded(peer_id):
            return f"SYS_ADD peer {peer_id}"
        case PeerRemoved(peer_id):
            return f"SYS_DEL peer {peer_id}"
