from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.captures import captured_messages
from wsclient.multiplayer.command_error import CommandError, shown
from wsclient.multiplayer.godot3 import relay
from wsclient.multiplayer.godot3.commands import (
    ConfirmPath,
    Raw,
    RemoteCall,
    RemoteSet,
    SimplifyPath,
    decode,
    encode_confirm_path,
    encode_raw,
    encode_simplify_path,
    invocation_of_call,
    invocation_of_set,
)
from wsclient.multiplayer.node_reference import NodeById, NodeByPath

CASES = [
    pytest.param(
        "00 01000000 6563686f00 01 02000000 05000000",
        RemoteCall(NodeById(1), "echo", (5,)),
        id="call-by-id",
    ),
    pytest.param(
        "00 13000080 6563686f00 01 02000000 05000000 4d61696e00",
        RemoteCall(NodeByPath("Main"), "echo", (5,)),
        id="call-by-path",
    ),
    pytest.param("00 01000000 6e6f7468696e6700 00", RemoteCall(NodeById(1), "nothing", ()), id="no-arguments"),
    pytest.param("00 ffffff7f 6100 00", RemoteCall(NodeById(0x7FFFFFFF), "a", ()), id="call-by-the-highest-id"),
    pytest.param(
        "00 01000000 6100 02 04000000 01000000 62000000 01000000 01000000",
        RemoteCall(NodeById(1), "a", ("b", True)),
        id="padding-counts-from-the-start-of-each-argument",
    ),
    pytest.param(
        "01 01000000 73686172656400 02000000 07000000",
        RemoteSet(NodeById(1), "shared", 7),
        id="set-by-id",
    ),
    pytest.param("01 0b000080 6100 00000000 c3a900", RemoteSet(NodeByPath("é"), "a", None), id="set-by-path"),
    pytest.param("02 01000000 4d61696e00", SimplifyPath(1, "Main"), id="simplify-path"),
    pytest.param("03 4d61696e00", ConfirmPath("Main"), id="confirm-path"),
    pytest.param("04 000102ff", Raw(b"\x00\x01\x02\xff"), id="raw"),
]


@pytest.mark.parametrize(("wire", "command"), CASES)
def test_decodes(wire, command):
    assert decode(bytes.fromhex(wire)) == command


@pytest.mark.parametrize(("wire", "command"), CASES)
def test_encodes(wire, command):
    assert _encoded(command) == bytes.fromhex(wire)


@pytest.mark.parametrize(
    ("wire", "command"),
    [
        pytest.param("03 4d61696e", ConfirmPath("Main"), id="confirmed-path-without-nul"),
        pytest.param("02 01000000 4d61696e", SimplifyPath(1, "Main"), id="announced-path-without-nul"),
        pytest.param("02 01000000", SimplifyPath(1, ""), id="no-path-at-all"),
        pytest.param("00 08000080 6100 00 4d", RemoteCall(NodeByPath("M"), "a", ()), id="trailing-path-without-nul"),
        pytest.param("03 4d00 ffff", ConfirmPath("M"), id="bytes-behind-the-path"),
        pytest.param("01 01000000 6100 00000000 ff", RemoteSet(NodeById(1), "a", None), id="bytes-behind-the-value"),
        pytest.param("00 01000000 6100 00 ff", RemoteCall(NodeById(1), "a", ()), id="bytes-behind-the-arguments"),
        pytest.param("00 05000080 6100 00", RemoteCall(NodeByPath("a"), "a", ()), id="a-path-that-is-also-the-name"),
    ],
)
def test_reads_what_the_engine_reads(wire, command):
    assert decode(bytes.fromhex(wire)) == command


@pytest.mark.parametrize("number", [5, 7, 255])
def test_an_unknown_command_is_nothing(number):
    assert decode(bytes((number, 1, 2, 3))) is None


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        pytest.param("", "empty packet", id="empty"),
        pytest.param("00 01000000", "REMOTE_CALL of 5 bytes, at least 6", id="call-too-short"),
        pytest.param("01 01000000", "REMOTE_SET of 5 bytes, at least 6", id="set-too-short"),
        pytest.param("02 010000", "SIMPLIFY_PATH of 4 bytes, at least 5", id="simplify-path-too-short"),
        pytest.param("03", "CONFIRM_PATH of 1 bytes, at least 2", id="confirm-path-too-short"),
        pytest.param("04", "RAW of 1 bytes, at least 2", id="raw-too-short"),
        pytest.param("00 01000000 6563686f", "name does not end", id="name-without-nul"),
        pytest.param("00 01000000 ff00 00", "name is not UTF-8", id="name-no-utf-8"),
        pytest.param("00 01000000 6563686f00", "'echo' ends before the number", id="no-number-of-arguments"),
        pytest.param("00 01000000 6100 01", "argument 1 of 1 of 'a'", id="argument-missing"),
        pytest.param("00 01000000 6100 02 00000000", "argument 2 of 2 of 'a'", id="second-argument-missing"),
        pytest.param("00 01000000 6100 01 1b000000", "argument 1 of 1 of 'a'", id="unknown-type"),
        pytest.param("00 01000000 6100 01 04000000 ffffff7f", "argument 1 of 1 of 'a'", id="string-of-2-GiB"),
        pytest.param("01 01000000 6100", "the value of 'a'", id="value-missing"),
        pytest.param("01 01000000 6100 02000000 0700", "the value of 'a'", id="value-cut-off"),
        pytest.param("00 08000080 6100 00", "offset 8 in a packet of 8 bytes", id="path-beyond-the-end"),
        pytest.param("00 ffffffff 6100 00", "offset 2147483647", id="path-at-the-highest-offset"),
        pytest.param("00 08000080 6100 00 ff", "path is not UTF-8", id="path-no-utf-8"),
        pytest.param("03 ff00", "path is not UTF-8", id="confirmed-path-no-utf-8"),
    ],
)
def test_refuses_and_says_why(wire, words):
    with pytest.raises(CommandError, match=re.escape(words)):
        decode(bytes.fromhex(wire))


def test_h14_a_full_object_is_refused():
    full_object = "11000000 04000000 4e6f6465 00000000"
    with pytest.raises(CommandError, match="argument 1 of 1"):
        decode(bytes.fromhex("00 01000000 6100 01" + full_object))


def test_h14_nesting_without_end_is_refused():
    array_of_one = bytes.fromhex("13000000 01000000")
    with pytest.raises(CommandError, match="argument 1 of 1"):
        decode(bytes.fromhex("00 01000000 6100 01") + array_of_one * 10_000 + bytes(4))


def test_an_argument_of_too_many_values_is_refused():
    packet = invocation_of_call("many", [[None] * 65_535]).by_id(1)
    assert decode(packet) == RemoteCall(NodeById(1), "many", ([None] * 65_535,))

    with pytest.raises(CommandError, match="argument 1 of 1 of 'many': more values"):
        decode(invocation_of_call("many", [[None] * 65_536]).by_id(1))


def test_a_call_carries_255_arguments():
    packet = invocation_of_call("many", range(255)).by_id(1)
    assert decode(packet) == RemoteCall(NodeById(1), "many", tuple(range(255)))


def test_a_call_does_not_carry_256():
    with pytest.raises(ValueError, match="256 arguments, a call carries 255"):
        invocation_of_call("many", range(256))


def test_an_invalid_variant_is_reported_with_its_place():
    with pytest.raises(TypeError, match="pos"):
        invocation_of_call("move", [{"pos": object()}])


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: invocation_of_call(text, ()), id="method"),
        pytest.param(lambda text: invocation_of_set(text, None), id="property"),
        pytest.param(lambda text: invocation_of_set("a", None).by_path(text), id="path"),
        pytest.param(lambda text: encode_simplify_path(1, text), id="announced-path"),
        pytest.param(encode_confirm_path, id="confirmed-path"),
    ],
)
@pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=["nul", "no-utf-8"])
def test_refuses_to_send_text_that_cannot_arrive(encode, text):
    with pytest.raises(ValueError, match=r"NUL|surrogates"):
        encode(text)


def test_refuses_to_send_an_empty_raw_packet():
    with pytest.raises(ValueError, match="empty"):
        encode_raw(b"")


@pytest.mark.parametrize("name", ["connect", "kicked", "probe_basic", "probe_lazy", "routing", "rpc_client"])
def test_reads_what_the_engine_wrote(name):
    for packet, meaning in _captured_packets(name):
        assert _in_words(decode(packet)) == re.match(r"\w+( path (id \d+|'[^']*'): \w+| id \d+ = .*| .*)", meaning)[0]


@pytest.mark.parametrize("name", ["connect", "kicked", "probe_basic", "probe_lazy", "routing", "rpc_client"])
def test_writes_what_the_engine_wrote(name):
    for packet, meaning in _captured_packets(name):
        terminated = packet + b"\0" if "path without NUL" in meaning and "'Main': echo" in meaning else packet
        assert _encoded(decode(packet)).hex(" ") == terminated.hex(" ")


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("a\n\x1b", r"'a\n\x1b'"), ("x" * 80, f"'{'x' * 80}'"), ("x" * 81, f"'{'x' * 80}...'")],
    ids=["control-characters", "longest", "too-long"],
)
def test_a_peers_text_is_shown_safely(text, quoted):
    assert shown(text) == quoted


@given(st.binary(max_size=60))
def test_any_bytes_are_a_command_or_nothing_or_a_command_error(packet):
    _decode_or_refuse(packet)


@given(st.data())
def test_a_changed_byte_leads_to_a_command_or_nothing_or_a_command_error(data):
    packet = bytearray(data.draw(st.sampled_from(_captured_packets("rpc_client")))[0])
    packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    _decode_or_refuse(bytes(packet))


def test_a_packet_cut_off_anywhere_leads_to_a_command_or_a_command_error():
    for packet, _ in _captured_packets("rpc_client"):
        for size in range(len(packet)):
            _decode_or_refuse(packet[:size])


def _decode_or_refuse(packet):
    try:
        command = decode(packet)
    except CommandError:
        return
    assert (command is None) == (packet[0] > 4)


def _captured_packets(name):
    messages = [(relay.decode(captured.data), captured.meaning) for captured in captured_messages(name)]
    return [
        (message.payload, meaning.split(": ", 1)[1])
        for message, meaning in messages
        if isinstance(message, relay.PeerPacket)
    ]


def _encoded(command):
    match command:
        case RemoteCall(node, method, arguments):
            return _addressed(invocation_of_call(method, arguments), node)
        case RemoteSet(node, name, value):
            return _addressed(invocation_of_set(name, value), node)
        case SimplifyPath(path_id, path):
            return encode_simplify_path(path_id, path)
        case ConfirmPath(path):
            return encode_confirm_path(path)
        case Raw(data):
            return encode_raw(data)


def _addressed(invocation, node):
    return invocation.by_id(node.path_id) if isinstance(node, NodeById) else invocation.by_path(node.path)


def _in_words(command):
    match command:
        case RemoteCall(node, method):
            return f"REMOTE_CALL {_node_in_words(node)}: {method}"
        case RemoteSet(node, name):
            return f"REMOTE_SET {_node_in_words(node)}: {name}"
        case SimplifyPath(path_id, path):
            return f"SIMPLIFY_PATH id {path_id} = {path!r}"
        case ConfirmPath(path):
            return f"CONFIRM_PATH {path!r}"
        case Raw(data):
            return f"RAW {data.hex()}"


def _node_in_words(node):
    return f"path id {node.path_id}" if isinstance(node, NodeById) else f"path {node.path!r}"
