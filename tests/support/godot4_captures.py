"""Reads conversations of real Godot 4.6.3 engines.

They are in `tests/vectors/captures/godot4`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from wsclient.ground.value import Value

__all__ = ["ALL_CAPTURES", "CapturedPacket", "captured_packets"]

_FOLDER = Path(__file__).parent.parent / "vectors" / "captures" / "godot4"

_BINARY = 2
_NO_SCENE_MULTIPLAYER = {"websocketpeer", "websocketpeer_subprotocol"}

ALL_CAPTURES = tuple(sorted(path.stem for path in _FOLDER.glob("*.json") if path.stem not in _NO_SCENE_MULTIPLAYER))


class CapturedPacket(Value):
    """One binary message.

    Attributes:
        connection: which client's, 1, 2, ..
        direction: "c2s" or "s2c".
        meaning: what it says, in words. An id is "assigned peer id N".
    """

    capture: str
    connection: int
    direction: str
    data: bytes
    meaning: str

    @property
    def is_id(self) -> bool:
        """True for the first message of a server, which is no packet."""
        return self.meaning.startswith("assigned peer id")


@cache
def captured_packets(*names: str) -> tuple[CapturedPacket, ...]:
    """Returns the messages of these captures, in order; of all if none is named."""
    return tuple(
        CapturedPacket(name, row["conn"], row["dir"], bytes.fromhex(row["hex"]), row["meaning"])
        for name in names or ALL_CAPTURES
        for row in json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        if row["opcode"] == _BINARY
    )
