"""Tests the bytes that packets of both versions of Godot have in common."""

from __future__ import annotations

import pytest

from wsclient.multiplayer.command_bytes import c_string, require
from wsclient.multiplayer.command_error import CommandError


def test_a_text_ends_with_a_nul() -> None:
    assert c_string("é") == b"\xc3\xa9\0"


@pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=["nul", "no-utf-8"])
def test_what_would_be_read_as_something_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"NUL|utf-8"):
        c_string(text)


def test_a_packet_has_at_least_the_bytes_of_its_command() -> None:
    require(b"12", 2, "RAW")

    with pytest.raises(CommandError, match="RAW of 1 bytes, at least 2 are needed"):
        require(b"1", 2, "RAW")
