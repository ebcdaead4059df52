"""Masks the frames of a client (RFC 6455 section 5.3), each with a fresh, unpredictable key.

Python has no loop that is fast enough to XOR byte by byte, but its integers are of any size and XOR in C: one or many
frames become one integer, and the keys, each repeated over its frame, another.
"""

from __future__ import annotations

import sys
from struct import Struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

__all__ = [
    "KEY_SIZE",
    "LARGEST_WHOLE",
    "LongMask",
    "MaskingKeys",
    "is_numpy_loaded",
    "mask",
    "mask_frame",
    "mask_frames",
]

KEY_SIZE = 4

# Frames up to this size are masked whole, each with a table entry for its length. Arbitrary: above it the cost of
# the XOR itself outweighs what the table saves, and the table has to end somewhere (at most 600 KiB in all).
LARGEST_WHOLE = 1024 + 8 + 16  # 1 KiB of noise, its header, and what compressing adds to it

# RFC 6455 section 5.2: a frame of up to 125 bytes of payload has two bytes before its key, a longer one four.
_SHORT_HEAD, _LONG_HEAD = 2, 4
_LARGEST_SHORT = _SHORT_HEAD + KEY_SIZE + 125

# Integers of this size still live in the processor's caches, and so few of them are needed at a time that the C
# library keeps the memory for them at hand: with twice the size, masking took up to twice the time.
_BLOCK = 32 * 1024

# So many frames of one size, and not longer ones, are masked in one XOR: else that costs more than it saves.
_FEWEST_ALIKE, _LARGEST_ALIKE = 8, 256

_from_bytes = int.from_bytes  # looked up once: through the class it costs half as much again

_KEYS_A_TIME = 256
_NUMBERS = Struct(f"<{_KEYS_A_TIME}I")
_RAW = Struct(f"{KEY_SIZE}s")
_MANY_RAW = Struct(f"{KEY_SIZE}s" * 64)


class MaskingKeys:
    """Masking keys from the operating system's random source, fetched many at a time. No key is returned twice.

    Args:
        random_bytes: returns that many unpredictable bytes; `take` raises what it raises.

    Attributes:
        pool: the keys in stock, as `take` returns them; a caller that uses one removes it.
    """

    __slots__ = ("_random_bytes", "pool")

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random_bytes = random_bytes
        self.pool: list[int] = []

    def take(self, count: int) -> list[int]:
        """Returns that many keys, as integers whose little-endian bytes are the key."""
        keys = self.pool
        while len(keys) < count:
            keys.extend(_NUMBERS.unpack(self._random_bytes(_NUMBERS.size)))
        taken = keys[-count:]
        del keys[-count:]
        return taken

    def take_one(self) -> int:
        """Returns one key, as `take` does."""
        return self.take(1)[0]

    def take_raw(self, count: int) -> list[bytes]:
        """Returns that many keys, as bytes; not taken from the pool, which would need much memory for many of them."""
        drawn = self._random_bytes(KEY_SIZE * count)
        whole = len(drawn) - len(drawn) % _MANY_RAW.size
        keys: list[bytes] = []
        for many in _MANY_RAW.iter_unpack(drawn[:whole]):
            keys += many
        return keys + [key for (key,) in _RAW.iter_unpack(drawn[whole:])]


class _Repeats(dict[int, tuple[int, int]]):
    """For each frame size, the factor that spreads a key over its slot and the payload, and ones over the frame."""

    def __missing__(self, size: int) -> tuple[int, int]:
        repeat = sum(1 << (8 * offset) for offset in range(_head_of(size), size, KEY_SIZE))
        self[size] = repeat, (1 << (8 * size)) - 1
        return self[size]


def _head_of(size: int) -> int:
    """Returns the number of bytes before the key in a frame of that size."""
    return _SHORT_HEAD if size <= _LARGEST_SHORT else _LONG_HEAD


_REPEATS = _Repeats()


def mask_frame(frame: bytes, keys: MaskingKeys) -> bytes:
    """Masks one frame of up to `LARGEST_WHOLE` bytes; see `mask_frames`."""
    size = len(frame)
    repeat, ones = _REPEATS[size]
    key = keys.pool.pop() if keys.pool else keys.take_one()  # saves a call if there is only one, which is usual
    # If the payload is not a multiple of four bytes, the last key extends past the end and is cut off by the ones.
    return ((_from_bytes(frame, "little") ^ key * repeat) & ones).to_bytes(size, "little")


def mask_frames(frames: Sequence[bytes], keys: MaskingKeys) -> bytes:
    """Masks frames of up to `LARGEST_WHOLE` bytes, each with its own key, and joins them.

    Args:
        frames: header, four zero bytes in place of the key, payload.
        keys: the source of the keys.
    """
    sizes = list(map(len, frames))
    size = sizes[0]
    if size <= _LARGEST_ALIKE and _FEWEST_ALIKE <= len(sizes) == sizes.count(size):
        count = _BLOCK // size
        return b"".join([_mask_alike(frames[at : at + count], size, keys) for at in range(0, len(frames), count)])
    from_bytes, repeats = _from_bytes, _REPEATS
    # One comprehension without a Python call for each frame: this is the cost of sending many small messages.
    return b"".join(
        [
            ((from_bytes(frame, "little") ^ key * repeat) & ones).to_bytes(len(frame), "little")
            for frame, key in zip(frames, keys.take(len(frames)), strict=True)
            for repeat, ones in (repeats[len(frame)],)
        ]
    )


def _mask_alike(frames: Sequence[bytes], size: int, keys: MaskingKeys) -> bytes:
    """The same for frames of one size, as a game's state has: all of them in one XOR, for two thirds of the cost."""
    gap = bytes(_head_of(size))
    covered = size - len(gap)
    times, rest = divmod(covered, KEY_SIZE)
    raw = keys.take_raw(len(frames))
    repeated = [(key * (times + 1))[:covered] for key in raw] if rest else [key * times for key in raw]
    return _xor(b"".join(frames), gap + gap.join(repeated))


def _xor(data: bytes, other: bytes) -> bytes:
    # In the order of bytes that Python has the least to do for.
    return (_from_bytes(data, "big") ^ _from_bytes(other, "big")).to_bytes(len(data), "big")


class LongMask:
    """One key for one long payload, which is masked piece by piece.

    Args:
        key: four bytes.
    """

    __slots__ = ("_key", "_length", "_repeated")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._repeated = _from_bytes(key, "big")
        self._length = KEY_SIZE

    def over(self, piece: bytes | memoryview, before: bytes = b"") -> bytes | memoryview:
        """Masks the next piece. The length of each piece except the last has to be a multiple of four.

        Args:
            piece: of the payload.
            before: bytes to put in front of it, unmasked; done here to save another copy of a large piece.
        """
        size = len(piece)
        if size <= _BLOCK // 8:  # less is not worth numpy's calls; arbitrary
            return before + self._block(piece)
        view = memoryview(piece)
        if is_numpy_loaded():
            return self._by_numpy(sys.modules["numpy"], view, before)
        blocks = [self._block(view[start : start + _BLOCK]) for start in range(0, size, _BLOCK)]
        return b"".join([before, *blocks])

    def _block(self, block: bytes | memoryview) -> bytes:
        size = len(block)
        while self._length < size:  # doubled: that takes less than to make it of as many bytes
            self._repeated |= self._repeated << (8 * self._length)
            self._length *= 2
        repeated = self._repeated if size == self._length else self._repeated >> (8 * (self._length - size))
        return (_from_bytes(block, "big") ^ repeated).to_bytes(size, "big")

    def _by_numpy(self, numpy: ModuleType, piece: memoryview, before: bytes) -> bytes | memoryview:
        """Masks with numpy, many times as fast, if the program has imported numpy anyway; it is never required."""
        whole, rest = divmod(len(piece), 8)
        start = (len(before) + 7) // 8
        word = numpy.uint64
        words = numpy.empty(start + whole, word)
        key = word(_from_bytes(2 * self._key, sys.byteorder))
        numpy.bitwise_xor(numpy.frombuffer(piece, word, whole), key, words[start:])
        masked = memoryview(words).cast("B")
        if before:
            masked = masked[8 * start - len(before) :]
            masked[: len(before)] = before
        return b"".join((masked, self._block(piece[8 * whole :]))) if rest else masked


def mask(payload: bytes | memoryview, key: bytes) -> bytes:
    """Masks, or unmasks, a payload of any size, from the key's first byte on (RFC 6455 section 5.3)."""
    return bytes(LongMask(key).over(payload))


def is_numpy_loaded() -> bool:
    """Returns True if numpy is imported completely, not just being imported by another thread."""
    return hasattr(sys.modules.get("numpy"), "frombuffer")
