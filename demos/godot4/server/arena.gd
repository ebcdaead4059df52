# The arena's server, in Godot 4: spawns a ship for each player, and decides which player caught which star.
#   godot --headless --path demos/godot4/server -- PORT [until-alone]
# Prints "serving ws://127.0.0.1:PORT". With "until-alone", it ends when all players have left.
extends Node

const STARS = 6
const SECONDS_ALONE = 3.0  # before it ends; longer than the first player takes to join

# How often each star was caught, and how many stars each player has caught, by id. Only the server decides this.
@export var stars: Array[int] = []
@export var scores := {}

var seconds_alone := 0.0


func _ready():
	stars.resize(STARS)
	stars.fill(0)
	var arguments = OS.get_cmdline_user_args()
	set_process("until-alone" in arguments)
	var port = int(arguments[0]) if arguments else 8765
	var peer = WebSocketMultiplayerPeer.new()
	if peer.create_server(port, "127.0.0.1") != OK:
		printerr("cannot listen on port ", port)
		get_tree().quit(1)
		return
	multiplayer.peer_connected.connect(_on_peer_connected)
	multiplayer.peer_disconnected.connect(_on_peer_disconnected)
	multiplayer.multiplayer_peer = peer
	print("serving ws://127.0.0.1:", port)


func _process(seconds):
	seconds_alone = 0.0 if multiplayer.get_peers() else seconds_alone + seconds
	if seconds_alone > SECONDS_ALONE:
		get_tree().quit()


func _on_peer_connected(id):
	scores[id] = 0
	var ship = preload("res://ship.tscn").instantiate()
	ship.name = str(id)
	$Ships.add_child(ship, true)


func _on_peer_disconnected(id):
	scores.erase(id)
	$Ships.get_node(str(id)).queue_free()


# Called when a player has touched a star, with the count that it knows. If two do at the same time, the first counts.
@rpc("any_peer")
func catch_star(star: int, caught: int):
	if star < 0 or star >= STARS or stars[star] != caught:
		return
	stars[star] += 1
	scores[multiplayer.get_remote_sender_id()] += 1


# Answered immediately, to measure the round trip.
@rpc("any_peer")
func ping(sent_at: float):
	pong.rpc_id(multiplayer.get_remote_sender_id(), sent_at)


@rpc
func pong(_sent_at: float):
	pass
