#!/bin/sh
# Peers a, b and c. Peer b calls an RPC with a negative target, which means all but that peer: first -c, then its own id, -b. Who is called?
#
# Guess: -c reaches a and b itself (the RPC is call_local); -b reaches a and c.
# Seen:  -c does. -b reaches nobody: the engine looks for b among the peers of b, logs "unknown peer ID", and rpc_id() returns OK.
# With:  Godot 4.6.3 of Debian sid
set -eu
repository=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
test -n "${GODOT4:-}" || { "$repository/.ci/install-godot4" "$folder/engine" > log; GODOT4=$folder/engine/godot4; }
export HOME="$folder"
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > calls.gd <<'GD'
# A server, a, and its peers b and c, each in its own branch of one tree.
extends SceneTree

var script_of_player = GDScript.new()

func branch(name, peer):
    var node = Node.new()
    node.name = name
    root.add_child(node)
    var api = SceneMultiplayer.new()
    set_multiplayer(api, node.get_path())
    api.multiplayer_peer = peer
    var player = Node.new()
    player.name = "Player"
    player.set_script(script_of_player)
    node.add_child(player)
    return player

func knows_all(player):
    return len(player.multiplayer.get_peers()) == 2

func _initialize():
    script_of_player.source_code = "\n".join([
        "extends Node",
        "var calls = []",
        "@rpc('any_peer', 'call_local') func say(word):",
        "\tcalls.append(word)",
    ])
    script_of_player.reload()
    await process_frame  # the root enters the tree
    var url = "ws://127.0.0.1:" + OS.get_cmdline_user_args()[0]
    var peers = [WebSocketMultiplayerPeer.new(), WebSocketMultiplayerPeer.new(), WebSocketMultiplayerPeer.new()]
    peers[0].create_server(int(OS.get_cmdline_user_args()[0]), "127.0.0.1")
    peers[1].create_client(url)
    peers[2].create_client(url)
    var a = branch("A", peers[0])
    var b = branch("B", peers[1])
    var c = branch("C", peers[2])
    while not [a, b, c].all(knows_all):
        await process_frame
    var results = [
        b.rpc_id(-peers[2].get_unique_id(), "say", "not c"),
        b.rpc_id(-peers[1].get_unique_id(), "say", "not b"),
        b.rpc_id(0, "say", "all"),
    ]
    while not ("all" in a.calls and "all" in c.calls):
        await process_frame
    print("Godot ", Engine.get_version_info().string, ": a was called with ", a.calls, ", b with ", b.calls, ", c with ", c.calls)
    print("rpc_id returned ", results)
    quit()
GD
timeout 60 "$GODOT4" --headless --script "$folder/calls.gd" -- "$port" > seen 2>&1
grep -E '^(Godot .*: a was called|rpc_id returned|ERROR: .*RPC)' seen
grep -qF 'a was called with ["not c", "all"], b with ["not c", "all"], c with ["all"]' seen
grep -qF 'rpc_id returned [0, 0, 0]' seen
grep -q 'Attempt to call RPC with unknown peer ID: -' seen
