"""Tests HTTP heads: what is read or refused, and where they end.

See RFC 9112 and hostile.md A.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.every_way import every_way
from wsclient.protocol.fields import MAX_HEADERS, MAX_LINE_SIZE, Headers
from wsclient.protocol.http11 import (
    BadHead,
    HeadTooLarge,
    NotHTTP,
    RequestHead,
    RequestParser,
    ResponseHead,
    ResponseParser,
    split_list,
)

if TYPE_CHECKING:
    from collections.abc import Callable

OK = b"HTTP/1.1 101 Switching Protocols\r\n"


def response(status: int, reason: str, *headers: tuple[str, str], version: str = "1.1") -> ResponseHead:
    return ResponseHead(version=version, status=status, reason=reason, headers=headers)


def read(parser: type[ResponseParser | RequestParser]) -> Callable[[list[bytes]], list[object]]:
    """Returns the head and each byte after it, or the error.

    Returns nothing if more is needed.
    """

    def feed(pieces: list[bytes]) -> list[object]:
        reader = parser()
        for number, piece in enumerate(pieces, start=1):
            try:
                found = reader.receive_data(piece)
            except BadHead as error:
                return [(type(error), str(error))]
            if found:
                head, behind = found
                return [head, *behind, *b"".join(pieces[number:])]
        return []

    return feed


@pytest.mark.parametrize(
    ("wire", "head"),
    [
        pytest.param(OK + b"\r\n", response(101, "Switching Protocols"), id="no-headers"),
        pytest.param(b"HTTP/1.1 101 \r\n\r\n", response(101, ""), id="empty-reason"),
        pytest.param(b"HTTP/1.1 101\r\n\r\n", response(101, ""), id="no-reason"),
        pytest.param(b"HTTP/1.0 404 Not Found\r\n\r\n", response(404, "Not Found", version="1.0"), id="http-1.0"),
        pytest.param(b"HTTP/1.1 200 \t caf\xe9\r\n\r\n", response(200, "\t café"), id="reason-with-latin-1"),
        pytest.param(b"HTTP/1.1 999 x\r\n\r\n", response(999, "x"), id="status-999"),
        pytest.param(
            OK + b"A: 1\r\nb:2\r\nA:\t3 \t\r\n\r\n",
            response(101, "Switching Protocols", ("A", "1"), ("b", "2"), ("A", "3")),
            id="headers-in-order-and-repeated",
        ),
        pytest.param(
            OK + b"Empty:\r\nBlank: \t \r\n\r\n",
            response(101, "Switching Protocols", ("Empty", ""), ("Blank", "")),
            id="empty-values",
        ),
        pytest.param(
            OK + b"X: a:b,\tc \xff\r\n\r\n",
            response(101, "Switching Protocols", ("X", "a:b,\tc ÿ")),
            id="colon-tab-and-latin-1-in-a-value",
        ),
        pytest.param(
            OK + b"!#$%&'*+-.^_`|~09azAZ: 1\r\n\r\n",
            response(101, "Switching Protocols", ("!#$%&'*+-.^_`|~09azAZ", "1")),
            id="every-token-character",
        ),
    ],
)
def test_reads_a_response_and_the_data_after_it(wire: bytes, head: ResponseHead) -> None:
    assert every_way(read(ResponseParser), wire, tail=b"\x81\x01a\r\n\r\n") == [head]


@pytest.mark.parametrize(
    ("wire", "head"),
    [
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
            RequestHead(version="1.1", method="GET", target="/", headers=(("Host", "h"),)),
            id="get",
        ),
        pytest.param(
            b"M-SEARCH * HTTP/1.0\r\n\r\n",
            RequestHead(version="1.0", method="M-SEARCH", target="*", headers=()),
            id="any-method-and-target",
        ),
    ],
)
def test_reads_a_request_and_the_data_after_it(wire: bytes, head: RequestHead) -> None:
    assert every_way(read(RequestParser), wire, tail=b"\r\nmore") == [head]


@pytest.mark.parametrize(
    ("wire", "start"),
    [
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", b"SSH-2", id="A03-ssh"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01", b"\x16\x03\x01\x02\x00", id="A03-tls-client-hello"),
        pytest.param(b"\x15\x03\x03\x00\x02\x02\x46", b"\x15\x03\x03\x00\x02", id="tls-alert"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"PRI *", id="A03-http-2-preface"),
        pytest.param(b"http/1.1 101 x\r\n\r\n", b"http/", id="lower-case"),
        pytest.param(b"\r\nHTTP/1.1 101\r\n\r\n", b"\r\nHTT", id="line-in-front"),
        pytest.param(b"a\nb\nc\nd", b"a\nb\nc", id="line-ends-among-the-first-bytes"),
        pytest.param(b"\0\0\0\0\0", b"\0\0\0\0\0", id="nul"),
    ],
)
def test_five_bytes_identify_other_data_than_http(wire: bytes, start: bytes) -> None:
    error = NotHTTP(start)

    assert every_way(read(ResponseParser), wire) == [(NotHTTP, str(error))]
    assert error.start == start


def test_no_verdict_before_the_fifth_byte() -> None:
    assert ResponseParser().receive_data(b"SSH-") is None


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"HTTP/2 200", id="http-2"),
        pytest.param(b"HTTP/2.0 101 x", id="http-2.0"),
        pytest.param(b"HTTP/1.x 101 x", id="minor-version-no-digit"),
        pytest.param(b"HTTP/1.10 101 x", id="minor-version-two-digits"),
        pytest.param(b"HTTP/1.1", id="no-status"),
        pytest.param(b"HTTP/1.1 ", id="empty-status"),
        pytest.param(b"HTTP/1.1  101 x", id="two-spaces"),
        pytest.param(b"HTTP/1.1\t101 x", id="tab"),
        pytest.param(b"HTTP/1.1 10 x", id="two-digits"),
        pytest.param(b"HTTP/1.1 1010 x", id="four-digits"),
        pytest.param(b"HTTP/1.1 099 x", id="below-100"),
        pytest.param(b"HTTP/1.1 1e1 x", id="letters"),
        pytest.param(b"HTTP/1.1 +10 x", id="sign"),
        pytest.param("HTTP/1.1 \u0661\u0660\u0661 x".encode(), id="other-digits"),
        pytest.param(b"HTTP/1.1 \xb2\xb2\xb2 x", id="superscript-digits"),
        pytest.param(b"HTTP/1.1 101 a\0b", id="nul-in-the-reason"),
        pytest.param(b"HTTP/1.1 101 a\rb", id="cr-in-the-reason"),
        pytest.param(b"HTTP/1.1 101 \x1b[31m", id="escape-in-the-reason"),
    ],
)
def test_refuses_a_malformed_status_line(line: bytes) -> None:
    [(kind, message)] = every_way(read(ResponseParser), line + b"\r\n\r\n")

    assert kind is BadHead
    assert message.startswith("its status line is malformed: 'HTTP/")
    assert message.isprintable()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"GET /", id="http-0.9"),
        pytest.param(b"GET / HTTP/2.0", id="version"),
        pytest.param(b"GET / HTTP/1.1 ", id="space-behind"),
        pytest.param(b"GET  / HTTP/1.1", id="two-spaces"),
        pytest.param(b"GET /a b HTTP/1.1", id="space-in-the-target"),
        pytest.param(b"GET  HTTP/1.1", id="no-target"),
        pytest.param(b"GE(T / HTTP/1.1", id="method-no-token"),
        pytest.param(b"GET /\x01 HTTP/1.1", id="control"),
        pytest.param("GET /é HTTP/1.1".encode(), id="non-ascii"),
    ],
)
def test_refuses_a_malformed_request_line(line: bytes) -> None:
    [(kind, message)] = every_way(read(RequestParser), line + b"\r\n\r\n")

    assert kind is BadHead
    assert message.startswith("its request line is malformed")


def test_a_request_that_does_not_begin_with_a_letter_is_not_http() -> None:
    assert every_way(read(RequestParser), b"\x16\x03\x01\x02\x00") == [
        (NotHTTP, r"it starts with '\x16\x03\x01\x02\x00'"),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param(b" folded", "it has a folded header line", id="A09-folded"),
        pytest.param(b"\tfolded: x", "it has a folded header line", id="A09-folded-by-tab"),
        pytest.param(b"X : y", "it has a malformed header name: 'X '", id="A09-space-before-the-colon"),
        pytest.param(b"X\t: y", r"it has a malformed header name: 'X\t'", id="A09-tab-before-the-colon"),
        pytest.param(b": y", "it has a malformed header name: ''", id="empty-name"),
        pytest.param(b"X(: y", "it has a malformed header name: 'X('", id="separator-in-the-name"),
        pytest.param("É: y".encode(), "it has a malformed header name: 'É'", id="A09-non-ascii-name"),
        pytest.param(b"no colon", "it has a header line without a colon: 'no colon'", id="no-colon"),
        pytest.param(b"X: a\0b", "it has a control character in the header X", id="A09-nul"),
        pytest.param(b"X: a\rb", "it has a control character in the header X", id="A09-cr"),
        pytest.param(b"X: a\x0bb", "it has a control character in the header X", id="vertical-tab"),
        pytest.param(b"X: a\x7fb", "it has a control character in the header X", id="del"),
        pytest.param(b"X: a\nY: b", "it has a line that ends without a carriage return", id="A10-bare-lf"),
        pytest.param(b"X: a\r", "it has a control character in the header X", id="two-carriage-returns"),
    ],
)
def test_refuses_a_malformed_header(line: bytes, message: str) -> None:
    wire = OK + b"A: b\r\n" + line + b"\r\n\r\n"

    assert every_way(read(ResponseParser), wire) == [(BadHead, message)]


@pytest.mark.parametrize(
    "wire", [OK[:-2] + b"\n\n", OK + b"\n", OK + b"X: y\r\n\n"], ids=["status-line", "end", "end-behind-a-header"]
)
def test_refuses_bare_line_feeds(wire: bytes) -> None:  # A10
    assert every_way(read(ResponseParser), wire) == [(BadHead, "it has a line that ends without a carriage return")]


TOO_LONG = (HeadTooLarge, f"it has a line of more than {MAX_LINE_SIZE} bytes")


@pytest.mark.parametrize(
    ("before", "start"),
    [pytest.param(b"", b"HTTP/1.1 200 ", id="A04-status-line"), pytest.param(OK, b"X: ", id="A07-header")],
)
def test_a_line_may_have_8_kib_and_no_byte_more(before: bytes, start: bytes) -> None:
    longest = before + start.ljust(MAX_LINE_SIZE, b"x")

    assert isinstance(read(ResponseParser)([longest + b"\r\n\r\n"])[0], ResponseHead)
    assert read(ResponseParser)([longest, b"\r", b"\n\r\n"]) == read(ResponseParser)([longest + b"\r\n\r\n"])
    assert read(ResponseParser)([longest + b"x\r\n\r\n"]) == [TOO_LONG]
    assert read(ResponseParser)([longest, b"x", b"x"]) == [TOO_LONG]


@pytest.mark.parametrize("before", [b"HTTP/", OK], ids=["A05-status-line", "header"])
def test_a_line_that_never_ends_is_refused_at_the_limit(before: bytes) -> None:
    parser = ResponseParser()
    parser.receive_data(before)
    for _ in range(MAX_LINE_SIZE - len("HTTP/")):
        assert parser.receive_data(b"x") is None

    with pytest.raises(BadHead, match="a line of more than"):
        parser.receive_data(b"x" * len("HTTP/ and CR"))


def test_there_may_be_128_headers_and_no_more() -> None:  # A06
    head = OK + b"X: y\r\n" * MAX_HEADERS

    [found] = read(ResponseParser)([head + b"\r\n"])
    assert isinstance(found, ResponseHead)
    assert len(found.headers) == MAX_HEADERS
    assert read(ResponseParser)([head + b"X: y\r\n"]) == [(HeadTooLarge, "it has more than 128 header lines")]


class CountingBuffer(bytearray):
    """Counts the bytes that are taken out, to be searched for the ends of lines."""

    searched = 0

    def __bytes__(self) -> bytes:
        self.searched += len(self)
        return bytes(memoryview(self))


def test_no_byte_is_searched_twice_however_slowly_it_comes() -> None:  # A08, C12
    parser = ResponseParser()
    parser._line = buffer = CountingBuffer()  # what is searched shows nowhere else
    wire = OK + b"X: ".ljust(MAX_LINE_SIZE, b"x") + b"\r\n" + b"Y: z\r\n" * 100 + b"\r\n"

    results = [parser.receive_data(wire[index : index + 1]) for index in range(len(wire))]

    assert results[-1] is not None
    assert buffer.searched == len(wire)
    assert type(parser._line) is CountingBuffer


def test_lookup_ignores_case_and_keeps_order() -> None:
    head = response(200, "OK", ("Set-Cookie", "a"), ("X", "y"), ("set-cookie", "b"))

    assert head.get_all("SET-COOKIE") == ["a", "b"]
    assert head.get_all("Z") == []


@pytest.mark.parametrize(
    ("value", "elements"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("a", ["a"], id="one"),
        pytest.param("keep-alive, Upgrade", ["keep-alive", "Upgrade"], id="two"),
        pytest.param(" a\t,\t b ", ["a", "b"], id="space-around"),
        pytest.param(",a,, ,b,", ["a", "b"], id="empty-elements"),
        pytest.param('a; x="1,2", b', ['a; x="1,2"', "b"], id="comma-in-quotes"),
        pytest.param(r'a; x="\",", b', [r'a; x="\","', "b"], id="quoted-pair"),
        pytest.param(r'a; x="\\", b', [r'a; x="\\"', "b"], id="quoted-backslash"),
        pytest.param(r'a\, "b"', ["a\\", '"b"'], id="backslash-outside-quotes"),
        pytest.param('a, "b, c', ["a", '"b, c'], id="quotes-never-closed"),
        pytest.param(" " * 65536, [], id="A28-spaces"),
        pytest.param("," * 65536, [], id="A28-commas"),
        pytest.param('"' * 65536, ['"' * 65536], id="A28-quotes"),
        pytest.param('"' + '\\"' * 32768, ['"' + '\\"' * 32768], id="A28-quoted-pairs"),
    ],
)
def test_splits_lists(value: str, elements: list[str]) -> None:
    assert split_list(value) == elements


TOKENS = st.from_regex(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}", fullmatch=True)
VALUES = st.from_regex(r"([!-~\x80-\xff]([!-~\x80-\xff \t]{0,30}[!-~\x80-\xff])?)?", fullmatch=True)


@given(
    st.integers(100, 999),
    VALUES,
    st.lists(st.tuples(TOKENS, VALUES), max_size=6).map(tuple),
    st.binary(max_size=20),
    st.lists(st.integers(0, 400), max_size=8),
)
def test_a_written_head_is_read_back_in_any_pieces(
    status: int, reason: str, headers: Headers, tail: bytes, cuts: list[int]
) -> None:
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}:  {value}\t" for name, value in headers), "", ""]
    wire = "\r\n".join(lines).encode("latin-1") + tail
    bounds = [0, *sorted(cuts), len(wire)]
    pieces = [wire[begin:end] for begin, end in pairwise(bounds)]

    assert read(ResponseParser)(pieces) == [response(status, reason, *headers), *tail]


@given(
    st.binary(max_size=200)
    | st.binary(max_size=200).map(lambda data: OK + data)
    | st.text("HTP/1. 02:\r\n\t\0").map(str.encode),
    st.sampled_from([ResponseParser, RequestParser]),
)
def test_any_bytes_give_a_head_or_an_error_in_any_pieces(
    data: bytes, parser: type[ResponseParser | RequestParser]
) -> None:
    every_way(read(parser), data)
