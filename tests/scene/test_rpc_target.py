"""The node that a call names by its path."""

from __future__ import annotations

import pytest

from wsclient.scene.node import Node
from wsclient.scene.rpc_admission import NotAdmitted
from wsclient.scene.rpc_target import node_at


def test_a_node_is_found_by_its_path() -> None:
    root, ship = Node("root"), Node("Ship")
    root.add_child(ship)

    assert node_at(root, "Ship") is ship


def test_a_path_without_a_node_is_refused_with_the_root_that_lacks_it() -> None:
    root = Node("root")

    with pytest.raises(NotAdmitted) as refused:
        node_at(root, "Ship")

    assert str(refused.value) == f"for node 'Ship', but {root!r} has none of this path"


def test_without_a_root_every_path_is_refused() -> None:
    with pytest.raises(NotAdmitted, match="but there is no root_node"):
        node_at(None, "Ship")
