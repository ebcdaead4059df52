"""Text in the frame stream: what is quoted, and what is not text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.close_code import MAX_REASON_SIZE
from wsclient.protocol.stray_text import explain_stray_text, may_become_text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"HTTP/1.1 500 Oops\r\nX: y\r\n\r\n", "wrote an HTTP reply (500 Oops) into", id="B6-http"),
        pytest.param(b"HTTP/1.0 404 " + b"x" * 99, "wrote an HTTP reply (404 " + "x" * 27 + ") into", id="B6-long"),
        pytest.param(b"\r\nHTTP/1.1 200 OK\r\n", "wrote an HTTP reply (200 OK) into", id="B6-empty-line-first"),
        pytest.param(b"panic: nil map\n\ngoroutine", "wrote text into the connection, 'panic: nil map'", id="E6-go"),
        pytest.param(b'{"error": "no"}', """, '{"error": "no"}': its""", id="E6-json"),
        pytest.param(b"<html><body>Sorry", "'<html><body>Sorry'", id="E6-html"),
        pytest.param("Fehler: ungültig".encode(), "'Fehler: ungültig'", id="E6-utf-8"),
        pytest.param(b"Oops\n", "wrote text into the connection, 'Oops': its", id="E6-short-line"),
        pytest.param(b"x" * 39 + "é".encode(), "'" + "x" * 39 + "'", id="E6-cut-in-a-character"),
    ],
)
def test_text_is_quoted(data: bytes, words: str) -> None:
    assert words in explain_stray_text(data, "the server")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"HTTP/1.", id="few-bytes"),
        pytest.param(b"\r\n", id="empty-line"),
        pytest.param(b"\x83\x00\x00\x00\x00\x00\x00\x00", id="a-frame"),
        pytest.param(b"hello \xff world", id="not-utf-8"),
        pytest.param(b"hello \x1b[2J world", id="control-characters"),
        pytest.param("hello \u202e world".encode(), id="direction-changing"),
    ],
)
def test_binary_data_is_not_quoted(data: bytes) -> None:
    assert explain_stray_text(data, "the server") == ""


@given(st.text(max_size=60).map(str.encode) | st.binary(max_size=60))
def test_every_explanation_is_safe_to_show_and_fits_a_close_frame(data: bytes) -> None:
    words = explain_stray_text(data, "the server")

    assert words.isprintable()
    assert len(words) <= MAX_REASON_SIZE


@pytest.mark.parametrize(
    ("data", "may"),
    [
        pytest.param(b"H", True, id="one-byte"),
        pytest.param("ü".encode()[:1], True, id="half-a-character"),
        pytest.param(b"Traceba", True, id="seven-bytes"),
        pytest.param(b"Tracebac", False, id="enough-bytes"),
        pytest.param(b"HTTP/1.1 500 Intern", True, id="no-whole-status-line"),
        pytest.param(b"HTTP/1.1 500\r\n", False, id="a-status-line"),
        pytest.param(b"Oops\n", False, id="a-short-line"),
        pytest.param(b"\r\n", True, id="an-empty-line"),
        pytest.param(b"HTTP/" + b"x" * 40, False, id="a-long-line"),
        pytest.param(b"\x83", False, id="a-frame"),
        pytest.param(b"A\x00", False, id="a-zero-byte"),
    ],
)
def test_few_bytes_may_become_a_text(data: bytes, may: bool) -> None:
    assert may_become_text(data) is may
