from __future__ import annotations

from wsclient.multiplayer.node_reference import NodeById, NodeByPath


def test_a_node_is_named_by_number_or_by_path():
    assert (NodeById(1), NodeByPath("Main")) == (NodeById(path_id=1), NodeByPath(path="Main"))
    assert NodeById(1) != NodeByPath("1")
