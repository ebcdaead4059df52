"""Godot 3's UTF-8, as the engine 3.2.3 has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.variant.codec.text import decode_text, encode_text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("61c3a9e282acf09f9880", "aé€\U0001f600", id="one-to-four-bytes"),
        pytest.param("efbbbf61", "a", id="bom"),
        pytest.param("efbbbf", "", id="only-a-bom"),
        pytest.param("efbbbfefbbbf61", "\ufeffa", id="second-bom-stays"),
        pytest.param("61efbbbf", "a\ufeff", id="bom-elsewhere-stays"),
        pytest.param("610062", "a", id="nul-ends"),
        pytest.param("00", "", id="only-a-nul"),
        pytest.param("6100ff", "a", id="junk-behind-a-nul"),
        pytest.param("efbbbf0061", "", id="nul-behind-a-bom"),
        pytest.param("eda080", "\ud800", id="surrogate"),
        pytest.param("eda0bdedb880", "\ud83d\ude00", id="surrogates-stay-two"),
        pytest.param("61edbfbf62", "a\udfffb", id="surrogate-inside"),
        pytest.param("f4908080", "\ufffd", id="above-unicode"),
        pytest.param("f8888080 80".replace(" ", ""), "\ufffd", id="five-bytes"),
        pytest.param("fc8480808080", "\ufffd", id="six-bytes"),
        pytest.param("e0a080", "\u0800", id="shortest-three-bytes"),
        pytest.param("e09fbf", "\u07ff", id="overlong-three-bytes"),
        pytest.param("e08190", "P", id="overlong-three-bytes-for-ascii"),
        pytest.param("f0888080", "\u8000", id="overlong-four-bytes"),
        pytest.param("f880848080", "\u4000", id="overlong-five-bytes"),
        pytest.param("fc8082808080", "\U00080000", id="overlong-six-bytes"),
    ],
)
def test_is_read(data: str, text: str) -> None:
    assert decode_text(bytes.fromhex(data)) == text


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("80", id="continuation-alone"),
        pytest.param("ff", id="ff"),
        pytest.param("fe8080808080", id="fe"),
        pytest.param("c080", id="overlong-nul"),
        pytest.param("c1bf", id="overlong-two-bytes"),
        pytest.param("c328", id="bad-continuation"),
        pytest.param("e28228", id="bad-second-continuation"),
        pytest.param("e282", id="cut"),
        pytest.param("e28200", id="cut-by-a-nul"),
        pytest.param("f8888080", id="five-bytes-cut"),
        pytest.param("e08080", id="longest-overlong-three-bytes"),
        pytest.param("e0808f", id="longest-overlong-three-bytes-last"),
        pytest.param("f0808080", id="longest-overlong-four-bytes"),
        pytest.param("f880808080", id="longest-overlong-five-bytes"),
        pytest.param("fc8080808080", id="longest-overlong-six-bytes"),
        pytest.param("eda080ff", id="behind-a-surrogate"),
    ],
)
def test_is_refused(data: str) -> None:
    with pytest.raises(UnicodeDecodeError):
        decode_text(bytes.fromhex(data))


@pytest.mark.parametrize(
    ("text", "data"),
    [
        pytest.param("aé€\U0001f600", "61c3a9e282acf09f9880", id="unicode"),
        pytest.param("a\ud800b", "61eda08062", id="lone-surrogate"),
        pytest.param("\ud83d\ude00", "eda0bdedb880", id="surrogates"),
        pytest.param("\ufeffa", "efbbbf61", id="bom"),
    ],
)
def test_is_written(text: str, data: str) -> None:
    assert encode_text(text).hex() == data


@given(st.text(st.characters(exclude_categories=(), exclude_characters="\0")))
def test_written_values_are_read(text: str) -> None:
    assert decode_text(encode_text(text)) == text.removeprefix("\ufeff")


@given(st.binary())
def test_text_that_python_accepts_is_read_as_python_does(data: bytes) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    assert decode_text(data) == text.removeprefix("\ufeff").partition("\0")[0]
