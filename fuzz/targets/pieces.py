"""The input as a network may bring it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["in_pieces", "split_off"]

_SIZES = (1, 2, 3, 7, 20, 64, 200, 1000)  # of pieces; arbitrary


def split_off(data: bytes, size: int) -> tuple[bytes, bytes]:
    """The first bytes, filled up with zeros, and the rest: for choices that the input makes itself."""
    return data[:size].ljust(size, b"\0"), data[size:]


def in_pieces(data: bytes, choice: int) -> Iterator[bytes]:
    """All of it, some bytes at a time; one of eight ways."""
    size = _SIZES[choice % len(_SIZES)]
    return (data[start : start + size] for start in range(0, len(data), size))
