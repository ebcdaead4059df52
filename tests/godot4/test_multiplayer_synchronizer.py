from __future__ import annotations

import pytest

from wsclient.godot4 import NodePath
from wsclient.godot4.multiplayer_synchronizer import MultiplayerSynchronizer


def test_begins_as_in_godot():
    sync = MultiplayerSynchronizer()
    assert (sync.root_path, sync.replication_interval, sync.delta_interval) == ("..", 0.0, 0.0)
    assert (sync.replication_config, sync.public_visibility) == (None, True)
    assert sync.visibility_update_mode == MultiplayerSynchronizer.VISIBILITY_PROCESS_IDLE


@pytest.mark.parametrize("seconds", [-0.1, float("nan")])
@pytest.mark.parametrize("name", ["replication_interval", "delta_interval"])
def test_an_interval_below_0_is_a_mistake(name, seconds):
    with pytest.raises(ValueError, match=name):
        setattr(MultiplayerSynchronizer(), name, seconds)


def test_a_path_may_be_a_node_path():
    sync = MultiplayerSynchronizer()
    sync.root_path = NodePath("../Other")
    assert sync.root_path == "../Other"


@pytest.mark.parametrize(
    ("is_public", "is_set", "is_filtered", "is_visible"),
    [
        (True, False, False, True),
        (False, False, False, False),
        (False, True, False, True),
        (True, False, True, False),
        (True, True, True, False),
        (False, True, True, False),
    ],
)
def test_visible_is_public_or_set_and_not_filtered(is_public, is_set, is_filtered, is_visible):
    sync = MultiplayerSynchronizer()
    sync.public_visibility = is_public
    sync.set_visibility_for(5, is_set)
    if is_filtered:
        sync.add_visibility_filter(lambda peer: peer != 5)
    assert sync.is_visible_to(5) is is_visible
    assert sync.get_visibility_for(5) is is_set


def test_a_filter_is_asked_once_however_often_it_was_added():
    sync, asked = MultiplayerSynchronizer(), []

    def note(peer):
        asked.append(peer)
        return True

    sync.add_visibility_filter(note)
    sync.add_visibility_filter(note)
    assert sync.is_visible_to(5)
    assert asked == [5]
    sync.remove_visibility_filter(note)
    sync.remove_visibility_filter(note)
    assert sync.is_visible_to(5)
    assert asked == [5]
