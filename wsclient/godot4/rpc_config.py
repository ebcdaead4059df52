"""RPCConfig: the permissions of a marked method in Godot 4.

A table has, for each of three modes, the peers that may call the method.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.ground.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RPCConfig", "RPCMode"]


class RPCMode(IntEnum):
    """The peers that may call a method.

    The numbers are those of Godot's `MultiplayerAPI.RPCMode`.
    """

    RPC_MODE_DISABLED = 0
    RPC_MODE_ANY_PEER = 1
    RPC_MODE_AUTHORITY = 2


class RPCConfig(Value):
    """The permissions of a method, and how calls of it are sent.

    Attributes:
        rpc_mode: the peers that may call it.
        call_local: True if a call to all runs at the caller too.
        transfer_mode: the mode of the packet; a WebSocket always delivers, in order.
        channel: the channel of the packet; a WebSocket has only one.
    """

    rpc_mode: RPCMode = RPCMode.RPC_MODE_AUTHORITY
    call_local: bool = False
    transfer_mode: TransferMode = TransferMode.TRANSFER_MODE_RELIABLE
    channel: int = 0

    @classmethod
    def of(cls, config: Mapping[str, object]) -> RPCConfig:
        """Creates a config from Godot's dictionary.

        Its keys are `rpc_mode`, `call_local`, `transfer_mode` and `channel`; each of them may be missing.

        Raises:
            ValueError: an unknown key, or a number that is not a mode.
            TypeError: a value that must be a number is not.
        """
        if unknown := config.keys() - {"rpc_mode", "call_local", "transfer_mode", "channel"}:
            raise ValueError(f"rpc_config() knows no {sorted(map(str, unknown))}")
        return cls(
            RPCMode(_number(config.get("rpc_mode", RPCMode.RPC_MODE_AUTHORITY))),
            bool(config.get("call_local", False)),
            TransferMode(_number(config.get("transfer_mode", TransferMode.TRANSFER_MODE_RELIABLE))),
            _number(config.get("channel", 0)),
        )

    def admits(self, caller: int, authority: int) -> bool:
        """Returns True if this peer may call the method here."""
        match self.rpc_mode:
            case RPCMode.RPC_MODE_ANY_PEER:
                return True
            case RPCMode.RPC_MODE_AUTHORITY:
                return caller == authority
            case _:
                return False

    @property
    def in_words(self) -> str:
        """The mark as it is written in a script: `@rpc("any_peer", "call_local")`."""
        mode = self.rpc_mode.name.removeprefix("RPC_MODE_").lower()
        transfer = self.transfer_mode.name.removeprefix("TRANSFER_MODE_").lower()
        words = [f'"{word}"' for word in (mode, "call_local" if self.call_local else "call_remote", transfer)]
        return f"@rpc({', '.join(words + [str(self.channel)] * bool(self.channel))})"


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"rpc_config() takes numbers, not {value!r}")
    return int(value)
