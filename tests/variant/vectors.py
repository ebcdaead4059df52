"""The bytes that the real engines wrote and read, as Python values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wsclient import godot4
from wsclient.variant import GODOT_3, GODOT_4, RID, DictionaryKey, EncodedObjectAsID, NodePath
from wsclient.variant.types.component_pools import ComponentsPool
from wsclient.variant.types.components import Components
from wsclient.variant.types.number_pools import NumberPool
from wsclient.variant.types.string_pool import StringPool

if TYPE_CHECKING:
    from wsclient.variant.codec.dialect import Dialect

VECTORS = Path(__file__).parents[1] / "vectors"
NOT_DESCRIBED = "too deep to be described"


@dataclass(frozen=True)
class Vector:
    """One entry.

    Attributes:
        data: the engine's bytes, with zeros in place of its garbage.
        description: what it made of them, or of what it made them; see `built`.
        is_accepted: whether it decoded them.
        full_objects: True if it was asked to encode full objects.
    """

    dialect: Dialect
    name: str
    data: bytes
    description: Any
    decoded: Any
    allow_objects: bool = False
    is_accepted: bool = True
    full_objects: bool = False

    @property
    def has_full_object(self) -> bool:
        """Returns True if it has a full object.

        `EncodedObjectAsID` is the engine's own name for an id.
        """
        text = json.dumps(self.description)
        return '"Object"' in text and not (self.allow_objects and '"EncodedObjectAsID"' in text)

    @property
    def is_too_deep(self) -> bool:
        """Whether only Godot 3.2.3, which has no limit, accepts it."""
        return self.name == "array_depth_1025" and self.is_accepted


def written(dialect: Dialect) -> list[Vector]:
    """Returns the values that the engine encoded."""
    return [
        Vector(
            dialect,
            entry["name"],
            _without_garbage(entry),
            _description(entry),
            entry.get("decoded_json", entry["json"]),
            full_objects=entry.get("full_objects", False),
        )
        for entry in _entries(dialect, "variants")
    ]


def read(dialect: Dialect) -> list[Vector]:
    """Returns bytes made by hand, which the engine decoded or refused."""
    return [
        Vector(
            dialect,
            entry["name"],
            bytes.fromhex(entry["hex"]),
            entry.get("json", NOT_DESCRIBED),
            entry.get("json", NOT_DESCRIBED),
            entry["allow_objects"],
            entry["ok"],
        )
        for entry in _entries(dialect, "decode")
    ]


def built(description: Any) -> Any:
    """Makes the value that a vector describes."""
    if isinstance(description, list):
        return [built(item) for item in description]
    if not isinstance(description, dict):
        return description
    if "typed" in description:
        return _typed(**description)
    ((name, value),) = description.items()
    return _BUILDERS[name](value)


def _entries(dialect: Dialect, kind: str) -> list[dict[str, Any]]:
    name = f"{dialect.name.replace(' ', '').lower()}_{kind}.json"
    entries: list[dict[str, Any]] = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return entries


def _description(entry: dict[str, Any]) -> Any:
    return {"float": "-nan"} if entry["gdscript"] == "-NAN" else entry["json"]  # the file has no sign of it


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


def _typed(typed: Any, Array: Any = None, Dictionary: Any = None) -> Any:  # noqa: N803 - the names in the vectors
    if Dictionary is None:
        return godot4.TypedArray(built(Array), _element_type(typed))
    return godot4.TypedDictionary(_dictionary(Dictionary), *map(_element_type, typed))


def _element_type(typed: Any) -> Any:
    if isinstance(typed, dict):
        (name,) = typed.values()
        return name
    plain = {"String": str, "bool": bool, "int": int, "float": float, "Array": list, "Dictionary": dict}
    return plain.get(typed) or getattr(godot4, typed)


def _unsigned(number: int) -> int:
    return number & (1 << 64) - 1


_BUILDERS: dict[str, Any] = {
    "float": float.fromhex,
    "code_points": lambda codes: "".join(chr(code) if code <= 0x10FFFF else "\ufffd" for code in codes),
    "StringName": godot4.StringName,
    "NodePath": lambda path: NodePath.from_names(path["names"], path["subnames"], absolute=path["absolute"]),
    "RID": lambda number: RID(number or 0),
    "Callable": lambda _: godot4.Callable(),
    "Signal": lambda parts: godot4.Signal(parts[0], _unsigned(parts[1])),
    "EncodedObjectAsID": lambda number: EncodedObjectAsID(_unsigned(number)),
    "Object": _object,
    "Dictionary": _dictionary,
    "PoolByteArray": bytes.fromhex,
    "PackedByteArray": bytes.fromhex,
}
for _row in (*GODOT_3, *GODOT_4):
    if issubclass(_row.python, Components):
        number = float.fromhex if _row.python.FORMAT == "f" else int
        _BUILDERS[_row.python.__name__] = lambda texts, kind=_row.python, number=number: kind.from_components(
            map(number, texts)
        )
    elif issubclass(_row.python, ComponentsPool):
        _BUILDERS[_row.python.__name__] = lambda rows, kind=_row.python: kind(map(_floats, rows))
    elif issubclass(_row.python, StringPool):
        _BUILDERS[_row.python.__name__] = _row.python
    elif issubclass(_row.python, NumberPool):
        number = int if _row.python.TYPECODE in "iq" else float.fromhex
        _BUILDERS[_row.python.__name__] = lambda texts, kind=_row.python, number=number: kind(map(number, texts))
