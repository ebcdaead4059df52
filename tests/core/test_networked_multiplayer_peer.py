"""Tests peers for any network.

They have Godot's names and values; a loopback takes about twenty lines.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest

from wsclient.core.networked_multiplayer_peer import ConnectionStatus, NetworkedMultiplayerPeer, TransferMode
from wsclient.ground.error import Error

# fmt: off


class LoopbackPeer(NetworkedMultiplayerPeer):
    """A server of one: each packet sent comes back at the next poll()."""

    def __init__(self) -> None:
        super().__init__()
        self._sent: deque[bytes] = deque()
        self._inbox: deque[bytes] = deque()

    def poll(self) -> None:
        self._inbox.extend(self._sent)
        self._sent.clear()

    def get_connection_status(self) -> ConnectionStatus: return self.CONNECTION_CONNECTED
    def get_unique_id(self) -> int: return 1
    def get_packet_peer(self) -> int: return 1
    def get_available_packet_count(self) -> int: return len(self._inbox)
    def _get_packet(self) -> bytes: return self._inbox.popleft()

    def _put_packet(self, packet: bytes) -> Error:
        self._sent.append(packet)
        return Error.OK


# fmt: on


@pytest.fixture
def peer() -> LoopbackPeer:
    return LoopbackPeer()


def test_the_loopback_returns_packets_and_variants(peer: LoopbackPeer) -> None:
    assert peer.put_packet(b"bytes") is Error.OK
    assert peer.put_var(["a", 1]) is Error.OK
    assert peer.get_available_packet_count() == 0
    peer.poll()

    assert peer.get_packet() == b"bytes"
    assert peer.get_var() == ["a", 1]
    assert peer.get_packet() == b""
    assert peer.get_packet_error() is Error.ERR_UNAVAILABLE


def test_a_peers_own_poll_may_emit(peer: LoopbackPeer) -> None:
    calls: list[object] = []
    peer.peer_connected.connect(calls.append)
    peer.connect("peer_connected", lambda peer_id: calls.append(f"{peer_id}, later"), flags=peer.CONNECT_DEFERRED)
    peer.on("connection_succeeded", lambda: calls.append("succeeded"))

    peer.peer_connected.emit(1)
    peer.connection_succeeded.emit()

    assert calls == [1, "1, later", "succeeded"]


def test_it_is_abstract() -> None:
    with pytest.raises(TypeError, match="abstract"):
        NetworkedMultiplayerPeer()


@pytest.mark.parametrize(
    "method", ["poll", "get_connection_status", "get_unique_id", "get_packet_peer", "get_available_packet_count"]
)
def test_a_peer_without_one_of_its_methods_cannot_be_made(method: str) -> None:
    incomplete = type("Incomplete", (LoopbackPeer,), {method: getattr(NetworkedMultiplayerPeer, method)})

    with pytest.raises(TypeError, match=method):
        incomplete()


@pytest.mark.parametrize(
    ("enum", "numbers"),
    [
        pytest.param(
            ConnectionStatus,
            {"CONNECTION_DISCONNECTED": 0, "CONNECTION_CONNECTING": 1, "CONNECTION_CONNECTED": 2},
            id="status",
        ),
        pytest.param(
            TransferMode,
            {"TRANSFER_MODE_UNRELIABLE": 0, "TRANSFER_MODE_UNRELIABLE_ORDERED": 1, "TRANSFER_MODE_RELIABLE": 2},
            id="transfer-mode",
        ),
    ],
)
def test_the_enums_are_godots_and_stand_on_the_class_too(enum: Any, numbers: dict[str, int]) -> None:
    assert {member.name: member.value for member in enum} == numbers
    assert {name: getattr(NetworkedMultiplayerPeer, name) for name in numbers} == dict(enum.__members__)


def test_the_targets_are_godots() -> None:
    assert (NetworkedMultiplayerPeer.TARGET_PEER_BROADCAST, NetworkedMultiplayerPeer.TARGET_PEER_SERVER) == (0, 1)


def test_the_signals_are_godots(peer: LoopbackPeer) -> None:
    signals = {each["name"]: [(a["name"], a["type"]) for a in each["args"]] for each in peer.get_signal_list()}

    assert signals == {
        "peer_connected": [("id", int)],
        "peer_disconnected": [("id", int)],
        "server_disconnected": [],
        "connection_succeeded": [],
        "connection_failed": [],
    }


def test_a_fresh_peer_has_godots_values(peer: LoopbackPeer) -> None:
    assert peer.refuse_new_connections is False
    assert peer.transfer_mode is TransferMode.TRANSFER_MODE_RELIABLE
    assert peer._target_peer == 0


def test_the_transfer_mode_has_a_property_a_setter_and_a_getter(peer: LoopbackPeer) -> None:
    peer.transfer_mode = 0
    assert peer.get_transfer_mode() is TransferMode.TRANSFER_MODE_UNRELIABLE
    peer.set_transfer_mode(peer.TRANSFER_MODE_UNRELIABLE_ORDERED)
    assert peer.transfer_mode is TransferMode.TRANSFER_MODE_UNRELIABLE_ORDERED


@pytest.mark.parametrize("wrong", [3, -1, "RELIABLE", None])
def test_another_transfer_mode_is_refused(wrong: Any, peer: LoopbackPeer) -> None:
    with pytest.raises(ValueError, match="TransferMode"):
        peer.transfer_mode = wrong

    assert peer.transfer_mode is TransferMode.TRANSFER_MODE_RELIABLE


def test_refusing_new_connections_has_a_property_a_setter_and_a_getter(peer: LoopbackPeer) -> None:
    peer.set_refuse_new_connections(True)
    assert peer.refuse_new_connections is True
    peer.refuse_new_connections = False
    assert peer.is_refusing_new_connections() is False


@pytest.mark.parametrize("target", [0, 1, -1, 2**31 - 1, -(2**31)])
def test_a_target_is_kept_until_it_changes(target: int, peer: LoopbackPeer) -> None:
    peer.set_target_peer(7)
    peer.set_target_peer(target)

    assert peer._target_peer == target


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        pytest.param(2**31, ValueError, id="too-large"),
        pytest.param(-(2**31) - 1, ValueError, id="too-small"),
        pytest.param("1", TypeError, id="text"),
        pytest.param(1.0, TypeError, id="float"),
    ],
)
def test_another_target_is_refused(wrong: Any, error: type[Exception], peer: LoopbackPeer) -> None:
    peer.set_target_peer(7)

    with pytest.raises(error):
        peer.set_target_peer(wrong)

    assert peer._target_peer == 7
