"""Masking is the XOR of RFC 6455 section 5.3, whatever the size, and each frame has a key of its own."""

from __future__ import annotations

import sys
from itertools import count, cycle
from random import Random
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.masking import KEY_SIZE, LARGEST_WHOLE, MaskingKeys, mask, mask_frame, mask_frames

KEY = bytes.fromhex("37fa213d")
BLOCK = 16 * 1024

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
    "size", [0, 1, 2, 3, 4, 5, 7, 8, 125, 126, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 3, 100_001]
)
@pytest.mark.usefixtures("numpy")
def test_is_the_xor_of_the_rfc_at_any_size(size: int) -> None:
    payload = Random(size).randbytes(size)

    assert mask(payload, KEY) == xor(payload, KEY)
    assert mask(memoryview(payload), KEY) == xor(payload, KEY)


@given(st.binary(max_size=300), keys)
def test_masking_twice_gives_the_payload_back(payload: bytes, key: bytes) -> None:
    assert mask(mask(payload, key), key) == payload


class TestWholeFrames:
    @pytest.mark.parametrize("sizes", [range(140), range(140, LARGEST_WHOLE - 7)], ids=["short", "longer"])
    def test_are_masked_behind_their_key(self, sizes: range) -> None:
        head_sizes = [2 if size < 126 else 4 for size in sizes]
        payloads = [Random(size).randbytes(size) for size in sizes]
        heads = [bytes(range(1, 1 + size)) for size in head_sizes]
        frames = [head + bytes(KEY_SIZE) + payload for head, payload in zip(heads, payloads, strict=True)]
        keys = [Random(size).getrandbits(32) for size in sizes]

        masked = mask_frames(frames, keys)

        raw_keys = [key.to_bytes(KEY_SIZE, "little") for key in keys]
        assert masked == [
            head + key + xor(payload, key) for head, key, payload in zip(heads, raw_keys, payloads, strict=True)
        ]

    @pytest.mark.parametrize("size", [0, 1, 64, 125, 126, 1000])
    def test_are_masked_one_by_one_as_together(self, size: int) -> None:
        frame = b"\x82" + bytes(1 if size < 126 else 3) + bytes(KEY_SIZE) + Random(size).randbytes(size)

        assert [mask_frame(frame, 0x12345678)] == mask_frames([frame], [0x12345678])

    def test_need_a_key_each(self) -> None:
        with pytest.raises(ValueError, match="zip"):
            mask_frames([b"\x81\x80" + bytes(KEY_SIZE)] * 2, [1])


class TestKeys:
    def test_are_given_one_by_one_too_and_none_twice(self) -> None:
        keys, other = (MaskingKeys(Random(1).randbytes) for _ in range(2))

        assert [keys.take_one(), keys.take(1)[0], keys.take_one()] == [other.take(1)[0] for _ in range(3)]

    @given(st.lists(st.integers(1, 700), max_size=8))
    def test_are_those_of_the_source_and_none_is_given_twice(self, counts: list[int]) -> None:
        numbers = count()

        def numbered(size: int) -> bytes:
            return b"".join(next(numbers).to_bytes(KEY_SIZE, "little") for _ in range(size // KEY_SIZE))

        source = MaskingKeys(numbered)
        taken = [key for wanted in counts for key in source.take(wanted)]

        assert len(taken) == sum(counts)
        assert len(set(taken)) == len(taken)
        assert set(taken) <= set(range(next(numbers)))

    def test_are_fetched_many_at_a_time(self) -> None:
        calls: list[int] = []
        source = MaskingKeys(lambda size: calls.append(size) or bytes(size))

        for _ in range(512):
            source.take(1)

        assert calls == [1024, 1024]

    def test_are_not_made_up_where_the_source_fails(self) -> None:
        def broken(size: int) -> bytes:
            raise OSError("no random numbers")

        with pytest.raises(OSError, match="no random numbers"):
            MaskingKeys(broken).take(1)
