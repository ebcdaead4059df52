from __future__ import annotations

import pytest

from wsclient.godot4.authentication import Authentication
from wsclient.ground.error import Error


@pytest.fixture
def authentication():
    authentication = Authentication(timeout=3.0)
    authentication.begin(5, now=10.0)
    return authentication


def test_a_peer_that_has_come_authenticates(authentication):
    authentication.begin(3, now=11.0)
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


@pytest.mark.parametrize(("timeout", "now", "late"), [(3.0, 12.9, []), (3.0, 13.0, [5]), (0.0, 1e9, [])])
def test_a_peer_has_so_long_from_its_coming(authentication, timeout, now, late):
    authentication.timeout = timeout
    assert authentication.late(now) == late


def test_a_peer_is_forgotten_once(authentication):
    assert authentication.forget(5)
    assert not authentication.forget(5)
    authentication.begin(5, now=0.0)
    authentication.clear()
    assert authentication.peers() == []


def test_nothing_can_be_said_to_a_peer_that_does_not_authenticate(authentication):
    assert authentication.refusal_of(6).error == Error.ERR_INVALID_PARAMETER
