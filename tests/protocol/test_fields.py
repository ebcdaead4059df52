from __future__ import annotations

import pytest

from wsclient.protocol.fields import is_field_value, is_token


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(b"chat.v2", True, id="plain"),
        pytest.param(b"", False, id="empty"),
        pytest.param(b"a b", False, id="space"),
        pytest.param(b"a\tb", False, id="tab"),
        pytest.param(b"a\x7f", False, id="del"),
        pytest.param(b"\xe9", False, id="latin-1"),
        *(pytest.param(bytes([char]), False, id=f"separator-{chr(char)}") for char in b'()<>@,;:\\"/[]?={}'),
    ],
)
def test_knows_a_token(text: bytes, expected: bool) -> None:
    assert is_token(text) is expected


def test_a_field_value_has_any_byte_but_control_characters() -> None:
    allowed = [byte for byte in range(256) if is_field_value(bytes([byte]))]

    assert allowed == [0x09, *range(0x20, 0x7F), *range(0x80, 0x100)]
    assert is_field_value(b"")
