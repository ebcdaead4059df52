"""Values that travel to the real engine and back through put_var and get_var."""

from __future__ import annotations

import random
import struct

import pytest

from tests.support.godot3 import Godot, drive
from tests.support.ports import free_port
from wsclient import WebSocketClient
from wsclient.variant import (
    AABB,
    Basis,
    Color,
    NodePath,
    Plane,
    PoolColorArray,
    PoolIntArray,
    PoolRealArray,
    PoolStringArray,
    PoolVector2Array,
    PoolVector3Array,
    Quat,
    Rect2,
    Transform,
    Transform2D,
    Vector2,
    Vector3,
    decode,
    encode,
)

VALUES = 10_000
AT_ONCE = 500


class Values:
    """Random values, nested; what needs 32-bit components has them."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        leaves = [
            lambda: None,
            lambda: self._random.random() < 0.5,
            lambda: self._random.randrange(-(2**63), 2**63),
            lambda: self._random.randrange(-1000, 1000),
            lambda: struct.unpack("<d", self._random.randbytes(8))[0],
            self.f32,
            self.text,
            self.vector2,
            self.vector3,
            lambda: Rect2(self.vector2(), self.vector2()),
            lambda: Transform2D(self.vector2(), self.vector2(), self.vector2()),
            lambda: Plane(self.vector3(), self.f32()),
            lambda: Quat(self.f32(), self.f32(), self.f32(), self.f32()),
            lambda: AABB(self.vector3(), self.vector3()),
            self.basis,
            lambda: Transform(self.basis(), self.vector3()),
            self.color,
            lambda: NodePath(f"/a{self._random.randrange(99)}/b:c"),
            lambda: self._random.randbytes(self._random.randrange(9)),
            lambda: PoolIntArray(self.several(lambda: self._random.randrange(-(2**31), 2**31))),
            lambda: PoolRealArray(self.several(self.f32)),
            lambda: PoolStringArray(self.several(self.text)),
            lambda: PoolVector2Array(self.several(self.vector2)),
            lambda: PoolVector3Array(self.several(self.vector3)),
            lambda: PoolColorArray(self.several(self.color)),
        ]
        self._leaves = leaves

    def value(self, depth=0):
        kind = self._random.random()
        if kind < 0.7 or depth == 4:
            return self._random.choice(self._leaves)()
        if kind < 0.85:
            return self.several(lambda: self.value(depth + 1))
        keys = [self.text, self.vector2, lambda: self._random.randrange(1000)]
        return {self._random.choice(keys)(): self.value(depth + 1) for _ in range(self._random.randrange(5))}

    def several(self, make):
        return [make() for _ in range(self._random.randrange(5))]

    def f32(self):
        return struct.unpack("<f", struct.pack("<f", self._random.uniform(-1e6, 1e6)))[0]

    def text(self):
        alphabet = 'aZ09 _/:\n"\\éß漢🎮'
        return "".join(self._random.choices(alphabet, k=self._random.randrange(9)))

    def vector2(self):
        return Vector2(self.f32(), self.f32())

    def vector3(self):
        return Vector3(self.f32(), self.f32(), self.f32())

    def basis(self):
        return Basis(self.vector3(), self.vector3(), self.vector3())

    def color(self):
        return Color(self.f32(), self.f32(), self.f32(), self.f32())


@pytest.fixture(params=["mp", "plain"])
def echo_client(request, tmp_path):
    """Makes a client of the server that sends each value back, in both modes.

    Also returns a function that polls both.
    """
    port = free_port()
    with Godot("server", "-s", "lowlevel.gd", str(port), request.param, home=tmp_path) as server:
        drive(lambda: server.events, server)
        with WebSocketClient() as client:
            joined = []
            client.connection_succeeded.connect(lambda: joined.append(True))
            client.connection_established.connect(lambda protocol: joined.append(True))
            client.connect_to_url(f"ws://127.0.0.1:{port}", gd_mp_api=request.param == "mp")
            drive(lambda: joined, client, server)
            client.set_target_peer(1)
            yield client, lambda until: drive(until, client, server)


@pytest.mark.untraced
def test_ten_thousand_random_nested_values_come_back_equal(echo_client):
    client, drive_both = echo_client
    values = Values(seed=4)
    kinds = set()
    for _ in range(VALUES // AT_ONCE):
        sent = [values.value() for _ in range(AT_ONCE)]
        kinds.update(map(type, sent))
        for value in sent:
            assert not client.put_var(value)
        drive_both(lambda: client.get_available_packet_count() == AT_ONCE)
        received = [client.get_var() for _ in range(AT_ONCE)]
        assert [encode(value).hex() for value in received] == [encode(value).hex() for value in sent]
        # Equal as values too, but for a NaN, which equals nothing.
        assert [
            value for value, back in zip(sent, received, strict=True) if value != back and not _has_nan(value)
        ] == []
    assert len(kinds) == 25  # all but RID and Object


def _has_nan(value):
    return "nan" in repr(value)


def test_the_engine_reads_values_as_we_do(echo_client):
    client, drive_both = echo_client
    value = {"players": [{"name": "Ada", "pos": Vector2(0.5, -1.25)}], 7: None}
    client.put_var(value)
    drive_both(client.get_available_packet_count)
    assert decode(client.get_packet()) == value
