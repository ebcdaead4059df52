"""How a call names its node: by a number announced before, or by its path written out."""

from __future__ import annotations

from typing import TypeAlias

from wsclient.ground.value import Value

__all__ = ["NodeById", "NodeByPath", "NodeReference"]


class NodeById(Value):
    """A node by the number that the sender announced with `SimplifyPath`."""

    path_id: int


class NodeByPath(Value):
    """A node by its path from the root of the network; any NodePath."""

    path: str


NodeReference: TypeAlias = NodeById | NodeByPath
