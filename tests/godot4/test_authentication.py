from __future__ import annotations

import pytest

from wsclient.godot4.authentication import Authentication
from wsclient.ground.error import Error
from wsclient.testing import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def authentication(clock):
    authentication = Authentication(timeout=3.0, clock=clock)
    authentication.begin(5)
    return authentication


def late_after(authentication, clock, seconds, step=0.125):
    """Polls for some time; returns the peers that are late at its end."""
    for _ in range(int(seconds / step)):
        clock.advance(step)
        late = authentication.late()
    return late


def test_a_peer_that_has_come_authenticates(authentication):
    authentication.begin(3)
    assert authentication.peers() == [5, 3]
    assert 5 in authentication
    assert 4 not in authentication


def test_a_peer_is_admitted_when_both_sides_are_done(authentication):
    assert not authentication.finish_here(5)
    assert authentication.refusal_of(5).error == Error.ERR_FILE_CANT_WRITE
    assert authentication.finish_there(5)


def test_the_other_side_may_be_done_first(authentication):
    assert not authentication.finish_there(5)
    assert authentication.refusal_of(5) is None
    assert authentication.finish_here(5)


@pytest.mark.parametrize(("timeout", "seconds", "late"), [(3.0, 2.875, []), (3.0, 3.0, [5]), (0.0, 60.0, [])])
def test_a_peer_has_so_long_from_its_coming(authentication, clock, timeout, seconds, late):
    authentication.timeout = timeout
    assert late_after(authentication, clock, seconds) == late


def test_a_pause_of_the_game_makes_nobody_late(authentication, clock):
    late_after(authentication, clock, 1.0)
    clock.advance(60.0)
    assert authentication.late() == []
    assert late_after(authentication, clock, 2.0) == [5]


def test_a_peer_is_forgotten_once(authentication):
    assert authentication.forget(5)
    assert not authentication.forget(5)
    authentication.begin(5)
    authentication.clear()
    assert authentication.peers() == []


def test_nothing_can_be_said_to_a_peer_that_does_not_authenticate(authentication):
    assert authentication.refusal_of(6).error == Error.ERR_INVALID_PARAMETER
