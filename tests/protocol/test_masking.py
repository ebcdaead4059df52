"""Tests that masking is the XOR of RFC 6455 section 5.3, for any size.

Each frame has its own key.
"""

from __future__ import annotations

import sys
from itertools import count, cycle, pairwise
from random import Random
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.masking import (
    KEY_SIZE,
    LARGEST_WHOLE,
    LongMask,
    MaskingKeys,
    is_numpy_loaded,
    mask,
    mask_frame,
    mask_frames,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY = bytes.fromhex("37fa213d")
BLOCK = 32 * 1024

keys = st.binary(min_size=KEY_SIZE, max_size=KEY_SIZE)


def xor(payload: bytes, key: bytes) -> bytes:
    """The definition."""
    return bytes(byte ^ other for byte, other in zip(payload, cycle(key), strict=False))


@pytest.fixture(params=["without numpy", "with numpy", "with half of numpy"])
def numpy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the program has loaded it, or is just about to, in another thread."""
    if request.param == "with numpy":
        pytest.importorskip("numpy")
    else:
        half = ModuleType("numpy") if "half" in request.param else None
        monkeypatch.setitem(sys.modules, "numpy", half)


def test_masks_the_example_of_the_rfc() -> None:  # section 5.7
    assert mask(b"Hello", KEY) == bytes.fromhex("7f9f4d5158")


@pytest.mark.parametrize(
    "size",
    [
        0,
        1,
        2,
        3,
        4,
        5,
        7,
        8,
        125,
        126,
        1000,
        4096,
        4097,
        BLOCK - 1,
        BLOCK,
        BLOCK + 1,
        2 * BLOCK,
        2 * BLOCK + 3,
        100_001,
    ],
)
@pytest.mark.usefixtures("numpy")
def test_is_the_xor_of_the_rfc_at_any_size(size: int) -> None:
    payload = Random(size).randbytes(size)

    assert mask(payload, KEY) == xor(payload, KEY)
    assert mask(memoryview(payload), KEY) == xor(payload, KEY)


@given(st.binary(max_size=300), keys)
def test_masking_twice_restores_the_payload(payload: bytes, key: bytes) -> None:
    assert mask(mask(payload, key), key) == payload


@pytest.mark.parametrize(
    "sizes", [[4, 4], [8, 3], [4096, 12, 5], [BLOCK, BLOCK, 7], [2 * BLOCK, 8 * BLOCK, 8 * BLOCK + 5], [12, BLOCK, 0]]
)
@pytest.mark.usefixtures("numpy")
def test_a_long_payload_is_masked_in_pieces_as_in_one(sizes: list[int]) -> None:
    payload = Random(sizes[0]).randbytes(sum(sizes))
    ends = [sum(sizes[:number]) for number in range(len(sizes) + 1)]
    long_mask = LongMask(KEY)

    pieces = [long_mask.over(memoryview(payload)[start:end]) for start, end in pairwise(ends)]

    assert b"".join(pieces) == xor(payload, KEY)
    assert [len(piece) for piece in pieces] == sizes


@pytest.mark.parametrize("before", [b"", b"head", bytes(range(8)), bytes(range(14))], ids=len)
@pytest.mark.parametrize("size", [0, 5, 4096, BLOCK, BLOCK + 3, 3 * BLOCK])
@pytest.mark.usefixtures("numpy")
def test_data_before_the_piece_stays_unmasked(size: int, before: bytes) -> None:
    payload = Random(size).randbytes(size)

    assert LongMask(KEY).over(payload, before) == before + xor(payload, KEY)


@pytest.mark.parametrize("module", [None, ModuleType("numpy")], ids=["not at all", "half"])
def test_numpy_counts_when_all_of_it_is_there(module: ModuleType | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", module)
    assert not is_numpy_loaded()

    whole = ModuleType("numpy")
    whole.__dict__["frombuffer"] = None
    monkeypatch.setitem(sys.modules, "numpy", whole)
    assert is_numpy_loaded()


class TestWholeFrames:
    @staticmethod
    def frames(sizes: Iterable[int]) -> list[bytes]:
        heads = [bytes(range(1, 3 if size < 126 else 5)) for size in sizes]
        payloads = [Random(number).randbytes(size) for number, size in enumerate(sizes)]
        return [head + bytes(KEY_SIZE) + payload for head, payload in zip(heads, payloads, strict=True)]

    def check(self, sizes: Iterable[int]) -> None:
        """The key follows the unchanged header, and masks the payload."""
        frames = self.frames(sizes)
        drawn: set[bytes] = set()

        def random_bytes(size: int) -> bytes:
            new = Random(len(drawn)).randbytes(size)
            drawn.update(new[at : at + KEY_SIZE] for at in range(0, size, KEY_SIZE))
            return new

        masked = mask_frames(frames, MaskingKeys(random_bytes))

        keys = []
        for size, frame in zip(sizes, frames, strict=True):
            head = 2 if size < 126 else 4
            one, masked = masked[: len(frame)], masked[len(frame) :]
            keys.append(one[head : head + KEY_SIZE])
            assert one[:head] == frame[:head]
            assert one[head + KEY_SIZE :] == xor(frame[head + KEY_SIZE :], keys[-1])
        assert masked == b""
        assert len(set(keys)) == len(keys)
        assert set(keys) <= drawn

    @pytest.mark.parametrize("sizes", [range(140), range(140, LARGEST_WHOLE - 7)], ids=["short", "longer"])
    def test_of_all_sizes_are_masked_after_their_keys(self, sizes: range) -> None:
        self.check(sizes)

    @pytest.mark.parametrize("count", [1, 2, 7, 8, 300])
    @pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 64, 125, 126, 127, 248, 249, 1024])
    def test_of_one_size_are_masked_after_their_keys(self, size: int, count: int) -> None:
        self.check([size] * count)

    @pytest.mark.parametrize("size", [0, 1, 64, 125, 126, 1000])
    def test_are_masked_one_by_one_as_together(self, size: int) -> None:
        frames = self.frames([size])
        keys, other = (MaskingKeys(Random(1).randbytes) for _ in range(2))

        for _ in range(3):  # the first with no key at hand
            assert mask_frame(frames[0], keys) == mask_frames(frames, other)


class TestKeys:
    def test_are_returned_one_by_one_too_and_none_twice(self) -> None:
        keys, other = (MaskingKeys(Random(1).randbytes) for _ in range(2))

        assert [keys.take_one(), keys.take(1)[0], keys.take_one()] == [other.take(1)[0] for _ in range(3)]

    @given(st.lists(st.integers(1, 700), max_size=8))
    def test_are_those_of_the_source_and_none_is_returned_twice(self, counts: list[int]) -> None:
        numbers = count()

        def numbered(size: int) -> bytes:
            return b"".join(next(numbers).to_bytes(KEY_SIZE, "big") for _ in range(size // KEY_SIZE))

        source = MaskingKeys(numbered)
        taken = [key for wanted in counts for key in source.take(wanted)]
        taken += [int.from_bytes(key, "big") for wanted in counts for key in source.take_raw(wanted)]

        assert len(taken) == 2 * sum(counts)
        assert len(set(taken)) == len(taken)
        assert set(taken) <= set(range(next(numbers)))

    def test_are_fetched_many_at_a_time(self) -> None:
        calls: list[int] = []
        source = MaskingKeys(lambda size: calls.append(size) or bytes(size))

        for _ in range(512):
            source.take(1)
        source.take_raw(300)

        assert calls == [1024, 1024, 1200]

    def test_are_not_made_up_if_the_source_fails(self) -> None:
        def broken(size: int) -> bytes:
            raise OSError("no random numbers")

        for take in (MaskingKeys(broken).take, MaskingKeys(broken).take_raw):
            with pytest.raises(OSError, match="no random numbers"):
                take(1)
