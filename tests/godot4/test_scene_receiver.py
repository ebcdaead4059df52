from __future__ import annotations

import logging

import pytest

from tests.support.scripted_peer import ScriptedPeer
from wsclient.godot4 import Node, rpc
from wsclient.godot4.authentication import Authentication
from wsclient.godot4.remote_calls import RemoteCalls
from wsclient.godot4.scene_paths import ScenePaths
from wsclient.godot4.scene_receiver import (
    Admitted,
    Called,
    GotAuth,
    GotBytes,
    Left,
    ListsDiffer,
    Replicated,
    SceneReceiver,
)
from wsclient.godot4.scene_routes import SceneRoutes
from wsclient.ground.refusal_log import RefusalLog
from wsclient.multiplayer.godot4 import scene_commands as commands

NOTHING = "d41d8cd98f00b204e9800998ecf8427e"


class Main(Node):
    @rpc("any_peer")
    def move(self, to): ...


@pytest.fixture
def root():
    root = Node("root")
    root.add_child(Main("Main"))
    return root


@pytest.fixture
def authentication():
    return Authentication(3.0, lambda: 0.0)


@pytest.fixture
def receiver(authentication):
    routes = SceneRoutes(dict.fromkeys([1, 9]))
    routes.peer = ScriptedPeer(5)
    paths = ScenePaths(routes.send_command)
    refused = RefusalLog(logging.getLogger("test"), float)
    return SceneReceiver(
        routes, authentication, paths, RemoteCalls(routes, paths, refused, lambda node, peer_id: True), float
    )


@pytest.mark.parametrize(
    ("packet", "deed"),
    [
        pytest.param(b"\x03xyz", GotBytes(1, b"xyz"), id="bytes"),
        pytest.param(commands.encode_relay(9, b"\x03xyz"), GotBytes(9, b"xyz"), id="relayed-bytes"),
        pytest.param(commands.encode_add_peer(7), Admitted(7), id="peer-came"),
        pytest.param(commands.encode_del_peer(9), Left(9), id="peer-left"),
        pytest.param(commands.encode_auth(b"x"), GotAuth(1, b"x"), id="auth"),
        pytest.param(b"\x05\x01\x00\x00\x00", Replicated(1, b"\x05\x01\x00\x00\x00"), id="replication"),
        pytest.param(commands.encode_simplify_path(NOTHING, 1, "Nobody"), None, id="path"),
    ],
)
def test_returns_the_request_of_a_packet(receiver, root, packet, deed):
    assert receiver.read(root, 1, packet) == deed
    assert receiver.refused_packets == 0


def test_a_call_is_returned_and_not_run(receiver, root):
    called = receiver.read(root, 1, commands.invocation_of_call(0, [3]).by_path("Main"))
    assert isinstance(called, Called)
    assert (called.sender, called.call.args) == (1, (3,))


def test_a_list_that_differs_is_returned_with_its_node(receiver, root):
    packet = commands.encode_simplify_path(NOTHING, 1, "Main")
    assert receiver.read(root, 1, packet) == ListsDiffer(1, root.get_node("Main"))


def test_a_peer_that_authenticates_may_do_nothing_else(receiver, root, authentication, caplog):
    authentication.begin(1)
    assert receiver.read(root, 1, commands.encode_auth(b"x")) == GotAuth(1, b"x")
    assert receiver.read(root, 1, commands.encode_auth()) is None
    assert receiver.read(root, 1, b"\x03x") is None
    assert "sends Raw before it is admitted" in caplog.text
    authentication.finish_here(1)
    assert receiver.read(root, 1, commands.encode_auth()) == Admitted(1)


def test_each_kind_of_refusal_is_logged_once_and_counted(receiver, root, caplog):
    for number in range(640):
        receiver.read(root, 1, commands.invocation_of_call(0, []).by_path(f"Nobody{number % 32}"))
    receiver.read(root, 1, b"")
    assert (len(caplog.records), receiver.refused_packets) == (33, 641)
    receiver.clear()
    receiver.read(root, 1, b"")
    assert len(caplog.records) == 34
