"""Godot 4's global functions for the bytes of Variants."""

from __future__ import annotations

from wsclient.variant import GODOT_4, decode, encode

__all__ = ["bytes_to_var", "bytes_to_var_with_objects", "var_to_bytes", "var_to_bytes_with_objects"]


def var_to_bytes(variable: object) -> bytes:
    """Encodes a value as Godot 4 does.

    Typed containers of objects are encoded without the name of their class.

    Raises:
        TypeError: something in the value is not a Variant; the text has its path, `["players"][3]["pos"]`.
        OverflowError: a number does not fit; the text has its path too.
        VariantError: it is nested over 1024 deep.
    """
    return encode(variable, dialect=GODOT_4)


def var_to_bytes_with_objects(variable: object) -> bytes:
    """Encodes a value like `var_to_bytes`, with the classes of typed containers.

    A typed container of objects is encoded with the name of its class or script.
    """
    return encode(variable, full_objects=True, dialect=GODOT_4)


def bytes_to_var(bytes: bytes | bytearray | memoryview) -> object:  # the name is Godot's
    """Decodes the value at the start of the bytes, as Godot 4 does.

    Bytes after the value are ignored. Objects are not created: the id of one becomes an `EncodedObjectAsID`.

    Raises:
        VariantError: the bytes are not a Variant, or are a full object.
    """
    return decode(bytes, dialect=GODOT_4)


def bytes_to_var_with_objects(bytes: bytes | bytearray | memoryview) -> object:
    """Decodes a value like `bytes_to_var`, with the classes of typed containers.

    A typed container of objects keeps the name of its class or script. Full objects are still refused, because no
    class of Godot exists here.
    """
    return decode(bytes, allow_objects=True, dialect=GODOT_4)
