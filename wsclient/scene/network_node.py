"""NetworkNode: the part of a node that belongs to the network.

It is the same for both versions of Godot: a node's multiplayer and its authority.
"""

# ruff: noqa: SLF001 - the nodes of one tree use each other's private members

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast

from wsclient.ground.error import Error
from wsclient.ground.refusal_log import RefusalLog
from wsclient.multiplayer.godot3.relay import SERVER_ID
from wsclient.scene.tree_node import TreeNode
from wsclient.transport.clock import monotonic

if TYPE_CHECKING:
    from wsclient.scene.multiplayer_base import MultiplayerBase

__all__ = ["NetworkNode"]

logger: Final = logging.getLogger("wsclient.node")

AnyNode = TypeVar("AnyNode", bound="NetworkNode")  # type: ignore[type-arg]  # of any dialect
AnyMultiplayer = TypeVar("AnyMultiplayer", bound="MultiplayerBase")  # type: ignore[type-arg]


class NetworkNode(TreeNode[AnyNode], Generic[AnyNode, AnyMultiplayer]):
    """A node with an authority, and with a multiplayer, its own or inherited.

    The multiplayer is inherited from the nearest node above that has one.
    """

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self._authority = SERVER_ID
        self._custom_multiplayer: AnyMultiplayer | None = None
        self._refused_calls: RefusalLog | None = None  # created only when needed, because most nodes never do

    @property
    def multiplayer(self) -> AnyMultiplayer:
        """The multiplayer of this node: its own, or that of the nearest node above.

        Setting `root_node` of a multiplayer makes it that of the node, and so of all nodes below.

        Raises:
            RuntimeError: neither this node nor one above it has one.
        """
        found = self._find_multiplayer()
        if found is None:
            raise RuntimeError(
                f"{self!r} has no multiplayer: set root_node of one to this node, or to a node above it,"
                f" or add this node below the root_node (its tree starts at {self._top()!r})"
            )
        return found

    def get_multiplayer(self) -> AnyMultiplayer:
        """Returns `multiplayer`."""
        return self.multiplayer

    @property
    def custom_multiplayer(self) -> AnyMultiplayer | None:
        """The multiplayer of this node and those below it.

        With None, the default, it is that of the node above.
        """
        return self._custom_multiplayer

    @custom_multiplayer.setter
    def custom_multiplayer(self, multiplayer: AnyMultiplayer | None) -> None:
        self._custom_multiplayer = multiplayer

    def is_inside_tree(self) -> bool:
        """Returns True if the node is the `root_node` of its multiplayer, or below it."""
        found = self._find_multiplayer()
        root = None if found is None else found.root_node
        return root is not None and (root is self or root.is_a_parent_of(self))

    def queue_free(self) -> None:
        """Frees the node at the end of the running `poll()` of its multiplayer.

        Frees it immediately if none is running.
        """
        found = self._find_multiplayer()
        if found is None:
            self.free()
        else:
            found.free_later(cast("AnyNode", self))

    def _find_multiplayer(self) -> AnyMultiplayer | None:
        node: NetworkNode[AnyNode, AnyMultiplayer] | None = self
        while node is not None:
            if node._custom_multiplayer is not None:
                return node._custom_multiplayer
            node = node._parent
        return None

    def _set_authority(self, peer_id: int, is_recursive: bool) -> None:
        self._authority = peer_id
        if is_recursive:
            for child in self._children.values():
                child._set_authority(peer_id, is_recursive=True)

    def _has_authority(self) -> bool:
        found = self._find_multiplayer()
        return found is not None and found.has_own_id(self._authority)

    def _refuse_without_multiplayer(self, what: str) -> Error:
        if self._refused_calls is None:
            self._refused_calls = RefusalLog(logger, monotonic)
        reason = f"{what} of {self.get_path()}: no multiplayer; set the root_node of one to a node above this"
        self._refused_calls.log(reason)
        return Error.ERR_UNCONFIGURED
