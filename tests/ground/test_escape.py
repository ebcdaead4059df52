"""Text of strangers, made safe to show (hostile.md I03)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.ground.escape import escape


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain text: é 漢 😀", "plain text: é 漢 😀", id="printable-stays"),
        pytest.param("a\r\nb", r"a\r\nb", id="I03-line-break"),
        pytest.param("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m", id="I03-ansi"),
        pytest.param("\x1b]0;title\x07", r"\x1b]0;title\x07", id="I03-osc"),
        pytest.param("\x9b31m", r"\x9b31m", id="I03-c1"),
        pytest.param("exe\u202egnp", r"exe\u202egnp", id="direction"),
        pytest.param("a\u200bb\ufeff", r"a\u200bb\ufeff", id="invisible"),
        pytest.param("\u2028", r"\u2028", id="line-separator"),
        pytest.param("\ud800", r"\ud800", id="lone-surrogate"),
        pytest.param("\x00", r"\x00", id="nul"),
        pytest.param(b"caf\xc3\xa9", "café", id="utf-8-bytes"),
        pytest.param(b"\xff\x00ok", r"\xff\x00ok", id="other-bytes"),
        pytest.param(b"", "", id="empty"),
    ],
)
def test_unprintable_characters_are_escaped(text: str | bytes, shown: str) -> None:
    assert escape(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("12345", "12345", id="just-fits"),
        pytest.param("123456", "12345...", id="one-too-many"),
        pytest.param("\n\n\n", "\\n\\n\\" + "...", id="the-limit-is-what-is-shown"),
        pytest.param("é" * 6, "é" * 5 + "...", id="characters-not-bytes"),
        pytest.param(("é" * 6).encode(), "é" * 5 + "...", id="characters-of-bytes"),
    ],
)
def test_long_text_is_cut_and_the_cut_is_marked(text: str | bytes, shown: str) -> None:
    assert escape(text, 5) == shown


@given(st.text(alphabet=st.characters()) | st.binary(), st.integers(min_value=1, max_value=50))
def test_the_result_is_always_printable_and_short(text: str | bytes, limit: int) -> None:
    shown = escape(text, limit)

    assert shown.isprintable()
    assert len(shown) <= limit + len("...")
