"""Uses Godot 4's names as users do.

Nothing here is run: type checkers read it.
"""

from __future__ import annotations

from typing import assert_type

from wsclient.godot4 import (
    Error,
    MultiplayerSpawner,
    MultiplayerSynchronizer,
    Node,
    NodePath,
    Project,
    SceneMultiplayer,
    SceneReplicationConfig,
    TLSOptions,
    Vector2,
    WebSocketMultiplayerPeer,
    WebSocketPeer,
    rpc,
)


class Player(Node):
    position = Vector2()

    def _enter_tree(self) -> None:
        self.set_multiplayer_authority(int(self.name))

    @rpc("any_peer", "call_local", "unreliable", 2)
    def hurt(self, by: int, times: int = 1) -> int:
        return by * times

    @rpc
    def bare(self) -> None: ...

    @rpc("any_peer", channel=3)
    def who(self) -> None:
        assert_type(self.multiplayer.get_remote_sender_id(), int)


class Tank(Player):
    @rpc("any_peer")
    def shoot(self, at: Vector2) -> bool:
        return super().hurt(1) > 0


def nodes(root: Node, multiplayer: SceneMultiplayer) -> None:
    player = root.add_child(Player("7"), force_readable_name=True)
    assert_type(player, Player)
    assert_type(player.hurt(5), int)
    assert_type(player.hurt.rpc(5), Error)
    assert_type(player.hurt.rpc_id(1, 5, times=2), Error)
    player.bare.rpc()
    assert_type(player.rpc("hurt", 5), Error)
    assert_type(player.rpc_id(1, "hurt", 5), Error)
    assert_type(root.get_node("7"), Node | None)
    assert_type(player.get_parent(), Node | None)
    assert_type(player.multiplayer, SceneMultiplayer)
    assert_type(player.is_multiplayer_authority() and player.is_inside_tree(), bool)
    player.rpc_config("plain", {"rpc_mode": SceneMultiplayer.RPC_MODE_ANY_PEER})
    player.queue_free()
    Tank().shoot.rpc(Vector2(1, 2))


def session(peer: WebSocketMultiplayerPeer) -> None:
    multiplayer = SceneMultiplayer()
    multiplayer.root_node = Node("root")
    assert_type(peer.create_client("wss://x", TLSOptions.client("chain.pem")), Error)
    multiplayer.multiplayer_peer = peer
    assert_type(peer.create_server(9080, "*", TLSOptions.server("private.key", "certificate.crt")), Error)
    assert_type(peer.get_peer_address(2) + str(peer.get_peer_port(2) + peer.get_local_port()), str)
    multiplayer.peer_connected.connect(lambda peer_id: print(peer_id + 1))
    multiplayer.peer_packet.connect(lambda peer_id, packet: print(peer_id + 1, packet.hex()))
    multiplayer.rpc_lists_differ.connect(lambda peer_id, path: print(peer_id + 1, path.upper()))
    multiplayer.auth_callback = lambda peer_id, data: multiplayer.complete_auth(peer_id)
    assert_type(multiplayer.send_auth(1, b"x"), Error)
    assert_type(multiplayer.send_bytes(b"x", -2), Error)
    assert_type(multiplayer.get_peers() + multiplayer.get_authenticating_peers(), list[int])
    assert_type(SceneMultiplayer().root_node, Node | None)
    multiplayer.disconnect_peer(2)
    multiplayer.poll()


def low_level() -> None:
    peer = WebSocketPeer()
    peer.supported_protocols = ["a"]
    assert_type(peer.connect_to_url("ws://x"), Error)
    peer.poll()
    if peer.get_ready_state() == WebSocketPeer.STATE_OPEN:
        assert_type(peer.send_text("x"), Error)
    assert_type(peer.get_packet(), bytes)
    peer.close(4000, "bye")


def worlds(root: Node) -> None:
    spawner = root.add_child(MultiplayerSpawner("Spawner"))
    spawner.spawn_path = "../Players"
    spawner.spawn_path = NodePath("../Players")
    spawner.spawn_limit = 8
    spawner.add_spawnable_scene(lambda: Player("7"))
    spawner.spawn_function = lambda data: Player(str(data))
    assert_type(spawner.spawn({"name": "a"}), Node | None)
    spawner.spawned.connect(lambda node: print(node.name))
    spawner.despawned.connect(lambda node: print(node.name))

    config = SceneReplicationConfig()
    config.add_property(".:position")
    config.property_set_replication_mode(".:position", config.REPLICATION_MODE_ON_CHANGE)
    config.property_set_spawn(NodePath(".:position"), False)
    assert_type(config.get_properties(), list[NodePath])

    sync = root.add_child(MultiplayerSynchronizer())
    sync.replication_config = config
    sync.replication_interval = sync.delta_interval = 0.05
    sync.public_visibility = False
    sync.set_visibility_for(5, True)
    sync.add_visibility_filter(lambda peer: peer > 1)
    sync.synchronized.connect(lambda: None)
    sync.visibility_changed.connect(lambda peer: print(peer + 1))


def projects() -> None:
    project = Project("game")
    assert_type(project.rpc_names("res://player.gd"), list[str])
    assert_type(project.check(Player, "res://player.gd"), list[str])
    assert_type(project.node_class("res://player.gd"), type[Node])
    assert_type(project.replication("res://player.tscn", "Sync"), SceneReplicationConfig)
    assert_type(project.spawn_list("res://world.tscn", "Spawner"), list[str])
    assert_type(project.autoloads, dict[str, str])
    assert_type(project.doubts, list[str])
    print(*(node.path for node in project.scene("res://world.tscn").of_type("MultiplayerSynchronizer")))
