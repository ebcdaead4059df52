"""MultiplayerAPI's five commands, the packets of Godot 3.1 to 3.6.

A call or a set names its node by number, once the receiver has confirmed it, or by the path written out after the
arguments. Bytes in, commands out, and back.

Source: core/io/multiplayer_api.cpp of Godot 3.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import TYPE_CHECKING

from wsclient.ground.value import Value
from wsclient.multiplayer.command_bytes import c_string, require
from wsclient.multiplayer.command_error import CommandError, shown
from wsclient.multiplayer.node_reference import NodeById, NodeByPath, NodeReference
from wsclient.variant import VariantError, decode_from
from wsclient.variant import encode as encode_variant

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "MAX_ARGUMENTS",
    "Command",
    "ConfirmPath",
    "Invocation",
    "Raw",
    "RemoteCall",
    "RemoteSet",
    "SimplifyPath",
    "decode",
    "encode_confirm_path",
    "encode_raw",
    "encode_simplify_path",
    "invocation_of_call",
    "invocation_of_set",
]

MAX_ARGUMENTS = 255  # the count is one byte
_MAX_VALUES = 65_536  # in one argument, so that no packet can stop a frame

_U32 = struct.Struct("<I")
_NODE_OFFSET = 1
_NAME_OFFSET = 5
_SMALLEST_INVOCATION = 6
_PATH_FOLLOWS = 0x80000000  # bit 31 of the node field: the rest is the offset of the path's text


class _Code(IntEnum):
    """The first byte of a packet."""

    REMOTE_CALL = 0
    REMOTE_SET = 1
    SIMPLIFY_PATH = 2
    CONFIRM_PATH = 3
    RAW = 4


class RemoteCall(Value):
    """Asks to call this method of this node."""

    node: NodeReference
    method: str
    arguments: tuple[object, ...]


class RemoteSet(Value):
    """Asks to set this property of this node."""

    node: NodeReference
    name: str
    value: object


class SimplifyPath(Value):
    """Announces that the sender will call this path by this number."""

    path_id: int
    path: str


class ConfirmPath(Value):
    """Confirms that the sender knows the number of this path."""

    path: str


class Raw(Value):
    """Raw bytes of the game, one or more."""

    data: bytes


Command = RemoteCall | RemoteSet | SimplifyPath | ConfirmPath | Raw


class Invocation:
    """A call or a set, encoded except for its node.

    The arguments are encoded only once, for all receivers.
    """

    __slots__ = ("_body", "_code")  # not a Value, which takes four times as long to create: there is one for each call

    def __init__(self, code: _Code, body: bytes) -> None:
        self._code = bytes((code,))
        self._body = body

    def by_id(self, path_id: int) -> bytes:
        """Returns the packet for receivers that have confirmed the path."""
        return self._code + _U32.pack(path_id) + self._body

    def by_path(self, path: str) -> bytes:
        """Returns the packet for the other receivers.

        Raises:
            ValueError: the path contains a NUL or is not valid UTF-8.
        """
        return self.by_id(_PATH_FOLLOWS | _NAME_OFFSET + len(self._body)) + c_string(path)


def invocation_of_call(method: str, arguments: Sequence[object]) -> Invocation:
    """Encodes a call.

    Raises:
        TypeError, OverflowError: an argument is not a Variant; the text says which one, and at which place in it.
        ValueError: more than 255 arguments, or the name contains a NUL or is not valid UTF-8.
    """
    if len(arguments) > MAX_ARGUMENTS:
        raise ValueError(f"{len(arguments)} arguments, a call carries {MAX_ARGUMENTS}")
    parts = [c_string(method), bytes((len(arguments),))]
    try:
        for argument in arguments:
            parts.append(encode_variant(argument))  # noqa: PERF401 - the number of parts says which argument failed
    except (TypeError, OverflowError, VariantError) as error:
        raise _placed(error, f"argument {len(parts) - 1} of {method!r}") from error
    return Invocation(_Code.REMOTE_CALL, b"".join(parts))


def invocation_of_set(name: str, value: object) -> Invocation:
    """Encodes the setting of a property.

    Raises:
        TypeError, OverflowError: a value that is not a Variant; the text names the place.
        ValueError: the name contains a NUL or is not valid UTF-8.
    """
    try:
        return Invocation(_Code.REMOTE_SET, c_string(name) + encode_variant(value))
    except (TypeError, OverflowError, VariantError) as error:
        raise _placed(error, f"the value of {name!r}") from error


def encode_simplify_path(path_id: int, path: str) -> bytes:
    """Announces the number of a path.

    Raises ValueError if the path contains a NUL or is not valid UTF-8.
    """
    return bytes((_Code.SIMPLIFY_PATH,)) + _U32.pack(path_id) + c_string(path)


def encode_confirm_path(path: str) -> bytes:
    """Confirms a path as it was announced.

    Raises ValueError if the path contains a NUL or is not valid UTF-8.
    """
    return bytes((_Code.CONFIRM_PATH,)) + c_string(path)


def encode_raw(data: bytes) -> bytes:
    """Wraps raw bytes of the game.

    Raises ValueError if there are none, because the engine refuses such a packet.
    """
    if not data:
        raise ValueError("an empty packet cannot be sent")
    return bytes((_Code.RAW,)) + data


def decode(packet: bytes) -> Command | None:
    """Reads one packet.

    Returns:
        The command; None for a number that is unknown to Godot 3, which ignores it silently.
        Bytes after the last argument are ignored.

    Raises:
        CommandError: the packet breaks the format in any other way.
    """
    if not packet:
        raise CommandError("an empty packet")
    match packet[0]:
        case _Code.REMOTE_CALL:
            return _decode_call(packet)
        case _Code.REMOTE_SET:
            return _decode_set(packet)
        case _Code.SIMPLIFY_PATH:
            require(packet, _NAME_OFFSET, "SIMPLIFY_PATH")
            return SimplifyPath(_U32.unpack_from(packet, _NODE_OFFSET)[0], _path_at(packet, _NAME_OFFSET))
        case _Code.CONFIRM_PATH:
            require(packet, 2, "CONFIRM_PATH")
            return ConfirmPath(_path_at(packet, 1))
        case _Code.RAW:
            require(packet, 2, "RAW")
            return Raw(packet[1:])
        case _:
            return None


def _decode_call(packet: bytes) -> RemoteCall:
    node, method, offset = _decode_head(packet, "REMOTE_CALL")
    if offset >= len(packet):
        raise CommandError(f"REMOTE_CALL of {shown(method)} ends before the number of arguments")
    arguments = []
    count = packet[offset]
    offset += 1
    for number in range(1, count + 1):
        value, offset = _variant_at(packet, offset, f"argument {number} of {count} of {shown(method)}")
        arguments.append(value)
    return RemoteCall(node, method, tuple(arguments))


def _decode_set(packet: bytes) -> RemoteSet:
    node, name, offset = _decode_head(packet, "REMOTE_SET")
    value, _ = _variant_at(packet, offset, f"the value of {shown(name)}")
    return RemoteSet(node, name, value)


def _decode_head(packet: bytes, command: str) -> tuple[NodeReference, str, int]:
    """Returns the node, the name, and the offset of the rest."""
    require(packet, _SMALLEST_INVOCATION, command)
    node = _decode_node(packet)
    end = packet.find(0, _NAME_OFFSET)
    if end < 0:
        raise CommandError(f"{command}: the name does not end")
    return node, _text(packet[_NAME_OFFSET:end], "name"), end + 1


def _decode_node(packet: bytes) -> NodeReference:
    (field,) = _U32.unpack_from(packet, _NODE_OFFSET)
    if not field & _PATH_FOLLOWS:
        return NodeById(field)
    offset = field & ~_PATH_FOLLOWS
    if offset >= len(packet):
        raise CommandError(f"a path at offset {offset} in a packet of {len(packet)} bytes")
    return NodeByPath(_path_at(packet, offset))


def _placed(error: TypeError | OverflowError | VariantError, place: str) -> Exception:
    """Returns the error with the place of the value that caused it."""
    if isinstance(error, VariantError):
        return VariantError(error.error, f"{place}: {error.reason}", error.offset)
    return type(error)(f"{place}: {error}")


def _variant_at(packet: bytes, offset: int, what: str) -> tuple[object, int]:
    try:
        return decode_from(packet, offset, max_items=_MAX_VALUES)
    except VariantError as error:
        raise CommandError(f"{what}: {error}") from error


def _path_at(packet: bytes, offset: int) -> str:
    """Returns the text of a path.

    Its NUL may be missing at the end of the packet.
    """
    end = packet.find(0, offset)
    return _text(packet[offset : len(packet) if end < 0 else end], "path")


def _text(data: bytes, what: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise CommandError(f"the {what} is not UTF-8: {error}") from error
