"""Masks the frames of a client, each with a fresh, unpredictable key.

See RFC 6455 section 5.3.

A loop in Python is too slow to XOR byte by byte, but integers have any size, and their XOR runs in C. So one or many
frames become one integer, and their keys, each repeated over its frame, become another.
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

# Frames up to this size are masked whole, by a table entry for their length. Arbitrary: above it, the XOR itself takes
# more time than the table saves, and the table must not grow without limit (it takes up to 600 KiB).
LARGEST_WHOLE = 1024 + 8 + 16  # 1 KiB of noise, its header, and the bytes that compression adds

# RFC 6455 section 5.2: before its key, a frame with up to 125 bytes of payload has two bytes, a longer one four.
_SHORT_HEAD, _LONG_HEAD = 2, 4
_LARGEST_SHORT = _SHORT_HEAD + KEY_SIZE + 125

# Integers of this size fit into the processor's caches. So few of them are used at a time that the C library keeps
# their memory. With twice the size, masking took up to twice the time.
_BLOCK = 32 * 1024

# Frames of one size are masked in one XOR if there are as many as this, and none is longer. In other cases, it is
# slower.
_FEWEST_ALIKE, _LARGEST_ALIKE = 8, 256

# Looked up once: access through the class takes half as long again. It is big-endian if called without an order, as
# `to_bytes` is, and naming one would take longer.
_from_bytes = int.from_bytes

_KEYS_A_TIME = 256
_NUMBERS = Struct(f">{_KEYS_A_TIME}I")
_RAW = Struct(f"{KEY_SIZE}s")
_MANY_RAW = Struct(f"{KEY_SIZE}s" * 64)


class MaskingKeys:
    """Fetches masking keys from the system's random source, many at a time.

    No key is returned twice.

    Args:
        random_bytes: returns that many unpredictable bytes; `take` raises what it raises.

    Attributes:
        pool: the keys in stock, as `take` returns them. A caller that uses one must remove it.
    """

    __slots__ = ("_random_bytes", "pool")

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random_bytes = random_bytes
        self.pool: list[int] = []

    def take(self, count: int) -> list[int]:
        """Returns that many keys, as integers whose big-endian bytes are the key."""
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
        """Returns that many keys, as bytes.

        They are not taken from the pool, which would need much memory for many keys.
        """
        drawn = self._random_bytes(KEY_SIZE * count)
        whole = len(drawn) - len(drawn) % _MANY_RAW.size
        keys: list[bytes] = []
        for many in _MANY_RAW.iter_unpack(drawn[:whole]):
            keys += many
        return keys + [key for (key,) in _RAW.iter_unpack(drawn[whole:])]


class _Repeats(dict[int, tuple[int, int]]):
    """Maps frame sizes to a factor that repeats a key over its slot and the payload, and to a shift.

    If the payload is not a multiple of four bytes, the last key extends past the end, and the shift cuts it off.
    """

    def __missing__(self, size: int) -> tuple[int, int]:
        covered = size - _head_of(size)
        self[size] = sum(1 << (8 * at) for at in range(0, covered, KEY_SIZE)), 8 * (-covered % KEY_SIZE)
        return self[size]


def _head_of(size: int) -> int:
    """Returns the number of bytes before the key in a frame of that size."""
    return _SHORT_HEAD if size <= _LARGEST_SHORT else _LONG_HEAD


_REPEATS = _Repeats()


def mask_frame(frame: bytes, keys: MaskingKeys) -> bytes:
    """Masks one frame of up to `LARGEST_WHOLE` bytes; see `mask_frames`."""
    size = len(frame)
    repeat, shift = _REPEATS[size]
    repeated = repeat * (keys.pool.pop() if keys.pool else keys.take_one())  # the pool saves a call, usually
    if shift:
        repeated >>= shift
    return (_from_bytes(frame) ^ repeated).to_bytes(size)


def mask_frames(frames: Sequence[bytes], keys: MaskingKeys) -> bytes:
    """Masks frames of up to `LARGEST_WHOLE` bytes and joins them.

    Each has its own key.

    Args:
        frames: the frames: header, four zero bytes in place of the key, payload.
        keys: the source of the keys.
    """
    sizes = list(map(len, frames))
    size = sizes[0]
    if size <= _LARGEST_ALIKE and _FEWEST_ALIKE <= len(sizes) == sizes.count(size):
        count = _BLOCK // size
        return b"".join([_mask_alike(frames[at : at + count], size, keys) for at in range(0, len(frames), count)])
    from_bytes, repeats = _from_bytes, _REPEATS
    # One comprehension, without a Python call for each frame: most of the cost of sending many small messages.
    return b"".join(
        [
            (from_bytes(frame) ^ key * repeat >> shift).to_bytes(len(frame))
            for frame, key in zip(frames, keys.take(len(frames)), strict=True)
            for repeat, shift in (repeats[len(frame)],)
        ]
    )


def _mask_alike(frames: Sequence[bytes], size: int, keys: MaskingKeys) -> bytes:
    """Masks frames of one size, as a game's state has, in one XOR.

    This takes two thirds of the time of `mask_frames`.
    """
    gap = bytes(_head_of(size))
    covered = size - len(gap)
    times, rest = divmod(covered, KEY_SIZE)
    raw = keys.take_raw(len(frames))
    repeated = [(key * (times + 1))[:covered] for key in raw] if rest else [key * times for key in raw]
    return _xor(b"".join(frames), gap + gap.join(repeated))


def _xor(data: bytes, other: bytes) -> bytes:
    return (_from_bytes(data) ^ _from_bytes(other)).to_bytes(len(data))


class LongMask:
    """One key for one long payload, which is masked piece by piece.

    Args:
        key: four bytes.
    """

    __slots__ = ("_key", "_length", "_repeated")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._repeated = _from_bytes(key)
        self._length = KEY_SIZE

    def over(self, piece: bytes | memoryview, before: bytes = b"") -> bytes | memoryview:
        """Masks the next piece.

        The length of each piece except the last must be a multiple of four.

        Args:
            piece: of the payload.
            before: unmasked bytes to put before it. This is done here to save a copy of a large piece.
        """
        size = len(piece)
        if size <= _BLOCK // 8:  # for less, numpy's calls do not pay; arbitrary
            return before + self._block(piece)
        view = memoryview(piece)
        if is_numpy_loaded():
            return self._by_numpy(sys.modules["numpy"], view, before)
        blocks = [self._block(view[start : start + _BLOCK]) for start in range(0, size, _BLOCK)]
        return b"".join([before, *blocks])

    def _block(self, block: bytes | memoryview) -> bytes:
        size = len(block)
        while self._length < size:  # doubling is faster than conversion from bytes
            self._repeated |= self._repeated << (8 * self._length)
            self._length *= 2
        repeated = self._repeated if size == self._length else self._repeated >> (8 * (self._length - size))
        return (_from_bytes(block) ^ repeated).to_bytes(size)

    def _by_numpy(self, numpy: ModuleType, piece: memoryview, before: bytes) -> bytes | memoryview:
        """Masks with numpy, which is many times as fast.

        It is only used if the program has imported numpy, and never required.
        """
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
    """Masks or unmasks a payload of any size (RFC 6455 section 5.3).

    It begins with the first byte of the key.
    """
    return bytes(LongMask(key).over(payload))


def is_numpy_loaded() -> bool:
    """Returns True if numpy has been imported completely.

    Returns False while another thread is importing it.
    """
    return hasattr(sys.modules.get("numpy"), "frombuffer")
