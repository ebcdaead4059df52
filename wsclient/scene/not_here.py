"""Advice for members of Godot's Node that do not exist here.

It is the code to write instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ADVICE", "ADVICE_4", "advice_for"]

_MULTIPLAYER_OF_TREE: Final = (
    "write self.multiplayer for it: get_tree().network_peer is multiplayer.network_peer, get_tree()"
    ".get_network_unique_id() is multiplayer.get_network_unique_id(), is_network_server(),"
    " get_network_connected_peers() and get_rpc_sender_id() likewise; its signals are those of the MultiplayerAPI"
)
_LOOP: Final = "there is no scene tree that calls it: call it from the loop that calls multiplayer.poll()"
_GROUPS: Final = "there are no groups: keep a set of nodes"

# By name, in the terms of Godot 3.
ADVICE: Final[dict[str, str]] = {
    "get_tree": _MULTIPLAYER_OF_TREE,
    "get_viewport": "there is no picture here: your engine has the window",
    "get_viewport_rect": "there is no picture here: your engine has the window",
    "set_process": _LOOP,
    "set_physics_process": _LOOP,
    "set_process_input": "there is no input here: your engine has it",
    "get_process_delta_time": _LOOP,
    "get_physics_process_delta_time": _LOOP,
    "add_to_group": _GROUPS,
    "remove_from_group": _GROUPS,
    "is_in_group": _GROUPS,
    "call_deferred": "write node.method(); what a handler of CONNECT_DEFERRED does runs at the end of poll()",
    "set_deferred": "write node.property = value",
    "call": "write getattr(node, method)(...)",
    "callv": "write getattr(node, method)(*arguments)",
    "get": "write getattr(node, property)",
    "set": "write setattr(node, property, value)",
    "has_method": "write hasattr(node, method)",
    "find_node": "write get_node(path), or search get_children()",
    "find_child": "write get_node(path), or search get_children()",
    "get_position_in_parent": "write get_index()",
    "move_child": "remove_child() and add_child() put a node behind its siblings",
    "add_child_below_node": "add_child() puts a node behind its siblings",
    "replace_by": "write parent.remove_child(node), then parent.add_child(other)",
    "duplicate": "make another node of the class",
    "instance": "make a node of a class: Player()",
    "instantiate": "make a node of a class: Player()",
    "get_owner": "write get_parent()",
    "owner": "write get_parent()",
    "raise_": "remove_child() and add_child() put a node behind its siblings",
    "print_tree": "write print(node.get_children())",
    "is_queued_for_deletion": "a freed node has left the tree: write not node.is_inside_tree()",
    "get_instance_id": "write id(node)",
    "create_timer": "keep the time of your loop",
    "position": "nodes have no place: declare it, position = remote(Vector2())",
    "global_position": "nodes have no place: declare it, position = remote(Vector2())",
    "translation": "nodes have no place: declare it, translation = remote(Vector3())",
    "rotation": "nodes have no place: declare it, rotation = remote(0.0)",
    "var2bytes": "write wsclient.variant.encode(value)",
    "bytes2var": "write wsclient.variant.decode(data)",
    "visible": "there is no picture here: your engine draws",
}


_NO_PLACE: Final = "nodes have no place: declare it, position = Vector2()"
_ONE_WAY: Final = "write node.method.rpc(...): the mark of the method says how it travels"
_NO_RSET: Final = "Godot 4 has none: write a method with @rpc, or a MultiplayerSynchronizer"

# In the terms of Godot 4, for the names whose advice differs.
ADVICE_4: Final[dict[str, str]] = ADVICE | {
    "get_tree": (
        "write self.multiplayer for it: get_tree().get_multiplayer() is multiplayer, get_tree().root is"
        " multiplayer.root_node"
    ),
    "position": _NO_PLACE,
    "global_position": _NO_PLACE,
    "translation": _NO_PLACE,
    "rotation": "nodes have no place: declare it, rotation = 0.0",
    "var_to_bytes": "write wsclient.godot4.var_to_bytes(value)",
    "bytes_to_var": "write wsclient.godot4.bytes_to_var(data)",
    "rpc_unreliable": _ONE_WAY,
    "rpc_unreliable_id": _ONE_WAY,
    "rset": _NO_RSET,
    "rset_id": _NO_RSET,
    "set_network_master": "write set_multiplayer_authority()",
    "get_network_master": "write get_multiplayer_authority()",
    "is_network_master": "write is_multiplayer_authority()",
}


def advice_for(class_name: str, name: str, advice: Mapping[str, str] = ADVICE) -> str:
    """Returns the text of the AttributeError for a name that a node lacks."""
    missing = f"{class_name!r} object has no attribute {name!r}"
    found = advice.get(name)
    return missing if found is None else f"{missing}. Of Godot's Node it has the network's part: {found}"
