"""Encodes and decodes SPAWN, DESPAWN, SYNC and DELTA.

With these, one side shows its nodes to another. Nodes and synchronizers have net ids, counted by their sender. A
synchronizer that was not spawned is named by its path id instead, with bit 31 set.

Source: `SceneReplicationInterface` of Godot 4.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from wsclient.ground.escape import escape
from wsclient.ground.value import Value
from wsclient.multiplayer.command_error import CommandError
from wsclient.multiplayer.godot4.compressed import decode_all, decode_value, encode_many, encode_value
from wsclient.multiplayer.godot4.scene_commands import CommandCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "CUSTOM_SCENE",
    "IS_PATH_ID",
    "Delta",
    "Spawn",
    "Sync",
    "decode_despawn",
    "decode_spawn",
    "encode_despawn",
    "encode_spawn",
    "is_delta",
    "pack_deltas",
    "pack_syncs",
    "read_deltas",
    "read_syncs",
    "time_of_sync",
]

CUSTOM_SCENE = 255
"""Used as a scene's number if the node is created by `spawn_function`."""
IS_PATH_ID = 0x80000000
"""Set in the id of a synchronizer that is identified by its path id."""

_DELTA_FLAG = 0x10
_U32 = Struct("<I")
_SPAWN = Struct("<BBIIII")
_DESPAWN = Struct("<BI")
_SYNC_HEAD = Struct("<BH")
_SYNC = Struct("<II")
_DELTA = Struct("<IQI")


class Spawn(Value):
    """Announces that a node was created.

    Attributes:
        scene: its number in the spawner's list; `CUSTOM_SCENE` if `spawn_function` makes it.
        spawner: the path id of the MultiplayerSpawner.
        net_id: the net id of the node.
        synchronizers: the net ids of those that belong to the sender.
        name: the name of the node.
        data: the argument of `spawn_function`; None for a scene.
        state: the values of the synchronizers' spawn properties, synchronizer after synchronizer.
    """

    scene: int
    spawner: int
    net_id: int
    synchronizers: tuple[int, ...]
    name: str
    data: object = None
    state: tuple[object, ...] = ()


class Sync(Value):
    """One synchronizer's part of a SYNC.

    It is the encoded values of the properties that are always sent.
    """

    synchronizer: int
    values: bytes


class Delta(Value):
    """One synchronizer's part of a DELTA.

    Bit n of the mask stands for the n-th property that is sent on change.
    """

    synchronizer: int
    mask: int
    values: bytes


def encode_spawn(spawn: Spawn) -> bytes:
    """Encodes a SPAWN.

    Raises:
        TypeError, OverflowError: the data or a value of the state is not a Variant.
    """
    name = spawn.name.encode() + b"\0"
    ids = spawn.synchronizers
    head = _SPAWN.pack(CommandCode.SPAWN, spawn.scene, spawn.spawner, spawn.net_id, len(ids), len(name))
    parts = [head, *map(_U32.pack, ids), name]
    if spawn.scene == CUSTOM_SCENE:
        data = encode_value(spawn.data)
        parts += _U32.pack(len(data)), data
    return b"".join([*parts, encode_many(spawn.state)])


def decode_spawn(packet: bytes) -> Spawn:
    """Reads a SPAWN.

    Raises:
        CommandError: it breaks the format.
    """
    if len(packet) < _SPAWN.size:
        raise CommandError(f"SPAWN of {len(packet)} bytes, at least {_SPAWN.size} are needed")
    _, scene, spawner, net_id, count, name_size = _SPAWN.unpack_from(packet)
    name_start = _SPAWN.size + _U32.size * count
    offset = name_start + name_size
    if offset > len(packet):
        raise CommandError(
            f"SPAWN of {len(packet)} bytes says it has {count} synchronizers and a name of {name_size} bytes"
        )
    ids = tuple(each for (each,) in _U32.iter_unpack(packet[_SPAWN.size : name_start]))
    name = _name_of(packet[name_start:offset])
    data = None
    if scene == CUSTOM_SCENE:
        data, offset = _decode_data(packet, offset)
    try:
        state = decode_all(packet, offset)
    except CommandError as error:
        raise CommandError(f'the state in the SPAWN of "{escape(name, 80)}": {error}') from error
    return Spawn(scene, spawner, net_id, ids, name, data, tuple(state))


def encode_despawn(net_id: int) -> bytes:
    """Encodes a DESPAWN."""
    return _DESPAWN.pack(CommandCode.DESPAWN, net_id)


def decode_despawn(packet: bytes) -> int:
    """Returns the net id of the removed node.

    Raises CommandError if the packet is malformed.
    """
    if len(packet) < _DESPAWN.size:
        raise CommandError(f"DESPAWN of {len(packet)} bytes, at least {_DESPAWN.size} are needed")
    net_id: int = _DESPAWN.unpack_from(packet)[1]
    return net_id


def is_delta(packet: bytes) -> bool:
    """Returns True if a packet of the command SYNC is a DELTA."""
    return bool(packet[0] & _DELTA_FLAG)


def time_of_sync(packet: bytes) -> int:
    """Returns the time of a SYNC.

    It is the low 16 bits of the number of frames that the sender has counted.

    Raises:
        CommandError: the packet is too short.
    """
    if len(packet) < _SYNC_HEAD.size:
        raise CommandError(f"SYNC of {len(packet)} bytes, at least {_SYNC_HEAD.size} are needed")
    time: int = _SYNC_HEAD.unpack_from(packet)[1]
    return time


def read_syncs(packet: bytes) -> Iterator[tuple[int, int, int]]:
    """Iterates over a SYNC.

    Yields the id of each synchronizer, and the start and end of its values.

    Everything yielded before an error is valid. It is not wrapped in `Sync`, and the values are decoded in place.

    Raises:
        CommandError: a part is cut off.
    """
    offset, end = _SYNC_HEAD.size, len(packet)
    while offset < end:
        if offset + _SYNC.size > end:
            raise CommandError(f"SYNC ends within the head of a synchronizer, at byte {end}")
        synchronizer, size = _SYNC.unpack_from(packet, offset)
        start = offset + _SYNC.size
        offset = start + size
        if offset > end:
            raise CommandError(f"SYNC with {size} bytes of values at byte {start}, but it ends at byte {end}")
        yield synchronizer, start, offset


def read_deltas(packet: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Iterates over a DELTA.

    Yields the id of each synchronizer, its mask, and the start and end of its values.

    Raises:
        CommandError: a part is cut off; the parts before it are valid.
    """
    offset, end = 1, len(packet)
    if end < 1 + _DELTA.size:
        raise CommandError(f"DELTA of {end} bytes, at least {1 + _DELTA.size} are needed")
    while offset < end:
        if offset + _DELTA.size > end:
            raise CommandError(f"DELTA ends within the head of a synchronizer, at byte {end}")
        synchronizer, mask, size = _DELTA.unpack_from(packet, offset)
        start = offset + _DELTA.size
        offset = start + size
        if offset > end:
            raise CommandError(f"DELTA with {size} bytes of values at byte {start}, but it ends at byte {end}")
        yield synchronizer, mask, start, offset


def pack_syncs(time: int, syncs: Iterable[Sync], limit: int) -> list[bytes]:
    """Encodes SYNCs into as few packets of `limit` bytes as possible.

    The values of one synchronizer are never split.
    """
    parts = (_SYNC.pack(each.synchronizer, len(each.values)) + each.values for each in syncs)
    return _packed(_SYNC_HEAD.pack(CommandCode.SYNC, time & 0xFFFF), parts, limit)


def pack_deltas(deltas: Iterable[Delta], limit: int) -> list[bytes]:
    """Encodes DELTAs into as few packets of `limit` bytes as possible.

    The values of one synchronizer are never split.
    """
    parts = (_DELTA.pack(each.synchronizer, each.mask, len(each.values)) + each.values for each in deltas)
    return _packed(bytes((CommandCode.SYNC | _DELTA_FLAG,)), parts, limit)


def _packed(head: bytes, parts: Iterable[bytes], limit: int) -> list[bytes]:
    packets: list[bytearray] = []
    for part in parts:
        if not packets or len(packets[-1]) + len(part) > limit:
            packets.append(bytearray(head))
        packets[-1] += part
    return [bytes(packet) for packet in packets]


def _name_of(data: bytes) -> str:
    """Reads a name.

    As in the engine, bytes after its NUL are ignored, and the NUL may be missing.
    """
    try:
        name = data.partition(b"\0")[0].decode()
    except UnicodeDecodeError:
        raise CommandError(f'SPAWN: the name "{escape(data, 80)}" is not UTF-8') from None
    if not name:
        raise CommandError("SPAWN without a name")
    return name


def _decode_data(packet: bytes, offset: int) -> tuple[object, int]:
    if offset + _U32.size > len(packet):
        raise CommandError("SPAWN ends before the size of its data")
    (size,) = _U32.unpack_from(packet, offset)
    start = offset + _U32.size
    if start + size > len(packet):
        raise CommandError(f"SPAWN with {size} bytes of data at byte {start}, but it ends at byte {len(packet)}")
    try:
        return decode_value(packet, start, start + size)[0], start + size
    except CommandError as error:
        raise CommandError(f"the data of a SPAWN: {error}") from error
