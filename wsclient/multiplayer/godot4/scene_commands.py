"""Encodes and decodes the commands of SceneMultiplayer, except replication.

The low three bits of the first byte are the command, the high four bits are its flags. A call names its node by
number, once the receiver has confirmed it, or by the path written out after the arguments.

Source: modules/multiplayer of Godot 4.3 to 4.6.
"""

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from typing import TYPE_CHECKING, TypeAlias

from wsclient.ground.escape import escape
from wsclient.ground.value import Value
from wsclient.multiplayer.command_bytes import c_string, require
from wsclient.multiplayer.command_error import CommandError
from wsclient.multiplayer.godot4.compressed import decode_many, encode_value
from wsclient.multiplayer.node_reference import NodeById, NodeByPath, NodeReference
from wsclient.multiplayer.session import SERVER_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "MAX_ARGUMENTS",
    "AddPeer",
    "Authenticate",
    "Command",
    "CommandCode",
    "ConfirmPath",
    "DelPeer",
    "Invocation",
    "Raw",
    "Relay",
    "RemoteCall",
    "Replicate",
    "SimplifyPath",
    "decode",
    "decode_assigned_id",
    "encode_add_peer",
    "encode_assigned_id",
    "encode_auth",
    "encode_confirm_path",
    "encode_del_peer",
    "encode_raw",
    "encode_relay",
    "encode_simplify_path",
    "invocation_of_call",
]


MAX_ARGUMENTS = 255  # the count is one byte

_COMMAND = 0x07
_PATH_FOLLOWS = 0x80000000  # bit 31 of the node field: the rest is the offset of the path's text
_ONLY_BYTES = 0x80  # there is no count and no Variant, but one PackedByteArray or no argument
_WIDE_METHOD = 0x40

_U8, _U16, _U32, _I32 = Struct("<B"), Struct("<H"), Struct("<I"), Struct("<i")
_NODE_FIELDS = (_U8, _U16, _U32)  # by bits 4 and 5 of the first byte
_METHOD_FIELDS = (_U8, _U16)  # by bit 6

_SIMPLIFY = Struct("<B32sxI")
_CONFIRM = Struct("<B?I")
_SYS = Struct("<BBi")


class CommandCode(IntEnum):
    """The low bits of a packet's first byte."""

    REMOTE_CALL = 0
    SIMPLIFY_PATH = 1
    CONFIRM_PATH = 2
    RAW = 3
    SPAWN = 4
    DESPAWN = 5
    SYNC = 6
    SYS = 7


class _Sys(IntEnum):
    """The second byte of SYS."""

    AUTH = 0
    ADD_PEER = 1
    DEL_PEER = 2
    RELAY = 3


class RemoteCall(Value):
    """Asks to call the method with this number at this node."""

    node: NodeReference
    method_id: int
    arguments: tuple[object, ...]


class SimplifyPath(Value):
    """Announces that the sender will use this number for this path.

    The checksum is that of the node's `RPCList`.
    """

    checksum: str
    path_id: int
    path: str


class ConfirmPath(Value):
    """Confirms that the sender knows the path of this number.

    It also says whether the sender's list of remote procedures is equal to ours.
    """

    are_lists_equal: bool
    path_id: int


class Raw(Value):
    """Raw bytes of the game, one or more."""

    data: bytes


class Replicate(Value):
    """A packet for `replication_commands`: SPAWN, DESPAWN, SYNC or DELTA."""

    code: CommandCode
    packet: bytes


class Authenticate(Value):
    """Data for the other side's `auth_callback`.

    If it is empty, the sender has finished.
    """

    data: bytes


class AddPeer(Value):
    """Announces another client."""

    peer_id: int


class DelPeer(Value):
    """Announces that another client has left."""

    peer_id: int


class Relay(Value):
    """A packet from one client to others.

    To the server `peer_id` is the target: n one peer, 0 all, -n all but peer n. From the server it is the source.
    """

    peer_id: int
    packet: bytes


Command: TypeAlias = (
    RemoteCall | SimplifyPath | ConfirmPath | Raw | Replicate | Authenticate | AddPeer | DelPeer | Relay
)


class Invocation(Value):
    """A call, encoded except for its node.

    The arguments are encoded only once, for all receivers.
    """

    flags: int
    body: bytes

    def by_id(self, path_id: int) -> bytes:
        """Returns the packet if all receivers have confirmed the number.

        The field of the number is as small as possible.
        """
        size = 0 if path_id <= 0xFF else 1 if path_id <= 0xFFFF else 2
        return self._packet(size, path_id)

    def by_wide_id(self, path_id: int) -> bytes:
        """Returns the packet for a receiver that has confirmed the number.

        Use it if others have not.
        """
        return self._packet(2, path_id)

    def by_path(self, path: str) -> bytes:
        """Returns the packet for the other receivers.

        Raises:
            ValueError: the path contains a NUL or is not valid UTF-8.
        """
        text = c_string(path)
        return self._packet(2, _PATH_FOLLOWS | 1 + _U32.size + len(self.body)) + text

    def _packet(self, size: int, node: int) -> bytes:
        return bytes((self.flags | size << 4,)) + _NODE_FIELDS[size].pack(node) + self.body


def invocation_of_call(method_id: int, arguments: Sequence[object]) -> Invocation:
    """Encodes a call.

    Raises:
        TypeError, OverflowError: an argument is not a Variant; the text says which one, and at which place in it.
        ValueError: more than 255 arguments, or a number that does not fit 16 bits.
    """
    if len(arguments) > MAX_ARGUMENTS:
        raise ValueError(f"{len(arguments)} arguments, a call carries {MAX_ARGUMENTS}")
    if not 0 <= method_id <= 0xFFFF:
        raise ValueError(f"method {method_id}: numbers have 16 bits")
    is_wide = method_id > 0xFF
    method = _METHOD_FIELDS[is_wide].pack(method_id)
    flags = CommandCode.REMOTE_CALL | _WIDE_METHOD * is_wide
    if not arguments:
        return Invocation(flags | _ONLY_BYTES, method)
    if len(arguments) == 1 and isinstance(arguments[0], bytes | bytearray):
        return Invocation(flags | _ONLY_BYTES, method + arguments[0])
    encoded = (_encode_argument(argument, number) for number, argument in enumerate(arguments, 1))
    return Invocation(flags, b"".join([method, bytes((len(arguments),)), *encoded]))


def encode_simplify_path(checksum: str, path_id: int, path: str) -> bytes:
    """Announces the number of a path.

    Raises ValueError if the path contains a NUL or is not valid UTF-8.
    """
    return _SIMPLIFY.pack(CommandCode.SIMPLIFY_PATH, checksum.encode("ascii"), path_id) + c_string(path)


def encode_confirm_path(path_id: int, *, are_lists_equal: bool) -> bytes:
    """Confirms a number, and says whether both sides have the same remote procedures."""
    return _CONFIRM.pack(CommandCode.CONFIRM_PATH, are_lists_equal, path_id)


def encode_raw(data: bytes) -> bytes:
    """Wraps raw bytes of the game.

    Raises ValueError if there are none, because the engine refuses such a packet.
    """
    if not data:
        raise ValueError("an empty packet cannot be sent")
    return bytes((CommandCode.RAW,)) + data


def encode_auth(data: bytes = b"") -> bytes:
    """Wraps data for the other side's `auth_callback`.

    Empty data means that this side has finished.
    """
    return bytes((CommandCode.SYS, _Sys.AUTH)) + data


def encode_add_peer(peer_id: int) -> bytes:
    """Announces a client, as a server does."""
    return _SYS.pack(CommandCode.SYS, _Sys.ADD_PEER, peer_id)


def encode_del_peer(peer_id: int) -> bytes:
    """Announces that a client has left, as a server does."""
    return _SYS.pack(CommandCode.SYS, _Sys.DEL_PEER, peer_id)


def encode_relay(peer_id: int, packet: bytes) -> bytes:
    """Wraps a packet for other clients or, at a server, from another client."""
    return _SYS.pack(CommandCode.SYS, _Sys.RELAY, peer_id) + packet


def encode_assigned_id(peer_id: int) -> bytes:
    """Returns the first message of a server, which is only the client's id."""
    return _I32.pack(peer_id)


def decode_assigned_id(message: bytes) -> int:
    """Reads the first message of a server.

    Raises:
        CommandError: it does not have 4 bytes, or is not the id of a client.
    """
    if len(message) != _I32.size:
        raise CommandError(f"{len(message)} bytes instead of an id, which has {_I32.size}")
    peer_id: int = _I32.unpack(message)[0]
    if peer_id <= SERVER_ID:
        raise CommandError(f"a client cannot have the id {peer_id}")
    return peer_id


def decode(packet: bytes) -> Command:
    """Reads one packet.

    Returns:
        The command. SPAWN, DESPAWN, SYNC and DELTA as `Replicate`, unread.

    Raises:
        CommandError: it breaks the format.
    """
    if not packet:
        raise CommandError("an empty packet")
    match CommandCode(packet[0] & _COMMAND):
        case CommandCode.REMOTE_CALL:
            return _decode_call(packet)
        case CommandCode.SIMPLIFY_PATH:
            return _decode_simplify_path(packet)
        case CommandCode.CONFIRM_PATH:
            return _decode_confirm_path(packet)
        case CommandCode.RAW:
            require(packet, 2, "RAW")
            return Raw(packet[1:])
        case CommandCode.SYS:
            return _decode_sys(packet)
        case code:
            return Replicate(code, packet)


def _encode_argument(value: object, number: int) -> bytes:
    try:
        return encode_value(value)
    except (TypeError, OverflowError) as error:
        raise type(error)(f"argument {number}: {error}") from error


def _decode_call(packet: bytes) -> RemoteCall:
    size = packet[0] >> 4 & 3
    if size == len(_NODE_FIELDS):
        raise CommandError("REMOTE_CALL with a node field of unknown size")
    node_field, method_field = _NODE_FIELDS[size], _METHOD_FIELDS[packet[0] >> 6 & 1]
    start = 1 + node_field.size + method_field.size
    require(packet, start, "REMOTE_CALL")
    (method_id,) = method_field.unpack_from(packet, 1 + node_field.size)
    node, end = _decode_node(packet, node_field.unpack_from(packet, 1)[0])
    return RemoteCall(node, method_id, _decode_arguments(packet, start, end, method_id))


def _decode_node(packet: bytes, field: int) -> tuple[NodeReference, int]:
    """Returns the node, and the offset of the end of the arguments."""
    if not field & _PATH_FOLLOWS:
        return NodeById(field), len(packet)
    offset = field & ~_PATH_FOLLOWS
    if offset >= len(packet):
        raise CommandError(f"a path at offset {offset} in a packet of {len(packet)} bytes")
    return NodeByPath(_text(packet, offset, "REMOTE_CALL")), offset


def _decode_arguments(packet: bytes, start: int, end: int, method_id: int) -> tuple[object, ...]:
    if packet[0] & _ONLY_BYTES:
        return (packet[start:end],) if start < end else ()
    if start >= end:
        raise CommandError(f"REMOTE_CALL of method {method_id} ends before the number of arguments")
    try:
        return tuple(decode_many(packet, start + 1, end, packet[start])[0])
    except CommandError as error:
        raise CommandError(f"REMOTE_CALL of method {method_id} with {packet[start]} arguments: {error}") from error


def _decode_simplify_path(packet: bytes) -> SimplifyPath:
    require(packet, _SIMPLIFY.size, "SIMPLIFY_PATH")
    _, checksum, path_id = _SIMPLIFY.unpack_from(packet)
    return SimplifyPath(checksum.decode("latin-1"), path_id, _text(packet, _SIMPLIFY.size, "SIMPLIFY_PATH"))


def _decode_confirm_path(packet: bytes) -> ConfirmPath:
    require(packet, _CONFIRM.size, "CONFIRM_PATH")
    if len(packet) > _CONFIRM.size:
        raise CommandError(
            f"CONFIRM_PATH of {len(packet)} bytes instead of {_CONFIRM.size}: the sender may be a Godot before 4.3, "
            "which confirms paths, not numbers; calls go on with the path written out"
        )
    _, are_lists_equal, path_id = _CONFIRM.unpack(packet)
    return ConfirmPath(are_lists_equal, path_id)


def _decode_sys(packet: bytes) -> Command:
    require(packet, 2, "SYS")
    kind = packet[1]
    if kind == _Sys.AUTH:
        return Authenticate(packet[2:])
    if kind not in _PEER_NEWS:
        raise CommandError(f"SYS of the unknown kind {kind}")
    name = f"SYS {_Sys(kind).name}"
    require(packet, _SYS.size, name)
    (peer_id,) = _I32.unpack_from(packet, 2)
    if kind == _Sys.RELAY:
        require(packet, _SYS.size + 1, name)
        return Relay(peer_id, packet[_SYS.size :])
    if peer_id <= SERVER_ID:
        raise CommandError(f"{name} with id {peer_id}, which no client has")
    return AddPeer(peer_id) if kind == _Sys.ADD_PEER else DelPeer(peer_id)


_PEER_NEWS = {_Sys.ADD_PEER, _Sys.DEL_PEER, _Sys.RELAY}


def _text(packet: bytes, offset: int, command: str) -> str:
    """Reads a path. Its NUL may be missing at the end of the packet."""
    end = packet.find(0, offset)
    data = packet[offset : len(packet) if end < 0 else end]
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise CommandError(f'{command}: the path "{escape(data, 80)}" is not UTF-8') from None
