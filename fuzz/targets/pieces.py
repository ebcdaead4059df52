"""Cuts the input into pieces, as a network may."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["in_pieces", "split_off"]

_SIZES = (1, 2, 3, 7, 20, 64, 200, 1000)  # the sizes of pieces; arbitrary


def split_off(data: bytes, size: int) -> tuple[bytes, bytes]:
    """Splits off the first bytes, padded with zeros, for choices of the input."""
    return data[:size].ljust(size, b"\0"), data[size:]


def in_pieces(data: bytes, choice: int) -> Iterator[bytes]:
    """Yields all of the data in pieces; `choice` is one of eight ways."""
    size = _SIZES[choice % len(_SIZES)]
    return (data[start : start + size] for start in range(0, len(data), size))
