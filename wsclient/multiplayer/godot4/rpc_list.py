"""The remote procedures of one node.

It has their numbers in packets, and the checksum that both sides compare.

Source: `SceneRPCInterface::_parse_rpc_config` of Godot 4.
"""

from __future__ import annotations

from hashlib import md5
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["RPCList"]

_OF_NODE = 0x8000  # bit 15 of a number: the method was marked with `rpc_config`


class RPCList:
    """Numbers the marked methods in code point order.

    The methods of the script and those of `rpc_config` are numbered separately.

    Args:
        script: names of the methods marked `@rpc`, with those of the base classes.
        configured: names given to this one node with `rpc_config`.

    Attributes:
        checksum: 32 hexadecimal digits; other lists have others. An empty list has one too.
    """

    __slots__ = ("_ids", "_names", "checksum")

    def __init__(self, script: Iterable[str] = (), configured: Iterable[str] = ()) -> None:
        of_node, of_script = sorted(set(configured)), sorted(set(script))
        self._names = {
            **{_OF_NODE | place: name for place, name in enumerate(of_node)},
            **dict(enumerate(of_script)),
        }
        self._ids = {name: number for number, name in self._names.items()}  # in both: the script's
        self.checksum: str = md5("".join(of_node + of_script).encode(), usedforsecurity=False).hexdigest()

    def __len__(self) -> int:
        return len(self._names)

    def id_of(self, name: str) -> int | None:
        """Returns the number of a method; None if it is not in the list."""
        return self._ids.get(name)

    def name_of(self, method_id: int) -> str | None:
        """Returns the name with this number; None if there is none."""
        return self._names.get(method_id)
