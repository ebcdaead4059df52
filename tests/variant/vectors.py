"""What the real engine wrote and read, as Python values (godot-wire.md 7)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wsclient.variant import (
    GODOT_3,
    RID,
    DictionaryKey,
    EncodedObjectAsID,
    NodePath,
    PoolColorArray,
    PoolIntArray,
    PoolRealArray,
    PoolStringArray,
    PoolVector2Array,
    PoolVector3Array,
)
from wsclient.variant.codec.type_code import Layout

VECTORS = Path(__file__).parents[1] / "vectors"


@dataclass(frozen=True)
class Vector:
    """One entry.

    Attributes:
        data: the engine's bytes, with zeros where it leaves garbage.
        description: what it made of them, or of what it made them; see `built`.
        is_accepted: whether it decoded them.
    """

    name: str
    data: bytes
    description: Any
    decoded: Any
    allow_objects: bool = False
    is_accepted: bool = True

    @property
    def has_full_object(self) -> bool:
        """Whether a full object is in it; `EncodedObjectAsID` is the engine's own name for an id."""
        text = json.dumps(self.description)
        return '"Object"' in text and not (self.allow_objects and '"EncodedObjectAsID"' in text)


def written() -> list[Vector]:
    """Values that the engine encoded."""
    return [
        Vector(
            entry["name"],
            _without_garbage(entry),
            entry["json"],
            entry.get("decoded_json", entry["json"]),
        )
        for entry in _entries("godot3_variants.json")
    ]


def read() -> list[Vector]:
    """Bytes made by hand, that the engine decoded or refused."""
    return [
        Vector(
            entry["name"],
            bytes.fromhex(entry["hex"]),
            entry.get("json"),
            entry.get("json"),
            entry["allow_objects"],
            entry["ok"],
        )
        for entry in _entries("godot3_decode.json")
    ]


def built(description: Any) -> Any:
    """Makes the value that a vector describes."""
    if isinstance(description, list):
        return [built(item) for item in description]
    if not isinstance(description, dict):
        return description
    ((name, value),) = description.items()
    return _BUILDERS[name](value)


def _entries(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return entries


def _without_garbage(entry: dict[str, Any]) -> bytes:
    data = bytearray.fromhex(entry["hex"])
    for offset in entry.get("undefined_bytes", []):
        data[offset] = 0
    return bytes(data)


def _floats(texts: list[str]) -> list[float]:
    return [float.fromhex(text) for text in texts]


def _dictionary(pairs: list[list[Any]]) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key, value in pairs:
        plain = built(key)
        result[DictionaryKey(plain) if plain in result else plain] = built(value)
    return result


def _object(parts: dict[str, Any]) -> EncodedObjectAsID:
    assert parts["class"] == "EncodedObjectAsID", "no other object can be decoded"
    return EncodedObjectAsID(dict(parts["properties"])["object_id"])


_BUILDERS: dict[str, Any] = {
    "float": float.fromhex,
    "code_points": lambda codes: "".join(chr(code) if code <= 0x10FFFF else "\ufffd" for code in codes),
    "NodePath": lambda path: NodePath.from_names(path["names"], path["subnames"], absolute=path["absolute"]),
    "RID": lambda _: RID(),
    "EncodedObjectAsID": EncodedObjectAsID,
    "Object": _object,
    "Dictionary": _dictionary,
    "PoolByteArray": bytes.fromhex,
    "PoolIntArray": PoolIntArray,
    "PoolRealArray": lambda texts: PoolRealArray(_floats(texts)),
    "PoolStringArray": PoolStringArray,
}
for _row in GODOT_3:
    if _row.layout is Layout.COMPONENTS:
        _BUILDERS[_row.python.__name__] = lambda texts, kind=_row.python: kind.from_components(_floats(texts))
for _pool in (PoolVector2Array, PoolVector3Array, PoolColorArray):
    _BUILDERS[_pool.__name__] = lambda rows, kind=_pool: kind(map(_floats, rows))
