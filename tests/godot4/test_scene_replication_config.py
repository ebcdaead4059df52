from __future__ import annotations

import pytest

from wsclient.godot4 import SceneReplicationConfig
from wsclient.variant import NodePath

ALWAYS, ON_CHANGE, NEVER = (
    SceneReplicationConfig.REPLICATION_MODE_ALWAYS,
    SceneReplicationConfig.REPLICATION_MODE_ON_CHANGE,
    SceneReplicationConfig.REPLICATION_MODE_NEVER,
)


def config_of(*paths):
    config = SceneReplicationConfig()
    for path in paths:
        config.add_property(path)
    return config


def texts(paths):
    return [str(path) for path in paths]


def test_a_new_property_is_spawned_and_always_sent():
    config = config_of(".:a")
    assert config.property_get_spawn(".:a")
    assert config.property_get_replication_mode(".:a") == ALWAYS


def test_properties_keep_their_order():
    config = config_of(".:a", ".:b")
    config.add_property(".:c", 1)
    config.add_property(".:d", 0)
    assert texts(config.get_properties()) == [".:d", ".:a", ".:c", ".:b"]
    assert config.property_get_index(".:c") == 2


def test_a_path_may_be_a_node_path():
    config = config_of(NodePath("Weapon:heat"))
    assert config.has_property("Weapon:heat")
    assert config.get_properties() == [NodePath("Weapon:heat")]


def test_lists_by_mode():
    config = config_of(".:a", ".:b", ".:c", ".:d")
    config.property_set_replication_mode(".:b", ON_CHANGE)
    config.property_set_replication_mode(".:c", NEVER)
    config.property_set_spawn(".:a", False)
    assert texts(config.get_spawn_properties()) == [".:b", ".:c", ".:d"]
    assert texts(config.get_sync_properties()) == [".:a", ".:d"]
    assert texts(config.get_watch_properties()) == [".:b"]


def test_a_property_may_be_removed():
    config = config_of(".:a", ".:b")
    config.remove_property(".:a")
    config.remove_property(".:never")
    assert texts(config.get_properties()) == [".:b"]
    assert not config.has_property(".:a")


def test_configs_of_the_same_rows_are_equal():
    one, other = config_of(".:a"), config_of(".:a")
    assert one == other
    other.property_set_spawn(".:a", False)
    assert one != other
    assert one != ".:a"
    assert repr(one) == "<SceneReplicationConfig .:a>"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        pytest.param(lambda config: config.add_property(".:a"), "already", id="twice"),
        pytest.param(lambda config: config.add_property("a"), "names no property", id="only-a-node"),
        pytest.param(lambda config: config.add_property("a:"), "names no property", id="empty-name"),
        pytest.param(lambda config: config.add_property(".:b", 2), "place 2", id="place"),
        pytest.param(lambda config: config.property_get_spawn(".:b"), "not in the config", id="unknown"),
        pytest.param(lambda config: config.property_set_replication_mode(".:a", 7), "7", id="mode"),
    ],
)
def test_a_mistake_raises(call, words):
    with pytest.raises(ValueError, match=words):
        call(config_of(".:a"))
