"""Tests that no more than the start of an error page is read.

See RFC 9112 section 6, hostile.md A21 and A22.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.every_way import every_way
from wsclient.protocol.http11 import ResponseHead
from wsclient.protocol.http_body import MAX_BODY_SIZE, MAX_CHUNK_LINE_SIZE, BodyPrefix

LENGTH = "Content-Length"
CODING = "Transfer-Encoding"
CHUNKED = ((CODING, "chunked"),)


def body(headers: tuple[tuple[str, str], ...], status: int = 401) -> BodyPrefix:
    return BodyPrefix(ResponseHead(version="1.1", status=status, reason="", headers=headers))


def read(headers: tuple[tuple[str, str], ...], data: bytes, tail: bytes = b"") -> tuple[bytes, bool]:
    """The content and whether it is complete, the same however the data is cut."""

    def feed(pieces: list[bytes]) -> frozenset[tuple[bytes, bool]]:
        reader = body(headers)
        for piece in pieces:
            reader.receive_data(piece)
        return frozenset({(reader.content, reader.is_complete)})

    [result] = every_way(feed, data, tail=tail)
    return result


@pytest.mark.parametrize("status", [204, 304])
def test_some_replies_have_no_body(status: int) -> None:
    reader = body(((LENGTH, "5"),), status)

    assert reader.is_complete
    reader.receive_data(b"hello")
    assert reader.content == b""


@pytest.mark.parametrize(
    ("headers", "data", "content", "is_complete"),
    [
        pytest.param(((LENGTH, "5"),), b"hello", b"hello", True, id="length"),
        pytest.param(((LENGTH, "5"),), b"hello and more", b"hello", True, id="length-and-more-behind"),
        pytest.param(((LENGTH, "5"),), b"hell", b"hell", False, id="length-not-reached"),
        pytest.param(((LENGTH, "007"),), b"sevenandmore", b"sevenan", True, id="length-with-zeros"),
        pytest.param((), b"hello", b"hello", False, id="until-the-end"),
        pytest.param(((LENGTH, "5"), (LENGTH, "5")), b"hello and", b"hello", True, id="E3-length-twice"),
        pytest.param(((LENGTH, "5, 5"),), b"hello and", b"hello", True, id="E3-length-twice-in-one"),
        pytest.param(((CODING, "identity"),), b"hello", b"hello", False, id="E3-identity"),
        pytest.param(((CODING, "identity"), (LENGTH, "5")), b"hello and", b"hello", True, id="E3-identity-with-length"),
        pytest.param(((CODING, "gzip"), (LENGTH, "2")), b"hello", b"hello", False, id="E3-another-coding-is-last"),
    ],
)
def test_reads_as_much_as_the_length_says(
    headers: tuple[tuple[str, str], ...], data: bytes, content: bytes, is_complete: bool
) -> None:
    assert read(headers, data) == (content, is_complete)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(((LENGTH, "0"),), id="zero"),
        pytest.param(((LENGTH, "-1"),), id="A22-negative"),
        pytest.param(((LENGTH, "+1"),), id="sign"),
        pytest.param(((LENGTH, ""),), id="empty"),
        pytest.param(((LENGTH, "1_0"),), id="underscore"),
        pytest.param(((LENGTH, "٣"),), id="other-digits"),
        pytest.param(((LENGTH, "9" * 5000),), id="too-long-for-int"),
        pytest.param(((LENGTH, "5"), (LENGTH, "6")), id="A22-two-that-differ"),
        pytest.param(((LENGTH, "5, 6"),), id="A22-two-that-differ-in-one"),
    ],
)
def test_a_framing_that_makes_no_sense_has_no_body(headers: tuple[tuple[str, str], ...]) -> None:
    reader = body(headers)

    assert reader.is_complete
    reader.receive_data(b"5\r\nhello\r\n")
    assert reader.content == b""


LAST = b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "content", "is_complete"),
    [
        pytest.param(b"5\r\nhello\r\n" + LAST, b"hello", True, id="one"),
        pytest.param(b"5\r\nhello\r\n6\r\n world\r\n" + LAST, b"hello world", True, id="two"),
        pytest.param(b"0B\r\nhello world\r\n" + LAST, b"hello world", True, id="hexadecimal"),
        pytest.param(b'5 ;a="b"\r\nhello\r\n' + LAST, b"hello", True, id="extension"),
        pytest.param(b"2\r\n\r\n\r\n" + LAST, b"\r\n", True, id="line-end-as-data"),
        pytest.param(LAST, b"", True, id="empty"),
        pytest.param(b"5\r\nhel", b"hel", False, id="not-all-yet"),
        pytest.param(b"5\r\nhello", b"hello", False, id="no-line-end-yet"),
        pytest.param(b"5", b"", False, id="no-size-yet"),
        pytest.param(b"5\r\nhello\r\n-1\r\n", b"hello", True, id="A22-negative"),
        pytest.param(b"5\r\nhello\r\nxyz\r\n", b"hello", True, id="A22-letters"),
        pytest.param(b"5\r\nhello\r\n\r\n", b"hello", True, id="A22-empty"),
        pytest.param(b"5\r\nhello\r\n0x5\r\nhello\r\n", b"hello", True, id="A22-prefix"),
        pytest.param(b"5\r\nhello\r\n 5\r\nhello\r\n", b"hello", True, id="A22-space"),
        pytest.param(b"5\r\nhello\r\n1000000000000000\r\nx", b"hello", True, id="A22-16-digits"),
        pytest.param(b"5\r\nhello\r\nfffffffffffffff\r\nx", b"hellox", False, id="15-digits-wait-for-more"),
        pytest.param(b"5\r\nhelloX\r\n1\r\nx\r\n", b"hello", True, id="A22-longer-than-its-size"),
        pytest.param(b"5\nhello\n", b"", False, id="bare-line-feeds"),
    ],
)
def test_decodes_chunks_as_far_as_they_make_sense(data: bytes, content: bytes, is_complete: bool) -> None:
    assert read(CHUNKED, data) == (content, is_complete)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(((CODING, "Chunked"),), id="any-case"),
        pytest.param((*CHUNKED, (LENGTH, "3")), id="E3-chunked-wins-over-a-length"),
        pytest.param(((LENGTH, "3"), *CHUNKED), id="E3-chunked-behind-a-length"),
        pytest.param(((CODING, "gzip, chunked"),), id="E3-chunked-is-last"),
        pytest.param(((CODING, "gzip"), *CHUNKED), id="E3-chunked-is-last-of-two-lines"),
    ],
)
def test_chunks_are_decoded_if_they_are_the_last_coding(headers: tuple[tuple[str, str], ...]) -> None:
    assert read(headers, b"5\r\nhello\r\n" + LAST) == (b"hello", True)


def test_a_chunk_line_has_a_limit() -> None:
    longest = b"5;" + b"x" * (MAX_CHUNK_LINE_SIZE - 2)

    assert read(CHUNKED, longest + b"\r\nhello\r\n" + LAST) == (b"hello", True)
    assert read(CHUNKED, longest + b"x\r\nhello\r\n" + LAST) == (b"", True)


GIGABYTE = str(2**30)


@pytest.mark.parametrize(
    ("headers", "piece"),
    [
        pytest.param((), b"x" * 1000, id="A21-until-the-end"),
        pytest.param(((LENGTH, GIGABYTE),), b"x" * 1000, id="A21-length"),
        pytest.param(CHUNKED, b"3e8\r\n" + b"x" * 1000 + b"\r\n", id="A21-chunked"),
    ],
)
def test_keeps_4_kib_and_wants_no_more(headers: tuple[tuple[str, str], ...], piece: bytes) -> None:
    reader = body(headers)
    for _ in range(4):
        reader.receive_data(piece)
        assert not reader.is_complete
    for _ in range(2):
        reader.receive_data(piece)
        assert reader.is_complete
        assert reader.content == b"x" * MAX_BODY_SIZE


def test_exactly_4_kib_is_complete_without_an_end() -> None:
    assert read((), b"x" * MAX_BODY_SIZE) == (b"x" * MAX_BODY_SIZE, True)
    assert read((), b"x" * (MAX_BODY_SIZE - 1)) == (b"x" * (MAX_BODY_SIZE - 1), False)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5), st.binary(max_size=5))
def test_chunks_are_joined(chunks: list[bytes], tail: bytes) -> None:
    wire = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + LAST

    assert read(CHUNKED, wire + tail) == (b"".join(chunks), True)


@given(
    st.lists(
        st.sampled_from([(LENGTH, "3"), (LENGTH, "99"), (CODING, "chunked"), (CODING, "gzip"), ("X", "y")]), max_size=3
    ).map(tuple),
    st.binary(max_size=60) | st.text("0123af;\r\nx", max_size=60).map(str.encode),
)
def test_any_bytes_give_the_same_in_any_pieces(headers: tuple[tuple[str, str], ...], data: bytes) -> None:
    content, _ = read(headers, data)

    assert len(content) <= len(data)
