"""Reads conversations of real Godot 3.2.3 engines from `tests/vectors/captures`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["CAPTURES", "CapturedMessage", "captured_messages"]

_FOLDER = Path(__file__).parent.parent / "vectors" / "captures"

CAPTURES = ("connect", "kicked", "probe_basic", "probe_lazy", "routing", "rpc_client", "second_peer")

_BINARY = 2


@dataclass(frozen=True, slots=True)
class CapturedMessage:
    """One binary message.

    Attributes:
        connection: which client's, 1, 2, ..
        direction: "c2s" or "s2c".
        meaning: what it says, in words.
    """

    capture: str
    connection: int
    direction: str
    data: bytes
    meaning: str


@cache
def captured_messages(*names: str) -> tuple[CapturedMessage, ...]:
    """Returns the messages of these captures in order; of all if none is named."""
    return tuple(
        CapturedMessage(name, row["conn"], row["dir"], bytes.fromhex(row["hex"]), row["meaning"])
        for name in names or CAPTURES
        for row in json.loads((_FOLDER / f"{name}.json").read_text())
        if row["opcode"] == _BINARY
    )
