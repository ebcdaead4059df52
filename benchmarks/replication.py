"""Compares the cost of Godot 4's replication with that of the engine.

Run it with `python -m benchmarks.replication`.

Compares decoding a SYNC of 50 nodes and encoding a DELTA of 50 with `bytes_to_var` and `var_to_bytes` of the same
values in the engine, and a `poll()` that receives the SYNC of 100 nodes with only decoding the same bytes. The fastest
of many short rounds counts, because other programs only add time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from wsclient import Error, NetworkedMultiplayerPeer
from wsclient.godot4 import (
    MultiplayerSpawner,
    MultiplayerSynchronizer,
    Node,
    SceneMultiplayer,
    SceneReplicationConfig,
    Vector2,
)
from wsclient.multiplayer.godot4.compressed import decode_many, encode_many
from wsclient.multiplayer.godot4.replication_commands import (
    Delta,
    Spawn,
    Sync,
    encode_spawn,
    pack_deltas,
    pack_syncs,
    read_syncs,
)
from wsclient.multiplayer.godot4.rpc_list import RPCList
from wsclient.multiplayer.godot4.scene_commands import encode_simplify_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.core.networked_multiplayer_peer import ConnectionStatus

__all__ = ["Figures", "main", "measure"]

PROJECT = Path(__file__).parent / "godot4"
ENGINE_VARIABLE = "GODOT4"
ROUNDS = 400
NODES, MANY_NODES = 50, 100
LIMIT = 1350  # bytes in a packet, as in the engine

Figures = dict[str, float]
"""Microseconds, by the name of the work."""


class _Moving(Node):
    """A node with two properties that are always sent."""

    def __init__(self) -> None:
        super().__init__()
        self.position, self.alive = Vector2(), True
        config = SceneReplicationConfig()
        config.add_property(".:position")
        config.add_property(".:alive")
        self.add_child(MultiplayerSynchronizer("Sync")).replication_config = config


class _Peer(NetworkedMultiplayerPeer):
    """Delivers packets from a server."""

    def __init__(self) -> None:
        super().__init__()
        self.inbox: deque[bytes] = deque()

    def poll(self) -> None:
        pass

    def get_connection_status(self) -> ConnectionStatus:
        return self.CONNECTION_CONNECTED

    def get_unique_id(self) -> int:
        return 2

    def get_packet_peer(self) -> int:
        return 1

    def get_available_packet_count(self) -> int:
        return len(self.inbox)

    def _get_packet(self) -> bytes:
        return self.inbox.popleft()

    def _put_packet(self, packet: bytes) -> Error:
        return Error.OK


def measure() -> Figures:
    """Measures wsclient."""
    values = [(number, f"player {number}", {"score": number}) for number in range(NODES)]

    def encode() -> None:
        pack_deltas([Delta(2 + 2 * number, 7, encode_many(each)) for number, each in enumerate(values)], 65535)

    few, many = _syncs(NODES, 1), _syncs(MANY_NODES, 1)
    return {
        "decode": _fastest(lambda: _decode(few)),
        "encode": _fastest(encode),
        "bare": _fastest(lambda: _decode(many)),
        "poll": _poll_time(),
    }


def measure_engine(program: str) -> Figures:
    """Measures the engine."""
    command = [program, "--headless", "--path", str(PROJECT), "-s", "replication.gd"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("TOOK ")]
    decode, encode = line.split()[1:]
    return {"decode": float(decode), "encode": float(encode)}


def _syncs(nodes: int, time_: int) -> list[bytes]:
    states = [Sync(2 + 2 * number, encode_many([Vector2(number, time_), True])) for number in range(nodes)]
    return pack_syncs(time_, states, LIMIT)


def _decode(packets: list[bytes]) -> None:
    for packet in packets:
        for _, start, end in read_syncs(packet):
            decode_many(packet, start, end, 2)


def _poll_time() -> float:
    """Returns the duration of a `poll()` that sets the properties of many nodes."""
    peer, multiplayer = _game_of(MANY_NODES)
    found = []
    for number in range(1, ROUNDS):
        peer.inbox += _syncs(MANY_NODES, number)
        start = time.perf_counter()
        multiplayer.poll()
        found.append(time.perf_counter() - start)
    return min(found) * 1e6


def _game_of(nodes: int) -> tuple[_Peer, SceneMultiplayer]:
    """Returns a client on which a server has spawned this many nodes."""
    root = Node("root")
    things, spawner = root.add_child(Node("Things")), root.add_child(MultiplayerSpawner("Spawner"))
    spawner.spawn_path = "../Things"
    spawner.add_spawnable_scene(_Moving)
    multiplayer, peer = SceneMultiplayer(), _Peer()
    multiplayer.root_node, multiplayer.multiplayer_peer = root, peer
    peer.emit("peer_connected", 1)
    peer.inbox.append(encode_simplify_path(RPCList().checksum, 1, "Spawner"))
    for number in range(nodes):
        state = (Vector2(), True)
        peer.inbox.append(encode_spawn(Spawn(0, 1, 1 + 2 * number, (2 + 2 * number,), f"N{number}", None, state)))
    multiplayer.poll()
    assert things.get_child_count() == nodes
    return peer, multiplayer


def _fastest(work: Callable[[], None]) -> float:
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found) * 1e6


def main() -> None:
    ours = measure()
    program = next(filter(None, map(shutil.which, filter(None, [os.environ.get(ENGINE_VARIABLE), "godot4"]))), None)
    engine = measure_engine(program) if program else {}
    print("| Work | wsclient | Godot 4 | times |")
    print("|---|--:|--:|--:|")
    for key, what in {
        "decode": f"decode a SYNC of {NODES} nodes",
        "encode": f"encode a DELTA of {NODES} nodes",
    }.items():
        theirs = engine.get(key)
        print(
            f"| {what} | {ours[key]:.0f} µs | "
            + (f"{theirs:.0f} µs | {ours[key] / theirs:.1f} |" if theirs else "- | - |")
        )
    print(f"\nA poll() that takes the SYNC of {MANY_NODES} nodes: {ours['poll']:.0f} µs,")
    print(f"{ours['poll'] / ours['bare']:.2f} times the bare decoding of the same bytes, {ours['bare']:.0f} µs.")
    if not program:
        print(f"\nThere is no Godot 4 here: name one in {ENGINE_VARIABLE}, or put it on the path as godot4.")


if __name__ == "__main__":
    main()
