#!/bin/sh
# A node is spawned for peers b and c. Its synchronizer has the visibility filter func(id): return id != b. Who gets the node?
#
# Guess: c alone.
# Seen:  Both. The engine asks about peer 0 first. As 0 is not b, the answer is true, which means everybody, and no peer is asked about.
#        With "id != 0 and id != b", it then asks about each peer, and c alone gets the node.
# With:  Godot 4.6.3 of Debian sid
set -eu
repository=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
test -n "${GODOT4:-}" || { "$repository/.ci/install-godot4" "$folder/engine" > log; GODOT4=$folder/engine/godot4; }
export HOME="$folder"
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > filters.gd <<'GD'
# A server and its peers b and c, each in its own branch of one tree.
extends SceneTree

var b = 0
var c = 0
var asked = {"without 0": [], "with 0": []}

func without_0(id):
    note("without 0", id)
    return id != b

func with_0(id):
    note("with 0", id)
    return id != 0 and id != b

func note(filter, id):
    var name = {0: "0", b: "b", c: "c"}.get(id, str(id))
    if name not in asked[filter]:
        asked[filter].append(name)

func make(kind, is_server):
    var node = Node.new()
    node.name = kind
    var synchronizer = MultiplayerSynchronizer.new()
    synchronizer.name = "Synchronizer"
    synchronizer.replication_config = SceneReplicationConfig.new()
    if is_server and kind == "without 0":
        synchronizer.add_visibility_filter(without_0)
    elif is_server and kind == "with 0":
        synchronizer.add_visibility_filter(with_0)
    node.add_child(synchronizer)
    return node

func branch(name, peer):
    var node = Node.new()
    node.name = name
    root.add_child(node)
    var api = SceneMultiplayer.new()
    set_multiplayer(api, node.get_path())
    api.multiplayer_peer = peer
    var things = Node.new()
    things.name = "Things"
    node.add_child(things)
    var spawner = MultiplayerSpawner.new()
    spawner.name = "Spawner"
    spawner.spawn_path = NodePath("../Things")
    spawner.spawn_function = make.bind(peer.get_unique_id() == 1)
    node.add_child(spawner)
    return node

func names(node):
    var result = node.get_node("Things").get_children().map(func(child): return str(child.name))
    result.sort()
    return result

func _initialize():
    await process_frame  # the root enters the tree
    var url = "ws://127.0.0.1:" + OS.get_cmdline_user_args()[0]
    var peers = [WebSocketMultiplayerPeer.new(), WebSocketMultiplayerPeer.new(), WebSocketMultiplayerPeer.new()]
    peers[0].create_server(int(OS.get_cmdline_user_args()[0]), "127.0.0.1")
    peers[1].create_client(url)
    peers[2].create_client(url)
    var server = branch("Server", peers[0])
    var at_b = branch("B", peers[1])
    var at_c = branch("C", peers[2])
    while len(server.multiplayer.get_peers()) < 2 or at_b.multiplayer.get_peers().is_empty() or at_c.multiplayer.get_peers().is_empty():
        await process_frame
    b = peers[1].get_unique_id()
    c = peers[2].get_unique_id()
    for kind in ["without 0", "with 0", "unfiltered"]:
        server.get_node("Spawner").spawn(kind)
    while "unfiltered" not in names(at_b) or "unfiltered" not in names(at_c):
        await process_frame
    await create_timer(2).timeout
    print("Godot ", Engine.get_version_info().string, ": b has ", names(at_b), ", c has ", names(at_c))
    print("asked about: ", asked)
    quit()
GD
timeout 60 "$GODOT4" --headless --script "$folder/filters.gd" -- "$port" > seen
grep -E '^(Godot .*: b has|asked about)' seen
grep -qF ': b has ["unfiltered", "without 0"], c has ["unfiltered", "with 0", "without 0"]' seen
grep -qE '"without 0": \["0"\], "with 0": \["0", ("b", "c"|"c", "b")\]' seen
