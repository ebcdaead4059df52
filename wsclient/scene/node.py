"""Node: the target of remote procedure calls in Godot 3.

It has only the part of Godot's Node that the network needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NoReturn

from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.multiplayer.godot3.rpc_mode import RPCMode
from wsclient.scene.network_node import NetworkNode
from wsclient.scene.not_here import advice_for
from wsclient.scene.rpc_keywords import RPCMarks, marks_of

if TYPE_CHECKING:
    from wsclient.ground.error import Error
    from wsclient.scene.multiplayer_api import MultiplayerAPI

__all__ = ["Node"]

RELIABLE = TransferMode.TRANSFER_MODE_RELIABLE
UNRELIABLE = TransferMode.TRANSFER_MODE_UNRELIABLE


class Node(NetworkNode["Node", "MultiplayerAPI"]):
    """A named node of a tree, with methods and properties for other peers.

    Those that are marked may be called and set remotely.

        from wsclient.rpc import remote

        class Player(Node):
            @remote
            def move(self, to: Vector2) -> None: ...

        root = Node("root")
        main = root.add_child(Node("Main"))
        player = main.add_child(Player("Player"))
        multiplayer.root_node = root        # a MultiplayerAPI
        player.rpc("move", Vector2(3, 4))   # calls move of everybody's Main/Player

    Args:
        name: unique among its siblings; the name of the class if it is "".
    """

    _rpc_marks: ClassVar[RPCMarks] = RPCMarks({}, {})
    _free_names = frozenset({"_rpc_marks"})  # set for each subclass

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls._rpc_marks = marks_of(cls)

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self._rpc_modes: dict[str, RPCMode] = {}
        self._rset_modes: dict[str, RPCMode] = {}

    def set_custom_multiplayer(self, api: MultiplayerAPI | None) -> None:
        """Sets `custom_multiplayer`."""
        self.custom_multiplayer = api

    def get_custom_multiplayer(self) -> MultiplayerAPI | None:
        """Returns `custom_multiplayer`."""
        return self.custom_multiplayer

    # Authority

    def set_network_master(self, id: int, recursive: bool = True) -> None:
        """Sets the peer that controls this node.

        The game must set the same peer on all sides.

        Args:
            id: a peer's id; 1, the server, is the default.
            recursive: also for all nodes below.
        """
        self._set_authority(id, recursive)

    def get_network_master(self) -> int:
        """Returns the id of the node's network master."""
        return self._authority

    def is_network_master(self) -> bool:
        """Returns True if this peer is the node's network master.

        Returns False without a network.
        """
        return self._has_authority()

    # Marks

    def rpc_config(self, method: str, mode: RPCMode) -> None:
        """Sets who may call a method of this node, whatever its class marks.

        Use it only for names that are not known before the program runs.
        """
        self._rpc_modes[method] = RPCMode(mode)

    def rset_config(self, property: str, mode: RPCMode) -> None:
        """Sets who may set a property of this node, whatever its class marks."""
        self._rset_modes[property] = RPCMode(mode)

    def get_rpc_mode(self, method: str) -> RPCMode:
        """Returns who may call a method. `rpc_config` takes precedence over its mark."""
        marked = self._rpc_marks.methods.get(method, RPCMode.RPC_MODE_DISABLED)
        return self._rpc_modes.get(method, marked)

    def get_rset_mode(self, property: str) -> RPCMode:
        """Returns who may set a property. `rset_config` takes precedence over its mark."""
        marked = self._rpc_marks.properties.get(property, RPCMode.RPC_MODE_DISABLED)
        return self._rset_modes.get(property, marked)

    def known_rpc_names(self) -> set[str]:
        """Returns the names of the methods that have a mode, by mark or by `rpc_config`."""
        return self._rpc_marks.methods.keys() | self._rpc_modes.keys()

    def known_rset_names(self) -> set[str]:
        """Returns the names of the properties that have a mode.

        They have it by their mark or by `rset_config`.
        """
        return self._rpc_marks.properties.keys() | self._rset_modes.keys()

    # Calling

    def rpc(self, method: str, *args: object) -> Error:
        """Calls a method of this node at all other peers.

        If its mode says so, the method is also called here, after it was sent.

        Args:
            method: its name. A name that this class does not have is sent too, because the other side's script may
                have it. The nearest known name is then logged, once. To avoid this, give the method any mode with
                `rpc_config`.
            args: Variants; at most 255.

        Returns:
            `OK`; `ERR_UNCONFIGURED`, logged, if there is no network or it is not connected; else what `put_packet`
            of the network peer returned.

        Raises:
            TypeError, OverflowError: an argument is not a Variant; the text says which.
            ValueError: more than 255 arguments.
            Exception: raised by the method here.
        """
        return self.rpc_id(0, method, *args)

    def rpc_id(self, peer_id: int, method: str, *args: object) -> Error:
        """Calls a method of this node at one peer; see `rpc`.

        Args:
            peer_id: n for that peer, 1 for the server, 0 for all, -n for all but peer n.
            method: its name.
            args: Variants.

        Returns:
            As `rpc`; `ERR_INVALID_PARAMETER`, logged, if the peer is not connected.
        """
        return self._rpc(peer_id, method, args, RELIABLE)

    def rpc_unreliable(self, method: str, *args: object) -> Error:
        """Does the same as `rpc`, but the call may be lost; not over a WebSocket."""
        return self.rpc_unreliable_id(0, method, *args)

    def rpc_unreliable_id(self, peer_id: int, method: str, *args: object) -> Error:
        """Does the same as `rpc_id`, but the call may be lost; not over a WebSocket."""
        return self._rpc(peer_id, method, args, UNRELIABLE)

    def rset(self, property: str, value: object) -> Error:
        """Sets a property of this node at all other peers.

        If its mode says so, the property is also set here, before it is sent.

        Returns and raises as `rpc`.
        """
        return self.rset_id(0, property, value)

    def rset_id(self, peer_id: int, property: str, value: object) -> Error:
        """Sets a property of this node at one peer; see `rpc_id`."""
        return self._rset(peer_id, property, value, RELIABLE)

    def rset_unreliable(self, property: str, value: object) -> Error:
        """Does the same as `rset`, but the value may be lost; not over a WebSocket."""
        return self.rset_unreliable_id(0, property, value)

    def rset_unreliable_id(self, peer_id: int, property: str, value: object) -> Error:
        """Does the same as `rset_id`, but the value may be lost; not over a WebSocket."""
        return self._rset(peer_id, property, value, UNRELIABLE)

    def _rpc(self, peer_id: int, method: str, args: tuple[object, ...], mode: TransferMode) -> Error:
        api = self._find_multiplayer()
        if api is None:
            return self._refuse_without_multiplayer(f"rpc {method!r}")
        return api.rpc_id(self, peer_id, method, *args, mode=mode)

    def _rset(self, peer_id: int, property: str, value: object, mode: TransferMode) -> Error:
        api = self._find_multiplayer()
        if api is None:
            return self._refuse_without_multiplayer(f"rset {property!r}")
        return api.rset_id(self, peer_id, property, value, mode=mode)

    if not TYPE_CHECKING:  # type checkers still report every missing name

        def __getattr__(self, name: str) -> NoReturn:
            raise AttributeError(advice_for(type(self).__name__, name), name=name, obj=self)
