"""SentNumber: a peer knows a number once it has answered."""

from __future__ import annotations

from wsclient.multiplayer.sent_number import SentNumber


def test_a_peer_confirms_what_it_was_sent() -> None:
    number = SentNumber(1)
    number.announced.add(7)

    assert number.confirm(7)
    assert number.confirmed == {7}


def test_a_peer_that_was_not_sent_it_confirms_nothing() -> None:
    number = SentNumber(1)

    assert not number.confirm(7)
    assert number.confirmed == set()


def test_a_peer_that_has_left_is_forgotten_and_the_others_are_not() -> None:
    number = SentNumber(3)
    number.announced |= {7, 8}
    number.confirmed |= {7, 8}

    number.forget_peer(7)

    assert (number.path_id, number.announced, number.confirmed) == (3, {8}, {8})
