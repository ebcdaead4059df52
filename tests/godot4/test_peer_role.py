from __future__ import annotations

import pytest

from wsclient.godot4.hosting import Hosting
from wsclient.godot4.joining import Joining
from wsclient.godot4.peer_role import PeerRole


@pytest.mark.parametrize("role", [Hosting, Joining])
def test_both_sides_of_a_session_have_all_of_it(role):
    assert issubclass(role, PeerRole)
    assert role.__abstractmethods__ == frozenset()
