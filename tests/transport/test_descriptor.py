"""Descriptor: a number, and its own identity."""

from __future__ import annotations

from wsclient.transport.descriptor import NOTHING, Descriptor


def test_two_of_one_number_are_not_the_same() -> None:
    before, after = Descriptor(5), Descriptor(5, for_writing=True)

    assert before != after
    assert (before.fileno, before.for_writing, after.for_writing) == (5, False, True)


def test_nothing_has_no_number() -> None:
    assert NOTHING.fileno == -1
