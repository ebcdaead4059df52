"""Godot 3's seven RPC modes, as one table.

It has the peers that may call a method, and the peers where a call of it runs.

Source: MultiplayerAPI of Godot 3 (`_can_call_mode`, `_should_call_local`).
"""

from __future__ import annotations

from enum import Enum, auto

from wsclient.ground.named_int import NamedInt
from wsclient.ground.value import Value

__all__ = ["RPCMode", "Rule", "rule_of"]


class RPCMode(NamedInt):
    """The permission to use a method or property remotely.

    The numbers are those of Godot's `MultiplayerAPI.RPCMode`.
    """

    RPC_MODE_DISABLED = 0
    RPC_MODE_REMOTE = 1
    RPC_MODE_MASTER = 2
    RPC_MODE_PUPPET = 3
    RPC_MODE_REMOTESYNC = 4
    RPC_MODE_MASTERSYNC = 5
    RPC_MODE_PUPPETSYNC = 6

    @property
    def keyword(self) -> str:
        """The name in GDScript, and of the decorator, such as "remotesync"."""
        return self.name.removeprefix("RPC_MODE_").lower()


class _Who(Enum):
    """A condition on the network master."""

    NOBODY = auto()
    ANYBODY = auto()
    MASTER = auto()
    PUPPET = auto()

    def includes(self, is_master: bool) -> bool:
        return self is _Who.ANYBODY or self is (_Who.MASTER if is_master else _Who.PUPPET)


class Rule(Value):
    """The rights of one mode.

    Attributes:
        receiver: the peers that let a call through. A puppet does so only for the master's calls.
        runs_locally: the peers whose own calls also run at home.
        master_keeps_it: True if a call by the master is never sent.
    """

    receiver: _Who
    runs_locally: _Who
    master_keeps_it: bool = False

    def admits(self, *, is_master: bool, from_master: bool) -> bool:
        """Returns True if a received call may run here.

        Args:
            is_master: whether the receiver is the node's network master.
            from_master: whether the caller is.
        """
        return self.receiver.includes(is_master) and (self.receiver is not _Who.PUPPET or from_master)

    def runs_at_home(self, *, is_master: bool) -> bool:
        """Returns True if the call also runs at the caller."""
        return self.runs_locally.includes(is_master)

    def is_sent(self, *, is_master: bool) -> bool:
        """Returns True if the call is sent to other peers."""
        return not (self.master_keeps_it and is_master)


_RULES = {
    RPCMode.RPC_MODE_DISABLED: Rule(_Who.NOBODY, _Who.NOBODY),
    RPCMode.RPC_MODE_REMOTE: Rule(_Who.ANYBODY, _Who.NOBODY),
    RPCMode.RPC_MODE_MASTER: Rule(_Who.MASTER, _Who.MASTER, master_keeps_it=True),
    RPCMode.RPC_MODE_PUPPET: Rule(_Who.PUPPET, _Who.PUPPET),
    RPCMode.RPC_MODE_REMOTESYNC: Rule(_Who.ANYBODY, _Who.ANYBODY),
    RPCMode.RPC_MODE_MASTERSYNC: Rule(_Who.MASTER, _Who.ANYBODY, master_keeps_it=True),
    RPCMode.RPC_MODE_PUPPETSYNC: Rule(_Who.PUPPET, _Who.ANYBODY),
}


def rule_of(mode: RPCMode) -> Rule:
    """Returns the rule of a mode."""
    return _RULES[mode]
