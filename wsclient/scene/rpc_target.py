"""Finds the node of a remote call by its path, in the tree of either Godot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.multiplayer.command_error import shown
from wsclient.scene.rpc_admission import NotAdmitted

if TYPE_CHECKING:
    from wsclient.scene.tree_node import AnyNode, TreeNode

__all__ = ["node_at"]


def node_at(root: TreeNode[AnyNode] | None, path: str) -> AnyNode:
    """Returns the node at a path that a peer sent.

    Args:
        root: the node that the path starts from; None if the session has none.
        path: the path as it was sent.

    Raises:
        NotAdmitted: there is no such node; the text says what is missing.
    """
    node = None if root is None else root.get_node_or_null(path)
    if node is None:
        missing = "there is no root_node" if root is None else f"{root!r} has none of this path"
        raise NotAdmitted(f"for node {shown(path)}, but {missing}")
    return node
