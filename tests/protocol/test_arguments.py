"""Tests what a caller may add to the handshake (api.md 3, hostile.md H07, H08)."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.arguments import check_headers, check_subprotocols, merge_headers
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.fields import MAX_HEADERS, MAX_LINE_SIZE

if TYPE_CHECKING:
    from wsclient.protocol.fields import Headers


@pytest.mark.parametrize(
    ("protocols", "checked"),
    [
        pytest.param((), (), id="the-default"),
        pytest.param([], (), id="none"),
        pytest.param(["a"], ("a",), id="one"),
        pytest.param(("chat.v2", "super-chat_1"), ("chat.v2", "super-chat_1"), id="in-order"),
        pytest.param(["a", "A"], ("a", "A"), id="case-matters"),
        pytest.param([" a", "b\t"], ("a", "b"), id="trimmed-as-in-godot"),
        pytest.param((name for name in "ab"), ("a", "b"), id="any-iterable"),
    ],
)
def test_takes_subprotocols(protocols: Any, checked: tuple[str, ...]) -> None:
    assert check_subprotocols(protocols) == checked


@pytest.mark.parametrize(
    ("protocols", "message"),
    [
        pytest.param([""], "subprotocol '' is not a token", id="empty"),
        pytest.param([" "], "subprotocol ' ' is not a token", id="blank"),
        pytest.param(["a,b"], "subprotocol 'a,b' is not a token", id="H08-comma"),
        pytest.param(["a b"], "subprotocol 'a b' is not a token", id="H08-space"),
        pytest.param(["a/b"], "subprotocol 'a/b' is not a token", id="H08-slash"),
        pytest.param(["a\r\nX: y"], r"subprotocol 'a\r\nX: y' is not a token", id="H08-line-break"),
        pytest.param(["a\n"], r"subprotocol 'a\n' is not a token", id="H08-line-break-at-the-end"),
        pytest.param(["é"], "subprotocol 'é' is not a token", id="H08-non-ascii"),
        pytest.param(["\ud800"], r"subprotocol '\ud800' is not a token", id="H08-lone-surrogate"),
        pytest.param(["a", "b", "a"], "subprotocol 'a' is asked for twice", id="H08-duplicate"),
        pytest.param(["a", " a"], "subprotocol 'a' is asked for twice", id="H08-duplicate-but-for-a-space"),
        pytest.param(["x" * MAX_LINE_SIZE], "the subprotocols are longer than 8192 bytes together", id="too-long"),
        pytest.param([f"{n:4095}".replace(" ", "x") for n in range(3)], "longer than 8192", id="too-long-together"),
    ],
)
def test_refuses_subprotocols(protocols: list[str], message: str) -> None:
    with pytest.raises(InvalidArgument, match=re.escape(message)):
        check_subprotocols(protocols)


def test_takes_subprotocols_of_just_the_limit() -> None:
    name = "x" * (MAX_LINE_SIZE - 1)

    assert check_subprotocols([name]) == (name,)


@pytest.mark.parametrize("wrong", ["chat", b"chat", bytearray(b"chat"), None, 7, ["a", b"b"], [None]], ids=repr)
def test_subprotocols_of_another_type_are_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="must be a"):
        check_subprotocols(wrong)


@pytest.mark.parametrize(
    ("headers", "checked"),
    [
        pytest.param((), (), id="the-default"),
        pytest.param([], (), id="none"),
        pytest.param({}, (), id="no-names"),
        pytest.param(["X-Token: abc", "Cookie: a=b"], (("X-Token", "abc"), ("Cookie", "a=b")), id="godots-list"),
        pytest.param({"X-Token": "abc", "Cookie": "a=b"}, (("X-Token", "abc"), ("Cookie", "a=b")), id="mapping"),
        pytest.param(MappingProxyType({"X": "y"}), (("X", "y"),), id="any-mapping"),
        pytest.param((line for line in ["X: y"]), (("X", "y"),), id="any-iterable"),
        pytest.param(["X:y", "X:\t z \t"], (("X", "y"), ("X", "z")), id="space-taken-off"),
        pytest.param(["X: a:b"], (("X", "a:b"),), id="colon-in-the-value"),
        pytest.param(["X:", "Y: "], (("X", ""), ("Y", "")), id="empty-value"),
        pytest.param(["X: a\tb é😀"], (("X", "a\tb é😀"),), id="tab-and-non-ascii"),
        pytest.param(["Origin: https://game.example"], (("Origin", "https://game.example"),), id="origin"),
        pytest.param(["Authorization: Bearer x"], (("Authorization", "Bearer x"),), id="authorization"),
        pytest.param(["Security: x"], (("Security", "x"),), id="only-begins-like-sec"),
    ],
)
def test_takes_headers(headers: Any, checked: tuple[tuple[str, str], ...]) -> None:
    assert check_headers(headers) == checked


BAD_HEADERS = [
    pytest.param("X", "5ecret\r\nEvil: 1", "header X has a line break", id="H07-crlf"),
    pytest.param("X", "5ecret\n", "header X has a line break", id="H07-lf-at-the-end"),
    pytest.param("X", "\r5ecret", "header X has a line break", id="H07-cr"),
    pytest.param("X", "5ecret\0", "header X has a line break or another control", id="H07-nul"),
    pytest.param("X", "5ecret\x7f", "header X has a line break or another control", id="del"),
    pytest.param("X", "5ecret\x85", "header X has a line break or another control", id="c1"),
    pytest.param("X", "5ecret\ud800", "header X has a line break or another control", id="lone-surrogate"),
    pytest.param("X\r\nEvil", "1", r"header 1 has a name that is no token: 'X\r\nEvil'", id="H07-crlf-in-the-name"),
    pytest.param("X\0", "1", r"header 1 has a name that is no token: 'X\x00'", id="H07-nul-in-the-name"),
    pytest.param("", "1", "header 1 has a name that is no token: ''", id="no-name"),
    pytest.param("X ", "1", "header 1 has a name that is no token: 'X '", id="space-before-the-colon"),
    pytest.param(" X", "1", "header 1 has a name that is no token: ' X'", id="folded"),
    pytest.param("É", "1", "header 1 has a name that is no token: 'É'", id="non-ascii-name"),
    pytest.param("Upgrade", "h2c", "header Upgrade belongs to the handshake", id="H07-upgrade"),
    pytest.param("UPGRADE", "h2c", "header UPGRADE belongs to the handshake", id="H07-upgrade"),
    pytest.param("connection", "close", "header connection belongs to the handshake", id="H07-connection"),
    pytest.param("Sec-WebSocket-Key", "x", "header Sec-WebSocket-Key belongs", id="H07-key"),
    pytest.param("sec-websocket-protocol", "x", "header sec-websocket-protocol belongs", id="H07-protocol"),
    pytest.param("Sec-Fetch-Mode", "x", "header Sec-Fetch-Mode belongs", id="H07-sec"),
    pytest.param("Content-Length", "5", "header Content-Length belongs to the handshake", id="content-length"),
    pytest.param("Transfer-Encoding", "chunked", "header Transfer-Encoding belongs", id="transfer-encoding"),
    pytest.param("X", "5ecret" * 200_000, "header X is longer than 8192 bytes", id="H07-1-mib"),
    pytest.param("X", "é" * 4095, "header X is longer than 8192 bytes", id="too-long-once-encoded"),
]


@pytest.mark.parametrize(("name", "value", "message"), BAD_HEADERS)
def test_refuses_headers_and_names_no_value(name: str, value: str, message: str) -> None:
    with pytest.raises(InvalidArgument, match=re.escape(message)) as of_list:
        check_headers([f"{name}: {value}"])
    with pytest.raises(InvalidArgument, match=re.escape(message)) as of_mapping:
        check_headers({name: value})

    assert "5ecret" not in f"{of_list.value} {of_mapping.value}"


def test_a_line_without_a_colon_is_refused_by_its_number() -> None:
    with pytest.raises(InvalidArgument, match="header 2 has no colon") as refusal:
        check_headers(["X: y", "Bearer 5ecret"])

    assert "5ecret" not in str(refusal.value)


def test_a_header_may_have_8_kib_and_no_byte_more() -> None:
    value = "x" * (MAX_LINE_SIZE - len("X: "))

    assert check_headers({"X": value}) == (("X", value),)
    with pytest.raises(InvalidArgument, match="longer than"):
        check_headers({"X": value + "x"})


def test_there_may_be_128_headers_and_no_more() -> None:
    assert len(check_headers(["X: y"] * MAX_HEADERS)) == MAX_HEADERS
    with pytest.raises(InvalidArgument, match="more than 128 headers"):
        check_headers(["X: y"] * (MAX_HEADERS + 1))


@pytest.mark.parametrize(
    "wrong",
    ["X: y", b"X: y", bytearray(b"X: y"), None, 7, [b"X: y"], [("X", "y")], {"X": 1}, {"X": b"y"}, {1: "x"}],
    ids=repr,
)
def test_headers_of_another_type_are_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="must be a"):
        check_headers(wrong)


@given(st.lists(st.text(alphabet=st.characters())) | st.dictionaries(st.text(), st.text(alphabet=st.characters())))
def test_accepted_headers_stay_in_their_line(headers: list[str] | dict[str, str]) -> None:
    try:
        checked = check_headers(headers)
    except InvalidArgument:
        return
    for name, value in checked:
        line = f"{name}: {value}".encode()
        assert line.splitlines() == [line]
        assert b"\0" not in line


@given(st.lists(st.text(alphabet=st.characters(), max_size=5)))
def test_accepted_subprotocols_differ(protocols: list[str]) -> None:
    try:
        checked = check_subprotocols(protocols)
    except InvalidArgument:
        return
    assert tuple(",".join(checked).split(",") if checked else ()) == checked
    assert len(set(checked)) == len(checked)


def test_the_host_may_be_another() -> None:
    assert check_headers({"Host": "other.example"}) == (("Host", "other.example"),)


@pytest.mark.parametrize(
    ("others", "merged"),
    [
        pytest.param((), (("A", "1"), ("B", "2"), ("a", "3")), id="nothing-to-add"),
        pytest.param((("C", "4"),), (("A", "1"), ("B", "2"), ("a", "3"), ("C", "4")), id="another-name"),
        pytest.param((("a", "4"),), (("B", "2"), ("a", "4")), id="a-name-that-both-have"),
    ],
)
def test_headers_that_are_merged_replace_those_of_their_name(others: Headers, merged: Headers) -> None:
    assert merge_headers((("A", "1"), ("B", "2"), ("a", "3")), others) == merged
