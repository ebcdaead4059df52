"""Masking of what a client sends (RFC 6455 section 5.3): each frame under a fresh, unpredictable key.

Python has no loop that is fast enough to XOR byte by byte, but its integers are of any size and XOR in C:
a frame becomes one integer, and the key, repeated over the whole of it, another.
"""

from __future__ import annotations

import sys
from struct import Struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

__all__ = ["KEY_SIZE", "LARGEST_WHOLE", "MaskingKeys", "mask", "mask_frame", "mask_frames"]

KEY_SIZE = 4

# Frames up to this size are masked whole, each with a table entry for its length. Arbitrary: above it the cost of
# the XOR itself outweighs what the table saves, and the table has to end somewhere (at most 600 KiB in all).
LARGEST_WHOLE = 1024 + 8

# Long payloads are masked in blocks: an integer of this size still lives in the processor's first cache.
_BLOCK = 16 * 1024
_ONE_EACH_KEY = int.from_bytes(b"\x01\x00\x00\x00" * (_BLOCK // KEY_SIZE), "little")

_KEYS_A_TIME = Struct("<256I")


class MaskingKeys:
    """Masking keys from the operating system's random source, fetched many at a time.

    Args:
        random_bytes: gives that many unpredictable bytes; what it raises leaves `take`.
    """

    __slots__ = ("_keys", "_random_bytes")

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random_bytes = random_bytes
        self._keys: list[int] = []

    def take(self, count: int) -> list[int]:
        """Gives that many keys, as integers whose little-endian bytes are the key. None is ever given twice."""
        keys = self._keys
        while len(keys) < count:
            keys.extend(_KEYS_A_TIME.unpack(self._random_bytes(_KEYS_A_TIME.size)))
        taken = keys[-count:]
        del keys[-count:]
        return taken

    def take_one(self) -> int:
        """Gives one key, as `take` does."""
        return self._keys.pop() if self._keys else self.take(1)[0]


class _Repeats(dict[int, tuple[int, int]]):
    """Per frame size: what to multiply a key with to lay it over its slot and the payload, and ones over the frame."""

    def __missing__(self, size: int) -> tuple[int, int]:
        # RFC 6455 section 5.2: two bytes of header, four from a payload of 126 bytes on; then the key, then payload.
        start = 2 if size <= 2 + KEY_SIZE + 125 else 4
        repeat = sum(1 << (8 * offset) for offset in range(start, size, KEY_SIZE))
        self[size] = repeat, (1 << (8 * size)) - 1
        return self[size]


_REPEATS = _Repeats()


def mask_frame(frame: bytes, key: int) -> bytes:
    """Masks one frame; see `mask_frames`."""
    size = len(frame)
    repeat, ones = _REPEATS[size]
    return ((int.from_bytes(frame, "little") ^ key * repeat) & ones).to_bytes(size, "little")


def mask_frames(frames: Sequence[bytes], keys: Sequence[int]) -> list[bytes]:
    """Masks whole frames of up to `LARGEST_WHOLE` bytes, each with its own key.

    Args:
        frames: header, four zero bytes where the key goes, payload.
        keys: as many, from `MaskingKeys`.
    """
    from_bytes, repeats = int.from_bytes, _REPEATS
    # One comprehension without a call into Python a frame: this is what sending many small messages costs.
    # Where the payload is no multiple of four bytes, the last key reaches over the end and is cut off by the ones.
    return [
        ((from_bytes(frame, "little") ^ key * repeat) & ones).to_bytes(len(frame), "little")
        for frame, key in zip(frames, keys, strict=True)
        for repeat, ones in (repeats[len(frame)],)
    ]


def mask(payload: bytes | memoryview, key: bytes) -> bytes:
    """Masks, or unmasks, a payload of any size, from the key's first byte on (RFC 6455 section 5.3)."""
    size = len(payload)
    if size <= _BLOCK:
        repeated = (key * (size // KEY_SIZE + 1))[:size]
        return (int.from_bytes(payload, "little") ^ int.from_bytes(repeated, "little")).to_bytes(size, "little")
    view = memoryview(payload)
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "frombuffer"):  # another thread may be in the middle of loading it
        return _mask_by_numpy(numpy, view, key)
    whole = size - size % _BLOCK
    repeated_key = int.from_bytes(key, "little") * _ONE_EACH_KEY
    blocks = [
        (int.from_bytes(view[start : start + _BLOCK], "little") ^ repeated_key).to_bytes(_BLOCK, "little")
        for start in range(0, whole, _BLOCK)
    ]
    if whole < size:
        blocks.append(mask(view[whole:], key))
    return b"".join(blocks)


def _mask_by_numpy(numpy: ModuleType, view: memoryview, key: bytes) -> bytes:
    """The same, six times as fast, for programs that have loaded numpy anyway; nobody else has to have it."""
    whole = len(view) - len(view) % (2 * KEY_SIZE)
    numbers = numpy.frombuffer(view[:whole], numpy.uint64) ^ numpy.frombuffer(2 * key, numpy.uint64)
    masked: bytes = numbers.tobytes()
    return masked + mask(view[whole:], key) if whole < len(view) else masked
