"""Tests that equal frames are found and cut out, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.wire import BINARY, TEXT, frame
from wsclient.protocol.equal_frames import SHORTEST_RUN, take_equal_frames


def taken(data: bytes, length: int, *, start: int = 0, most: int = 10_000) -> tuple[list[bytes], bytes]:
    """The payloads, and the bytes that were left."""
    payloads: list[bytes] = []
    end = take_equal_frames(data, start, 2 if length < 126 else 4, length, most, payloads)
    return payloads, data[end:]


def alike(count: int, length: int) -> list[bytes]:
    return [bytes((place % 251,)) * length for place in range(count)]


def on_the_wire(payloads: list[bytes]) -> bytes:
    return b"".join(frame(BINARY, payload) for payload in payloads)


@pytest.mark.parametrize("length", [0, 1, 125, 126, 1024])
@pytest.mark.parametrize("count", [8, 9, 63, 64, 65, 200])
def test_all_of_them_are_taken(count: int, length: int) -> None:
    payloads = alike(count, length)

    assert taken(on_the_wire(payloads), length) == (
        payloads[: count - count % SHORTEST_RUN],
        on_the_wire(payloads[count - count % SHORTEST_RUN :]),
    )


def test_fewer_than_a_run_are_unchanged() -> None:
    data = on_the_wire(alike(SHORTEST_RUN - 1, 5))

    assert taken(data, 5) == ([], data)


def test_an_incomplete_one_is_left() -> None:
    data = on_the_wire(alike(16, 5))[:-1]

    payloads, rest = taken(data, 5)

    assert (len(payloads), len(rest)) == (8, 8 * 7 - 1)


def test_no_more_are_taken_than_may_be() -> None:
    payloads, _ = taken(on_the_wire(alike(64, 5)), 5, most=17)

    assert len(payloads) == 16


def test_they_may_begin_anywhere() -> None:
    payloads = alike(8, 5)

    assert taken(b"before" + on_the_wire(payloads) + b"behind", 5, start=6) == (payloads, b"behind")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(frame(TEXT, b"12345"), id="another kind"),
        pytest.param(frame(BINARY, b"1234"), id="another size"),
        pytest.param(frame(BINARY, b"12345", is_final=False), id="a fragment"),
    ],
)
@pytest.mark.parametrize("place", [1, 7, 8, 15])
def test_another_ends_the_run(other: bytes, place: int) -> None:
    payloads = alike(24, 5)
    data = on_the_wire(payloads[:place]) + other + on_the_wire(payloads[place:])

    found, rest = taken(data, 5)

    assert found == payloads[: place - place % SHORTEST_RUN]
    assert rest == on_the_wire(payloads[len(found) : place]) + other + on_the_wire(payloads[place:])


@given(st.lists(st.sampled_from([b"ab", b"cd", b"efg", bytes.fromhex("8202"), b"\x82\x02\x82"]), max_size=80))
def test_the_payloads_are_those_sent(payloads: list[bytes]) -> None:
    found, rest = taken(on_the_wire(payloads), 2)

    assert found == payloads[: len(found)]
    assert rest == on_the_wire(payloads[len(found) :])
