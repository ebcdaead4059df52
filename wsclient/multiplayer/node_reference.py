"""How a call names its node: by an announced number, or by its path."""

from __future__ import annotations

from typing import TypeAlias

from wsclient.ground.value import Value

__all__ = ["NodeById", "NodeByPath", "NodeReference"]


class NodeById(Value):
    """A node, by the number that the sender has announced."""

    path_id: int


class NodeByPath(Value):
    """A node, by its path from the root of the network. It may be any NodePath."""

    path: str


NodeReference: TypeAlias = NodeById | NodeByPath
